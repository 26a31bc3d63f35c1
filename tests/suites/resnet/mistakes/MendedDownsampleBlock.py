"""Wrong variants of resnet.MendedDownsampleBlock, as they are left by who found some of its mistakes, and others."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake


class _Block(nn.Module):
    """The block in parts, each of which a variant may replace."""

    left = ()

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.bn1, self.bn2, self.norm = (nn.BatchNorm2d(out_channels) for _ in range(3))
        self.project = nn.Conv2d(in_channels, out_channels, 1, 1 if "slice" in self.left else stride, bias=False)

    def forward(self, x):
        h = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        shortcut = self._shortcut(x.detach() if "detached" in self.left else x, h)
        if "relu" in self.left:
            return h.relu() + shortcut
        return self._sum(h, shortcut).relu()

    def _shortcut(self, x, h):
        return self.norm(self.project(x))[:, :, : h.shape[2], : h.shape[3]]

    def _sum(self, h, shortcut):
        return h + shortcut


@mistake("x was detached before the shortcut: no gradient comes back through P")
class ShortcutDetached(_Block):
    left = ("detached",)


@mistake("the projection has no stride, and a slice takes the upper left corner: it needs every stride-th pixel")
class CornerOfTheImage(_Block):
    left = ("slice",)


@mistake("the ReLU stands before the sum: F must be able to subtract, so it comes after it")
class ReluBeforeTheSum(_Block):
    left = ("relu",)


@mistake("the shortcut is detached, and takes the upper left corner")
class DetachedAndCorner(_Block):
    left = ("detached", "slice")


@mistake("the shortcut is detached, and the ReLU stands before the sum")
class DetachedAndRelu(_Block):
    left = ("detached", "relu")


@mistake("the shortcut takes the upper left corner, and the ReLU stands before the sum")
class CornerAndRelu(_Block):
    left = ("slice", "relu")


@mistake("the pixels are picked after norm, which then knows all of them: the projection has the stride")
class PickedBehindTheNorm(_Block):
    left = ("slice",)

    def _shortcut(self, x, h):
        return self.norm(self.project(x))[:, :, :: self.stride, :: self.stride]


@mistake("pixels are averaged on the shortcut: P takes every stride-th pixel")
class AveragedOnTheShortcut(_Block):
    left = ("slice",)

    def _shortcut(self, x, h):
        return self.norm(self.project(functional.adaptive_avg_pool2d(x, h.shape[2:])))


@mistake("the shortcut ends with a ReLU: it carries negative numbers too")
class ReluOnTheShortcut(_Block):
    def _sum(self, h, shortcut):
        return h + shortcut.relu()


@mistake("both parts are rectified before the sum: only the sum is")
class BothRectified(_Block):
    def _sum(self, h, shortcut):
        return h.relu() + shortcut.relu()


@mistake("the norm of the shortcut is missing")
class NoNormOnTheShortcut(_Block):
    def _shortcut(self, x, h):
        return self.project(x)


@mistake("bn1 is used twice: conv2 has a norm of its own")
class OneNormTwice(_Block):
    def forward(self, x):
        h = self.bn1(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (h + self.norm(self.project(x))).relu()


@mistake("the ReLU after bn1 is missing")
class NoReluInside(_Block):
    def forward(self, x):
        h = self.bn2(self.conv2(self.bn1(self.conv1(x))))
        return torch.relu(h + self.norm(self.project(x)))


@mistake("the ReLU after the sum is missing")
class NoReluAtTheEnd(_Block):
    def forward(self, x):
        h = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return h + self.norm(self.project(x))
