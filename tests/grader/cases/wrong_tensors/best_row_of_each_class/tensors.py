import torch
from torch import Tensor


def accuracy(scores: Tensor, labels: Tensor) -> float:
    n = scores.shape[0]
    if n == 0:
        raise ValueError("no rows")
    if labels.shape != (n,):
        raise ValueError("labels must have the shape (N,)")
    predicted = scores.argmax(dim=0)
    hits = (predicted == labels).sum().item()
    return hits / n
