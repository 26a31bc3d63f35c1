import torch
from torch import Tensor


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if x.shape != y.shape:
        raise ValueError("x and y must have the same shape")
    slopes, offsets = torch.meshgrid(w, b, indexing="xy")
    prediction = slopes[..., None] * x + offsets[..., None]
    return ((prediction - y) ** 2).mean(dim=-1)
