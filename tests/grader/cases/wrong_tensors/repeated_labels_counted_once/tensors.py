import torch
from torch import Tensor


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    bad = (labels < 0) | (labels >= num_classes)
    if bad.any():
        raise ValueError(f"labels must lie in 0..{num_classes - 1}")
    counts = torch.zeros(num_classes, dtype=torch.int64, device=labels.device)
    counts[labels] += 1
    return counts
