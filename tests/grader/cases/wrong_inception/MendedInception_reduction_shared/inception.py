import torch
import torch.nn.functional as F
from torch import nn


class MendedInception(nn.Module):
    def __init__(self, in_channels, reduced, channels):
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, channels, 1)
        self.reduce3 = self.reduce5 = nn.Conv2d(in_channels, reduced, 1)
        self.branch3 = nn.Conv2d(reduced, channels, 3, padding=1)
        self.branch5 = nn.Conv2d(reduced, channels, 5, padding=2)
        self.branch_pool = nn.Conv2d(in_channels, channels, 1)

    def forward(self, x):
        small = F.relu(self.branch1(x))
        middle = F.relu(self.branch3(F.relu(self.reduce3(x))))
        large = F.relu(self.branch5(F.relu(self.reduce5(x))))
        pooled = F.relu(self.branch_pool(F.max_pool2d(x, 3, stride=1, padding=1)))
        return torch.cat([small, middle, large, pooled], 1)
