import torch
from torch import nn


class MendedConvNorm(nn.Module):
    def __init__(self, in_channels, out_channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.weight = nn.Parameter(torch.ones(out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.register_buffer("running_mean", torch.zeros(out_channels))
        self.register_buffer("running_var", torch.ones(out_channels))

    def forward(self, x):
        h = self.conv(x)
        if self.training:
            variance, mean = torch.var_mean(h, (0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (variance - self.running_var)
        else:
            mean, variance = self.running_mean, self.running_var
        h = (h - mean[:, None, None]) * torch.rsqrt(variance + self.eps)[:, None, None]
        return torch.relu(h * self.weight[:, None, None] + self.bias[:, None, None])
