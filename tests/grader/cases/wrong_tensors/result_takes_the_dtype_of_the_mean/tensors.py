import torch
from torch import Tensor


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError("images must be uint8")
    c = images.size(1)
    if mean.shape != (c,) or std.shape != (c,):
        raise ValueError(f"mean and std need one value for each of the {c} channels")
    pixels = images.to(torch.float32) / 255
    return (pixels - mean.view(1, c, 1, 1)) / std.view(1, c, 1, 1)
