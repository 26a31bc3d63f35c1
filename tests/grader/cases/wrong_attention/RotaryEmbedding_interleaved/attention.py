import torch
from torch import nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        self.dim, self.base = dim, base

    def forward(self, x, offset=0):
        i = torch.arange(self.dim // 2, device=x.device)
        theta = self.base ** (-2 * i / self.dim)
        m = torch.arange(offset, offset + x.shape[-2], device=x.device)
        a = torch.outer(m, theta).to(x.dtype)
        u, v = x[..., 0::2], x[..., 1::2]
        out = torch.empty_like(x)
        out[..., 0::2] = u * a.cos() - v * a.sin()
        out[..., 1::2] = u * a.sin() + v * a.cos()
        return out
