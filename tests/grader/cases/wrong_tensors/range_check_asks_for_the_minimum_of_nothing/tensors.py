import torch
from torch import Tensor


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError("labels out of range")
    counts = torch.zeros(num_classes, dtype=torch.int64, device=labels.device)
    counts.scatter_add_(0, labels, torch.ones_like(labels))
    return counts
