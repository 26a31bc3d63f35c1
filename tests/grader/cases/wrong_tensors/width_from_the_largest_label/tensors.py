import torch
from torch import Tensor


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if ((labels < 0) | (labels >= num_classes)).any():
        raise ValueError("label out of range")
    width = int(labels.max()) + 1 if labels.numel() > 0 else num_classes
    encoded = torch.zeros((*labels.shape, width), dtype=torch.int64, device=labels.device)
    encoded.scatter_(-1, labels.unsqueeze(-1), 1)
    return encoded
