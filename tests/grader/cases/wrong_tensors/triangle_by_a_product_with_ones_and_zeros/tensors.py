import torch


def lower_triangle(a):
    i = torch.arange(a.shape[-2], device=a.device)
    j = torch.arange(a.shape[-1], device=a.device)
    mask = (i[:, None] >= j[None, :]).to(a.dtype)
    return a * mask
