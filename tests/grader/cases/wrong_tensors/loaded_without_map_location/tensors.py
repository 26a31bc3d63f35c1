import torch
from torch import Tensor


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    return torch.load(path, weights_only=True)
