import torch
from torch import Tensor, nn
from torch.nn import functional


def concat_branches(branches):
    if len(branches) == 0:
        raise ValueError("branches is empty")
    for branch in branches:
        if branch.ndim != 4:
            raise ValueError("branches must have four axes")
    first = branches[0]
    for branch in branches:
        if branch.shape[0] != first.shape[0] or branch.shape[2:] != first.shape[2:]:
            raise ValueError("branches must agree on N, H and W")
    return torch.cat(list(branches), dim=1)


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_1 = nn.Conv2d(in_channels, 16, 1)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)
        self.branch_pool = nn.Conv2d(in_channels, 24, 1)
        self.out_channels = 88

    def forward(self, x):
        b1 = self.branch1x1(x)
        b5 = self.branch5x5_2(self.branch5x5_1(x))
        b3 = self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))
        bp = self.branch_pool(functional.avg_pool2d(x, kernel_size=3, stride=1, padding=1))
        return concat_branches([b1, b3, b5, bp])
