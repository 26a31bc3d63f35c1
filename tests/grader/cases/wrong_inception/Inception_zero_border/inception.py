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


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce = ConvBlock(in_channels, c2[0], 1)
        self.branch2 = ConvBlock(c2[0], c2[1], 3, padding=1)
        self.branch3_reduce = ConvBlock(in_channels, c3[0], 1)
        self.branch3 = ConvBlock(c3[0], c3[1], 5, padding=2)
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.out_channels = c1 + c2[1] + c3[1] + c4

    def forward(self, x):
        pooled = functional.max_pool2d(functional.pad(x, (1, 1, 1, 1)), kernel_size=3, stride=1)
        return concat_branches(
            [
                self.branch1(x),
                self.branch2(self.branch2_reduce(x)),
                self.branch3(self.branch3_reduce(x)),
                self.branch4(pooled),
            ]
        )
