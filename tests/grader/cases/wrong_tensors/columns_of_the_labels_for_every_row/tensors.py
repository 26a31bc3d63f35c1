import torch
from torch import Tensor


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    n, k = scores.shape
    if labels.shape != (n,):
        raise ValueError("one label for each row, please")
    if torch.any(labels < 0) or torch.any(labels >= k):
        raise ValueError("label out of range")
    return scores[:, labels]
