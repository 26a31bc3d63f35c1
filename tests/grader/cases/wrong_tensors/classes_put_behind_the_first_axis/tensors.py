import torch
from torch import Tensor


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    out_of_range = (labels < 0) | (labels >= num_classes)
    if out_of_range.any():
        raise ValueError(f"labels must lie in 0 .. {num_classes - 1}")
    classes = torch.arange(num_classes, device=labels.device)
    return (labels.unsqueeze(1) == classes).long()
