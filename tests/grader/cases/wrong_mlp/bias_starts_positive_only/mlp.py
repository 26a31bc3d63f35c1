import math

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features = in_features
        r = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter((2 * torch.rand(out_features, in_features) - 1) * r)
        if bias:
            self.bias = nn.Parameter(torch.rand(out_features) * r)
        else:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(f"x: last axis must be {self.in_features}, got {tuple(x.shape)}")
        out = x @ self.weight.T
        if self.bias is not None:
            out = out + self.bias
        return out
