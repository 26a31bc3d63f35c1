import torch
from torch import Tensor, nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        freq = base ** (-torch.arange(0, dim, 2) / dim)
        angle = torch.outer(torch.arange(2048), freq)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)

    def forward(self, x: Tensor, offset: int = 0) -> Tensor:
        t = x.shape[-2]
        cos = self.cos[offset : offset + t].to(x)
        sin = self.sin[offset : offset + t].to(x)
        u, v = x.chunk(2, dim=-1)
        return torch.cat((u * cos - v * sin, u * sin + v * cos), dim=-1)
