from typing import NamedTuple
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
        pooled = functional.max_pool2d(x, kernel_size=3, stride=1, padding=1)
        return concat_branches(
            [
                self.branch1(x),
                self.branch2(self.branch2_reduce(x)),
                self.branch3(self.branch3_reduce(x)),
                self.branch4(pooled),
            ]
        )


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1 = nn.Linear(4 * channels, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        self.p = dropout

    def forward(self, x):
        h = self.reduce(functional.adaptive_avg_pool2d(x, 2))
        h = torch.relu(self.fc1(h.flatten(1)))
        h = functional.dropout(h, self.p, training=self.training)
        return self.fc2(h)


class GoogLeNetOutput(NamedTuple):
    main: Tensor
    auxiliary1: Tensor
    auxiliary2: Tensor


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1 = AuxiliaryHead(16, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(24, num_classes, dropout=dropout)
        self.pool = nn.MaxPool2d(3, stride=2)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(32, num_classes)

    def forward(self, x):
        h1 = self.inception1(self.stem(x))
        h2 = self.inception2(self.pool(h1))
        h3 = self.inception3(self.pool(h2))
        main = self.fc(self.dropout(h3.mean(dim=(2, 3))))
        if not self.training:
            return main
        return GoogLeNetOutput(main, self.auxiliary1(h1), self.auxiliary2(h2))
