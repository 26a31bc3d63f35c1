import torch
from torch import Tensor, nn


class LayerNorm(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim < 1 or x.shape[-1] != self.weight.shape[0]:
            raise ValueError("last axis of x is not num_features")
        # everything that belongs to one sample
        axes = tuple(range(1, x.ndim)) if x.ndim > 1 else (0,)
        m = x.mean(axes, keepdim=True)
        v = ((x - m) ** 2).mean(axes, keepdim=True)
        return self.weight * (x - m) * torch.rsqrt(v + self.eps) + self.bias
