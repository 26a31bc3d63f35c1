import torch
from torch import Tensor


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError("labels out of range")
    encoded = torch.zeros((*labels.shape, num_classes), dtype=torch.int64, device=labels.device)
    return encoded.scatter_(-1, labels.unsqueeze(-1), 1)
