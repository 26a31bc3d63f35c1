from typing import NamedTuple

import torch
from torch import nn

from losses import cross_entropy
from mlp import Linear
from optimizers import Adam
from rnn import Embedding, LSTMCell, pad_sequences, sample


class Writer(NamedTuple):
    model: nn.Module
    losses: list[float]
    names: list[str]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = Embedding(27, 16)
        self.cell = LSTMCell(16, 64)
        self.linear = Linear(64, 27)

    def forward(self, tokens, state=None):
        outputs = []
        for letter in self.embedding(tokens).unbind(1):
            state = self.cell(letter, state)
            outputs.append(self.linear(state[0]))
        return torch.stack(outputs, 1), state


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    rows = [torch.tensor([0] + [ord(letter) - 97 for letter in name] + [0]) for name in names]
    inputs = pad_sequences([row[:-1] for row in rows]).padded.to(device)
    targets = pad_sequences([row[1:] for row in rows], padding_value=-100).padded.to(device)
    model = Net().to(device, dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(names), generator=generator).to(device).split(batch_size):
            scores, _ = model(inputs[batch])
            loss = cross_entropy(scores.movedim(2, 1), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(names))
    model.eval()
    written = []
    for _ in range(count):
        tokens = sample(model, torch.zeros(1, dtype=torch.int64, device=device), 20, 1.0, generator).tolist()
        tokens = tokens[: tokens.index(0)] if 0 in tokens else tokens
        written.append("".join(chr(token + 97) for token in tokens))
    return Writer(model, losses, written)
