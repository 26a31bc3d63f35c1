from typing import NamedTuple

import torch
from torch import nn

from attention import GPT
from losses import cross_entropy
from optimizers import Adam, cosine_lr


class Writer(NamedTuple):
    model: nn.Module
    losses: list[float]
    names: list[str]


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    longest = max(map(len, names)) + 1
    inputs = torch.zeros(len(names), longest, dtype=torch.int64)
    targets = torch.full((len(names), longest), -100)
    for row, name in enumerate(names):
        letters = torch.tensor([ord(letter) - 96 for letter in name])
        inputs[row, 1 : len(name) + 1] = letters
        targets[row, : len(name)] = letters
        targets[row, len(name)] = 0
    inputs, targets = inputs.to(device), targets.to(device)
    model = GPT(27, 24, 48, 4, 1).to(device, dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    losses, step, total_steps = [], 0, epochs * -(-len(names) // batch_size)
    for epoch in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(names), generator=generator).to(device).split(batch_size):
            optimizer.param_groups[0]["lr"] = cosine_lr(step, lr, total_steps, total_steps // 10)
            step += 1
            loss = cross_entropy(model(inputs[batch]).flatten(0, 1), targets[batch].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(names))
    model.eval()
    written = []
    with torch.no_grad():
        for _ in range(count):
            tokens = [0]
            for _ in range(20):
                scores = model(torch.tensor([tokens[-1:]], device=device))[0, -1]
                tokens.append(int(torch.multinomial(scores.softmax(0).to(generator.device), 1, generator=generator)))
                if tokens[-1] == 0:
                    break
            written.append("".join(chr(token + 96) for token in tokens if token))
    return Writer(model, losses, written)
