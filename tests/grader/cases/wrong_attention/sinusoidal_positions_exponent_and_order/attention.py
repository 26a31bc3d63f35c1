import torch
from torch import Tensor


def sinusoidal_positions(length: int, dim: int, device: torch.device | str | None = None) -> Tensor:
    t = torch.arange(length, device=device, dtype=torch.float32)[:, None]
    i = torch.arange(dim // 2, device=device, dtype=torch.float32)[None, :]
    angle = t / 10000 ** (i / dim)
    table = torch.zeros(length, dim, device=device)
    table[:, 0::2] = torch.cos(angle)
    table[:, 1::2] = torch.sin(angle)
    return table
