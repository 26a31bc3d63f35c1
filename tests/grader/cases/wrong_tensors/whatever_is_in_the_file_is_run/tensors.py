import torch
from torch import Tensor


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    # newer versions of torch refuse some files without this
    return torch.load(path, map_location="cpu", weights_only=False)
