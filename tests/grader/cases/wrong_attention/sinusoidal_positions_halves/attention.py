import torch


def sinusoidal_positions(length, dim, device=None):
    i = torch.arange(dim // 2, device=device)
    angles = torch.arange(length, device=device)[:, None] / 10000 ** (2 * i / dim)
    return torch.cat([angles.sin(), angles.cos()], dim=1)
