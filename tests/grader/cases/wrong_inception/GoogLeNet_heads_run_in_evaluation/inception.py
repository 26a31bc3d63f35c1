from collections.abc import Sequence
from typing import NamedTuple
import torch
from torch import Tensor, nn
from torch.nn import functional

def concat_branches(branches: Sequence[Tensor]) -> Tensor:
    if not len(branches) or any((b.dim() != 4 for b in branches)):
        raise ValueError('branches: at least one, each with four axes')
    if len({(b.size(0), b.size(2), b.size(3)) for b in branches}) > 1:
        raise ValueError('branches differ in N, H or W')
    return torch.hstack(tuple(branches))

class ConvBlock(nn.Module):

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int=1, padding: int=0) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(out_channels)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)))

class Inception(nn.Module):

    def __init__(self, in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        super().__init__()
        (narrow3, wide3), (narrow5, wide5) = (c2, c3)
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce = ConvBlock(in_channels, narrow3, 1)
        self.branch3_reduce = ConvBlock(in_channels, narrow5, 1)
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.branch2 = ConvBlock(narrow3, wide3, 3, padding=1)
        self.branch3 = ConvBlock(narrow5, wide5, 5, padding=2)
        self.largest = nn.MaxPool2d(3, stride=1, padding=1)
        self.out_channels = c1 + wide3 + wide5 + c4

    def forward(self, x: Tensor) -> Tensor:
        ways = ((self.branch1,), (self.branch2_reduce, self.branch2), (self.branch3_reduce, self.branch3), (self.largest, self.branch4))
        results = []
        for way in ways:
            h = x
            for layer in way:
                h = layer(h)
            results.append(h)
        return concat_branches(results)

class AuxiliaryHead(nn.Module):

    def __init__(self, in_channels: int, num_classes: int=10, channels: int=8, hidden: int=16, dropout: float=0.7) -> None:
        super().__init__()
        self.p = dropout
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1 = nn.Linear(channels * 2 * 2, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        quarters = functional.adaptive_avg_pool2d(x, 2)
        h = self.fc1(self.reduce(quarters).flatten(1)).relu()
        return self.fc2(functional.dropout(h, self.p, training=self.training))

class GoogLeNetOutput(NamedTuple):
    main: Tensor
    auxiliary1: Tensor
    auxiliary2: Tensor

class GoogLeNet(nn.Module):

    def __init__(self, in_channels: int=1, num_classes: int=10, dropout: float=0.4) -> None:
        super().__init__()
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.halve = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(32, num_classes)
        self.auxiliary1 = AuxiliaryHead(16, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(24, num_classes, dropout=dropout)

    def forward(self, x: Tensor) -> GoogLeNetOutput | Tensor:
        h1 = self.inception1(self.stem(x))
        h2 = self.inception2(self.halve(h1))
        h3 = self.inception3(self.halve(h2))
        outputs = GoogLeNetOutput(self.fc(self.drop(h3.mean(dim=(2, 3)))), self.auxiliary1(h1), self.auxiliary2(h2))
        return outputs if self.training else outputs.main
