import torch
from torch import nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        freqs = base ** (-torch.arange(0, dim, 2) / dim)
        self.register_buffer("freqs", freqs, persistent=False)

    def forward(self, x, offset=0):
        t = torch.arange(x.shape[1], device=x.device) + offset
        angles = t[:, None] * self.freqs
        while angles.dim() < x.dim() - 1:
            angles = angles.unsqueeze(1)
        u, v = x.chunk(2, -1)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        return torch.cat([u * cos - v * sin, u * sin + v * cos], -1)
