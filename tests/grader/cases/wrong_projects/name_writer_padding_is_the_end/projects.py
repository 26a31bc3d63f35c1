from typing import NamedTuple

import torch
from torch import nn

from losses import cross_entropy
from mlp import Linear
from optimizers import Adam
from rnn import Embedding, LSTMCell, pad_sequences, sample


class Writer(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]
    names: list[str]  # written by the model


class NameNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = Embedding(27, 16)
        self.cell = LSTMCell(16, 64)
        self.linear = Linear(64, 27)

    def forward(self, tokens, state=None):
        vectors = self.embedding(tokens)
        outputs = []
        for t in range(tokens.shape[1]):
            state = self.cell(vectors[:, t], state)
            outputs.append(state[0])
        return self.linear(torch.stack(outputs, dim=1)), state


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    model = NameNet().to(device=device, dtype=dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    encoded = [[0] + [ord(c) - ord("a") + 1 for c in name] + [0] for name in names]
    history = []
    n = len(names)
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator).tolist()
        for i in range(0, n, batch_size):
            rows = [encoded[j] for j in perm[i : i + batch_size]]
            inputs = pad_sequences([torch.tensor(r[:-1], device=device) for r in rows]).padded
            targets = pad_sequences([torch.tensor(r[1:], device=device) for r in rows], padding_value=0).padded
            optimizer.zero_grad()
            scores, _ = model(inputs)
            loss = cross_entropy(scores.flatten(0, 1), targets.flatten())
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(rows)
        history.append(running_loss / n)
    model.eval()
    written = []
    start = torch.tensor([0], device=device)
    for _ in range(count):
        tokens = sample(model, start, 20, 1.0, generator).tolist()
        if 0 in tokens:
            tokens = tokens[: tokens.index(0)]
        written.append("".join(chr(ord("a") + t - 1) for t in tokens))
    return Writer(model, history, written)
