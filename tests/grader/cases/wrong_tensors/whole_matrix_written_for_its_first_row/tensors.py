import torch
from torch import Tensor


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if isinstance(tensors, dict):
        content = list(tensors.values())
    elif isinstance(tensors, list):
        content = tensors
    else:
        raise ValueError("tensors must be a list or a dict")
    if not all(isinstance(t, Tensor) for t in content):
        raise ValueError("everything in tensors must be a tensor")
    plain = [t.detach().cpu() for t in content]
    torch.save(dict(zip(tensors, plain, strict=True)) if isinstance(tensors, dict) else plain, path)
