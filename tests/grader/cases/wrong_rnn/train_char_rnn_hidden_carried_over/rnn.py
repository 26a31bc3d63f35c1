import torch
from torch import Tensor, nn
from torch.nn import functional


def train_char_rnn(model: nn.Module, inputs: Tensor, targets: Tensor, steps: int, lr: float) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    hidden = None
    for _ in range(steps):
        logits, hidden = model(inputs, hidden)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        hidden = hidden.detach()
        losses.append(loss.item())
    return losses
