import torch
from torch import Tensor


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError("images must be uint8")
    channels = images.shape[1]
    for stat in (mean, std):
        if stat.shape != (channels,):
            raise ValueError(f"need one number per channel, got {tuple(stat.shape)}")
    mu = mean.to(torch.float32)[None, :, None, None]
    sigma = std.to(torch.float32)[None, :, None, None]
    return (images.to(torch.float32) - mu) / sigma
