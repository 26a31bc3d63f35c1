"""Wrong variants of inception.MendedInception, as they are left by who found some of its mistakes, and others."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake


class _Block(nn.Module):
    """The block in parts, each of which a variant may replace."""

    left = ()
    bare = ()  # branches that end without a relu

    def __init__(self, in_channels, reduced, channels):
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, channels, 1)
        self.reduce3 = nn.Conv2d(in_channels, reduced, 1)
        self.reduce5 = self.reduce3 if "shared" in self.left else nn.Conv2d(in_channels, reduced, 1)
        self.branch3 = nn.Conv2d(reduced, channels, 3, padding=1)
        self.branch5 = nn.Conv2d(reduced, channels, 5, padding=2)
        self.branch_pool = nn.Conv2d(in_channels, channels, 1)

    def forward(self, x):
        parts = {
            "branch1": self.branch1(x),
            "branch3": self.branch3(self._reduced(self.reduce3(x))),
            "branch5": self.branch5(self._reduced(self.reduce5(x))),
            "branch_pool": self.branch_pool(self._pooled(x)),
        }
        return self._joined([y if name in self.bare else y.relu() for name, y in parts.items()])

    def _reduced(self, y):
        return y.relu()

    def _pooled(self, x):
        return functional.max_pool2d(x, 3, stride=1, padding=1)

    def _joined(self, parts):
        if "batch" in self.left:
            n, _, h, w = parts[0].shape
            return torch.cat(parts).reshape(n, -1, h, w)
        return torch.cat(parts, dim=1)


@mistake("reduce3 and reduce5 are one layer under two names: each branch has its own")
class OneReductionForBoth(_Block):
    left = ("shared",)


@mistake("cat joins along the first axis unless it is told: the images then hold channels of other images")
class JoinedAlongTheBatch(_Block):
    left = ("batch",)


@mistake("the ReLU after branch5 is missing")
class NoReluBehindBranch5(_Block):
    bare = ("branch5",)


@mistake("cat along the first axis, and no ReLU after branch5")
class BatchAndBare(_Block):
    left, bare = ("batch",), ("branch5",)


@mistake("the reduced channels are not rectified: a ReLU stands after reduce3 and reduce5 too")
class NoReluInside(_Block):
    def _reduced(self, y):
        return y


@mistake("no branch ends with a ReLU")
class NoReluAtTheEnd(_Block):
    bare = ("branch1", "branch3", "branch5", "branch_pool")


@mistake("the image is padded with zeros before the pool: at the border a 0 then beats negative pixels")
class PoolOfZeros(_Block):
    def _pooled(self, x):
        return functional.max_pool2d(functional.pad(x, (1, 1, 1, 1)), 3, stride=1)


@mistake("the branches stand in another order: branch1, branch3, branch5, branch_pool")
class OtherOrder(_Block):
    def _joined(self, parts):
        return torch.cat([parts[0], parts[2], parts[1], parts[3]], 1)
