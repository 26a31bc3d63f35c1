import torch
from torch import Tensor, nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.dim = dim
        self.base = base

    def forward(self, x: Tensor, offset: int = 0) -> Tensor:
        half = self.dim // 2
        freq = self.base ** (-2 * torch.arange(half, device=x.device) / self.dim)
        m = torch.arange(x.shape[-2], device=x.device)
        angle = m[:, None] * freq
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        u, v = x.chunk(2, dim=-1)
        return torch.cat((u * cos + v * sin, v * cos - u * sin), dim=-1)
