import torch


def shift(x, dy, dx):
    H, W = x.shape[-2:]
    y = torch.zeros_like(x)
    y[..., max(dy, 0) : H + min(dy, 0), max(dx, 0) : W + min(dx, 0)] = x[
        ..., max(-dy, 0) : H - max(dy, 0), max(-dx, 0) : W - max(dx, 0)
    ]
    return y
