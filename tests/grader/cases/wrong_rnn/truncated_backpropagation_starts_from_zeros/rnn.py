from typing import Any, NamedTuple
import torch
from torch import Tensor, nn
from torch.nn import functional


def detach_hidden(hidden: Any) -> Any:
    if hidden is None:
        return None
    if isinstance(hidden, tuple):
        return tuple(detach_hidden(part) for part in hidden)
    return hidden.detach()


def truncated_backpropagation(
    model: nn.Module, tokens: Tensor, length: int, optimizer: torch.optim.Optimizer
) -> list[float]:
    if length < 1:
        raise ValueError(f"length must be at least 1, not {length}")
    model.train()
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    hidden = None
    losses = []
    for start in range(0, inputs.shape[1], length):
        piece = slice(start, start + length)
        logits, hidden = model(inputs[:, piece], None)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets[:, piece].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        hidden = detach_hidden(hidden)
        losses.append(loss.item())
    return losses
