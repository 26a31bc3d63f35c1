"""Wrong variants of inception.InceptionA."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").InceptionA


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    order = (0, 1, 2, 3)

    def forward(self, x):
        branches = [self.one(x), self.five(x), self.three(x), self.pool(x)]
        return self.joined([branches[i] for i in self.order])

    def one(self, x):
        return self.branch1x1(x)

    def five(self, x):
        return self.branch5x5_2(self.branch5x5_1(x))

    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))

    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3, stride=1, padding=1))

    def joined(self, branches):
        return torch.cat(branches, dim=1)


class _Made(_Parts):
    """The block with layers made in the usual order, so that the same weights are drawn; a variant changes some."""

    def __init__(self, in_channels):
        nn.Module.__init__(self)
        sizes = {
            "branch1x1": (in_channels, 16, 1),
            "branch5x5_1": (in_channels, 16, 1),
            "branch5x5_2": (16, 24, 5),
        }
        sizes |= {"branch3x3_1": (in_channels, 16, 1), "branch3x3_2": (16, 24, 3), "branch3x3_3": (24, 24, 3)}
        sizes |= {"branch_pool": (in_channels, 24, 1)}
        for name, (inside, outside, kernel) in sizes.items():
            outside = self.widths.get(name, outside)
            self.add_module(name, nn.Conv2d(inside, outside, kernel, padding=kernel // 2))
        self.out_channels = 88


@mistake("the 3x3 branch comes before the 5x5 branch: the order is 1x1, 5x5, 3x3, pool")
class ThreeBeforeFive(_Parts):
    order = (0, 2, 1, 3)


@mistake("the pool takes the maximum: it is to take the average")
class MaxPool(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.max_pool2d(x, 3, stride=1, padding=1))


@mistake("the average leaves the zeros of the padding out at the border: it divides by 9 everywhere")
class PaddingNotCounted(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False))


@mistake("the average comes after the 1x1 convolution: it comes before, so that the bias is not averaged")
class PoolAfterConvolution(_Parts):
    def pool(self, x):
        return functional.avg_pool2d(self.branch_pool(x), 3, stride=1, padding=1)


@mistake("the average is missing: the pool branch is a 1x1 convolution of x")
class NoPool(_Parts):
    def pool(self, x):
        return self.branch_pool(x)


@mistake("the average pool has its default stride, 3: give it stride=1")
class PoolStride(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3, padding=1))


@mistake("the branches differ in height and width: a 5x5 needs padding 2, a 3x3 and its pool padding 1")
class NoPadding(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5)


@mistake("the 5x5 branch has a 3x3 kernel: it is to be a true 5x5, with padding 2")
class ThreeForFive(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Conv2d(16, 24, 3, padding=1)


@mistake("the 5x5 branch has 1x1 and 5x5 in turned order: the reduction comes first")
class FiveReduces(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_1 = nn.Conv2d(in_channels, 16, 5, padding=2)
        self.branch5x5_2 = nn.Conv2d(16, 24, 1)


@mistake("the second 3x3 convolution is missing: the branch has two")
class OneThree(_Parts):
    def three(self, x):
        return self.branch3x3_2(self.branch3x3_1(x))


@mistake("there is a ReLU after every convolution: this block has none inside")
class ReluEverywhere(_Parts):
    def one(self, x):
        return torch.relu(super().one(x))

    def five(self, x):
        return torch.relu(self.branch5x5_2(torch.relu(self.branch5x5_1(x))))

    def three(self, x):
        x = torch.relu(self.branch3x3_2(torch.relu(self.branch3x3_1(x))))
        return torch.relu(self.branch3x3_3(x))

    def pool(self, x):
        return torch.relu(super().pool(x))


@mistake("there is a ReLU at the end of the block: this block has none inside")
class ReluAtTheEnd(_Parts):
    def joined(self, branches):
        return torch.relu(super().joined(branches))


@mistake("there is a ReLU between the convolutions of a branch: this block has none inside")
class ReluBetween(_Parts):
    def five(self, x):
        return self.branch5x5_2(torch.relu(self.branch5x5_1(x)))

    def three(self, x):
        return self.branch3x3_3(torch.relu(self.branch3x3_2(torch.relu(self.branch3x3_1(x)))))


@mistake("each branch reads what the one before gave: all four read x")
class InSequence(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_1 = nn.Conv2d(16, 16, 1)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_1 = nn.Conv2d(24, 16, 1)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)
        self.branch_pool = nn.Conv2d(24, 24, 1)
        self.out_channels = 88

    def forward(self, x):
        one = self.branch1x1(x)
        five = self.branch5x5_2(self.branch5x5_1(one))
        three = self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(five)))
        pool = self.branch_pool(functional.avg_pool2d(three, 3, stride=1, padding=1))
        return torch.cat([one, five, three, pool], dim=1)


@mistake("one layer serves as reduction of both branches: each branch has a 1x1 convolution of its own")
class ReductionShared(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_1 = self.branch5x5_1


@mistake("the layers stand in a plain list, so parameters() finds none: assign each to its name")
class PlainList(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        layers = dict(self.named_children())
        for name in layers:
            delattr(self, name)
        self.__dict__["hidden"] = list(layers.values())

    def forward(self, x):
        one, five1, five2, three1, three2, three3, pool = self.__dict__["hidden"]
        average = functional.avg_pool2d(x, 3, stride=1, padding=1)
        return torch.cat([one(x), five2(five1(x)), three3(three2(three1(x))), pool(average)], dim=1)


@mistake("the convolutions have no bias: these have one")
class NoBias(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        for layer in self.children():
            layer.register_parameter("bias", None)


@mistake("there is a batch norm after the convolutions: this block has none inside")
class BatchNormInside(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.bn = nn.BatchNorm2d(88)

    def forward(self, x):
        return self.bn(super().forward(x))


@mistake("in_channels is ignored: 10 is typed in")
class ChannelsTypedIn(Right):
    def __init__(self, in_channels):
        super().__init__(10)


@mistake("the branches were not joined along the channels: torch.cat(..., dim=1)")
class AlongAnotherAxis(_Parts):
    def joined(self, branches):
        return torch.cat(branches, dim=0)


@mistake("the list of branches came back: they are joined along the channels")
class NotJoined(_Parts):
    def joined(self, branches):
        return branches


@mistake("the attribute out_channels is missing")
class ChannelsNotTold(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        del self.out_channels


@mistake("out_channels leaves a branch out: 16 + 24 + 24 + 24 = 88")
class ChannelsMiscounted(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.out_channels = 16 + 24 + 24


@mistake("the zeros around x are made without device=: they lie on the CPU")
class PaddedOnTheCpu(_Parts):
    def pool(self, x):
        n, c, h, w = x.shape
        rows, columns = torch.zeros(n, c, 1, w, dtype=x.dtype), torch.zeros(n, c, h + 2, 1, dtype=x.dtype)
        tall = torch.cat([rows, x, rows], dim=2)
        return self.branch_pool(
            functional.avg_pool2d(torch.cat([columns, tall, columns], dim=3), 3, stride=1)
        )


@mistake("the average pool has no padding: give it padding=1")
class PoolWithoutPadding(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3, stride=1))


@mistake("the 1x1 convolution after the average is missing")
class PoolAlone(_Parts):
    def pool(self, x):
        return functional.avg_pool2d(x, 3, stride=1, padding=1)


@mistake("the 5x5 convolution has padding 1: it needs 2")
class FivePaddedByOne(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=1)


@mistake("the 3x3 convolutions have no padding: each needs 1")
class ThreesWithoutPadding(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3)


@mistake("no convolution has a padding: a 5x5 needs 2, a 3x3 needs 1")
class NoPaddingAtAll(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3)


@mistake("the 1x1 convolutions have padding 1: they need none")
class OnesPadded(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1, padding=1)


@mistake("the first 3x3 convolution gives 16 channels: it gives 24")
class FirstThreeGivesSixteen(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_2 = nn.Conv2d(16, 16, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(16, 24, 3, padding=1)


@mistake("the second 3x3 convolution reads 16 channels: the one before it gives 24")
class SecondThreeReadsSixteen(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_3 = nn.Conv2d(16, 24, 3, padding=1)


@mistake("two 3x3 convolutions stand for the 5x5: it is one convolution with a kernel of 5")
class TwoThreesForFive(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Sequential(nn.Conv2d(16, 24, 3, padding=1), nn.Conv2d(24, 24, 3, padding=1))


@mistake("the 3x3 branch begins with the reduction of the 5x5: it has its own, branch3x3_1")
class ThreeReducedByFive(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch5x5_1(x)))


@mistake("out_channels counts the reductions too: 16 + 24 + 24 + 24 = 88")
class ReductionsCounted(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.out_channels = 16 * 3 + 24 * 4


@mistake("super().__init__() is missing: without it a module takes no sub-modules")
class NoSuper(Right):
    def __init__(self, in_channels):
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1)


@mistake("branch1x1 gives 24 channels: it gives 16")
class OneGivesTwentyFour(_Made):
    widths = {"branch1x1": 24}
