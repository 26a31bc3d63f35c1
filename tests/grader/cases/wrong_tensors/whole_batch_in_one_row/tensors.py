import torch
from torch import Tensor


def flatten_images(images: Tensor) -> Tensor:
    if images.ndim != 4:
        raise ValueError(f"expected (N, C, H, W), got {tuple(images.shape)}")
    return torch.flatten(images)
