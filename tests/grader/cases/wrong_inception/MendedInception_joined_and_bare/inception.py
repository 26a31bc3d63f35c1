import torch
from torch import nn
from torch.nn import functional


class MendedInception(nn.Module):
    def __init__(self, in_channels, reduced, channels):
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, channels, 1)
        self.reduce3 = nn.Conv2d(in_channels, reduced, 1)
        self.reduce5 = nn.Conv2d(in_channels, reduced, 1)
        self.branch3 = nn.Conv2d(reduced, channels, 3, padding=1)
        self.branch5 = nn.Conv2d(reduced, channels, 5, padding=2)
        self.branch_pool = nn.Conv2d(in_channels, channels, 1)

    def forward(self, x):
        n, _, h, w = x.shape
        small = torch.relu(self.branch1(x))
        middle = torch.relu(self.branch3(torch.relu(self.reduce3(x))))
        large = self.branch5(torch.relu(self.reduce5(x)))
        pooled = torch.relu(self.branch_pool(functional.max_pool2d(x, 3, stride=1, padding=1)))
        return torch.cat([small, middle, large, pooled]).reshape(n, -1, h, w)
