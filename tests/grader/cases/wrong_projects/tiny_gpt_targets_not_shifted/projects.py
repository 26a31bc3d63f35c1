from typing import NamedTuple

import torch
from torch import nn

from attention import GPT
from losses import cross_entropy
from optimizers import Adam, cosine_lr
from rnn import pad_sequences


class Writer(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]
    names: list[str]  # written by the model


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    model = GPT(27, 24, 48, 4, 1).to(device=device, dtype=dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    encoded = [[0] + [ord(c) - ord("a") + 1 for c in name] + [0] for name in names]
    n = len(names)
    total = epochs * ((n + batch_size - 1) // batch_size)
    it = 0
    history = []
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator).tolist()
        for i in range(0, n, batch_size):
            rows = [encoded[j] for j in perm[i : i + batch_size]]
            inputs = pad_sequences([torch.tensor(r[:-1], device=device) for r in rows]).padded
            targets = pad_sequences([torch.tensor(r[:-1], device=device) for r in rows], padding_value=-100).padded
            for group in optimizer.param_groups:
                group["lr"] = cosine_lr(it, lr, total, total // 10)
            it += 1
            optimizer.zero_grad()
            scores = model(inputs)
            loss = cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-100)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(rows)
        history.append(running_loss / n)
    model.eval()
    written = []
    with torch.no_grad():
        for _ in range(count):
            tokens = [0]
            while len(tokens) < 21:
                scores = model(torch.tensor([tokens], device=device))[0, -1]
                probs = torch.softmax(scores, dim=0).to(generator.device)
                k = torch.multinomial(probs, 1, generator=generator).item()
                if k == 0:
                    break
                tokens.append(k)
            written.append("".join(chr(ord("a") + t - 1) for t in tokens[1:]))
    return Writer(model, history, written)
