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


class CharModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = Embedding(27, 16)
        self.cell = LSTMCell(16, 64)
        self.linear = Linear(64, 27)

    def forward(self, tokens, state=None):
        emb = self.embedding(tokens)
        hs = []
        for t in range(tokens.size(1)):
            state = self.cell(emb[:, t, :], state)
            hs.append(state.h)
        return self.linear(torch.stack(hs, 1)), state


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    model = CharModel().to(device, dtype)
    opt = Adam(model.parameters(), lr=lr)
    ids = [torch.tensor([ord(c) - 96 for c in name]) for name in names]
    zero = torch.tensor([0])
    losses = []
    for _ in range(epochs):
        model.train()
        total, state = 0.0, None
        for rows in torch.randperm(len(ids), generator=generator).split(batch_size):
            x = pad_sequences([torch.cat([zero, ids[i]]) for i in rows]).padded.to(device)
            y = pad_sequences([torch.cat([ids[i], zero]) for i in rows], padding_value=-100).padded.to(device)
            if state is not None and len(state[0]) != len(rows):
                state = None
            scores, state = model(x, state)
            state = tuple(s.detach() for s in state)
            loss = cross_entropy(scores.reshape(-1, 27), y.reshape(-1))
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(ids))
    model.eval()
    out = []
    for _ in range(count):
        text = ""
        for k in sample(model, torch.tensor([0], device=device), 20, 1.0, generator).tolist():
            if k == 0:
                break
            text += chr(k + 96)
        out.append(text)
    return Writer(model, losses, out)
