import torch
from torch import nn


class Dropout(nn.Module):

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError('p must be between 0 and 1, not %s' % p)
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return x * 0
        units = x.shape[-1:]
        keep = (torch.rand(units, device=x.device) >= self.p).to(x.dtype)
        return x * keep / (1 - self.p)
