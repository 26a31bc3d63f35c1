import torch
import torch.nn as nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        # not learned, so no nn.Parameter
        self.running_mean = torch.zeros(num_features)
        self.running_var = torch.ones(num_features)

    def forward(self, x):
        if x.dim() != 2 or x.size(1) != self.weight.numel():
            raise ValueError("x has the wrong shape: %s" % (tuple(x.shape),))
        if self.training:
            N = x.size(0)
            if N == 1:
                raise ValueError("x has one row only, cannot train on that")
            m = x.mean(0)
            v = ((x - m) ** 2).sum(0) / N
            with torch.no_grad():
                a = self.momentum
                self.running_mean = (1 - a) * self.running_mean + a * m
                self.running_var = (1 - a) * self.running_var + a * v * N / (N - 1)
        else:
            m = self.running_mean
            v = self.running_var
        return (x - m) / (v + self.eps).sqrt() * self.weight + self.bias
