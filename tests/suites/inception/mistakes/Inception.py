"""Wrong variants of inception.Inception."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").Inception
ConvBlock = reference("inception").ConvBlock


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    order = (0, 1, 2, 3)

    def forward(self, x):
        branches = [self.one(x), self.three(x), self.five(x), self.pool(x)]
        return self.joined([branches[i] for i in self.order])

    def one(self, x):
        return self.branch1(x)

    def three(self, x):
        return self.branch2(self.branch2_reduce(x))

    def five(self, x):
        return self.branch3(self.branch3_reduce(x))

    def pool(self, x):
        return self.branch4(functional.max_pool2d(x, 3, stride=1, padding=1))

    def joined(self, branches):
        return torch.cat(branches, dim=1)


@mistake("the pool takes the average: it is to take the maximum")
class AveragePool(_Parts):
    def pool(self, x):
        return self.branch4(functional.avg_pool2d(x, 3, stride=1, padding=1))


@mistake(
    "x is padded with zeros before the pool: where all pixels are negative, a 0 at the border is the largest"
)
class PaddedWithZeros(_Parts):
    def pool(self, x):
        return self.branch4(functional.max_pool2d(functional.pad(x, (1, 1, 1, 1)), 3, stride=1))


@mistake("the pool comes after the 1x1 convolution: it comes before")
class PoolAfterConvolution(_Parts):
    def pool(self, x):
        return functional.max_pool2d(self.branch4(x), 3, stride=1, padding=1)


@mistake("the pool is missing: the last branch is a 1x1 convolution of x")
class NoPool(_Parts):
    def pool(self, x):
        return self.branch4(x)


@mistake("the pool has its default stride, 3: give it stride=1")
class PoolStride(_Parts):
    def pool(self, x):
        return self.branch4(functional.max_pool2d(x, 3, padding=1))


@mistake("the branches differ in height and width: a 5x5 needs padding 2, a 3x3 and its pool padding 1")
class NoPadding(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch3 = ConvBlock(c3[0], c3[1], 5)


@mistake("the 5x5 branch has a 3x3 kernel: it is to be a true 5x5, with padding 2")
class ThreeForFive(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch3 = ConvBlock(c3[0], c3[1], 3, padding=1)


@mistake("c2 and c3 are swapped: c2 belongs to the 3x3 branch, c3 to the 5x5")
class PairsSwapped(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c3, c2, c4)


@mistake("the numbers of a pair are swapped: first the channels of the reduction, then those of the branch")
class PairsTurnedRound(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2[::-1], c3[::-1], c4)


@mistake("the reductions are missing: a 1x1 convolution comes before the 3x3 and before the 5x5")
class NoReduction(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        del self.branch2_reduce, self.branch3_reduce
        self.branch2 = ConvBlock(in_channels, c2[1], 3, padding=1)
        self.branch3 = ConvBlock(in_channels, c3[1], 5, padding=2)

    def forward(self, x):
        pooled = self.branch4(functional.max_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), pooled], dim=1)


@mistake("each branch reads what the one before gave: all four read x")
class InSequence(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce = ConvBlock(c1, c2[0], 1)
        self.branch2 = ConvBlock(c2[0], c2[1], 3, padding=1)
        self.branch3_reduce = ConvBlock(c2[1], c3[0], 1)
        self.branch3 = ConvBlock(c3[0], c3[1], 5, padding=2)
        self.branch4 = ConvBlock(c3[1], c4, 1)
        self.out_channels = c1 + c2[1] + c3[1] + c4

    def forward(self, x):
        one = self.branch1(x)
        three = self.branch2(self.branch2_reduce(one))
        five = self.branch3(self.branch3_reduce(three))
        pool = self.branch4(functional.max_pool2d(five, 3, stride=1, padding=1))
        return torch.cat([one, three, five, pool], dim=1)


@mistake("the branches stand in a plain list, so parameters() finds none: assign each to its name")
class PlainList(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        blocks = dict(self.named_children())
        for name in blocks:
            delattr(self, name)
        self.__dict__["hidden"] = list(blocks.values())

    def forward(self, x):
        one, reduce2, three, reduce3, five, pool = self.__dict__["hidden"]
        pooled = pool(functional.max_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([one(x), three(reduce2(x)), five(reduce3(x)), pooled], dim=1)


class _Bare(nn.Module):
    """The block of bare convolutions, made in the usual order."""

    bias = True

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, c1, 1, bias=self.bias)
        self.branch2_reduce = nn.Conv2d(in_channels, c2[0], 1, bias=self.bias)
        self.branch2 = nn.Conv2d(c2[0], c2[1], 3, padding=1, bias=self.bias)
        self.branch3_reduce = nn.Conv2d(in_channels, c3[0], 1, bias=self.bias)
        self.branch3 = nn.Conv2d(c3[0], c3[1], 5, padding=2, bias=self.bias)
        self.branch4 = nn.Conv2d(in_channels, c4, 1, bias=self.bias)
        self.out_channels = c1 + c2[1] + c3[1] + c4

    forward = _Parts.forward
    one, three, five, pool = _Parts.one, _Parts.three, _Parts.five, _Parts.pool
    joined, order = _Parts.joined, _Parts.order


@mistake("the convolutions are bare: each is a ConvBlock, with batch norm and ReLU")
class BareConvolutions(_Bare):
    pass


@mistake("the reductions are used without batch norm and ReLU: each is a whole ConvBlock")
class BareReductions(_Parts):
    def three(self, x):
        return self.branch2(self.branch2_reduce.conv(x))

    def five(self, x):
        return self.branch3(self.branch3_reduce.conv(x))


@mistake("one block serves as reduction of both branches: each branch has a 1x1 convolution of its own")
class ReductionShared(_Parts):
    def five(self, x):
        return self.branch3(self.branch2_reduce(x)) if self._fits() else super().five(x)

    def _fits(self):
        return self.branch2_reduce.conv.out_channels == self.branch3.conv.in_channels


@mistake("in_channels is ignored: 192 is typed in")
class ChannelsTypedIn(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(192, c1, c2, c3, c4)


@mistake("the branches were added up: they stand one after another")
class Added(_Parts):
    def joined(self, branches):
        return sum(branches)


@mistake("the branches were joined along the batch, axis 0: channels are axis 1")
class AlongTheBatch(_Parts):
    def joined(self, branches):
        return torch.cat(branches, dim=0)


@mistake("the branches were joined along the width, axis 3: channels are axis 1")
class AlongTheWidth(_Parts):
    def joined(self, branches):
        return torch.cat(branches, dim=3)


@mistake("the branches were stacked on a new axis: torch.cat joins them along the channels")
class Stacked(_Parts):
    def joined(self, branches):
        return torch.stack(branches, dim=1)


@mistake("the list of branches came back: they are joined along the channels")
class NotJoined(_Parts):
    def joined(self, branches):
        return branches


@mistake("the attribute out_channels is missing")
class ChannelsNotTold(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        del self.out_channels


@mistake("out_channels counts the reductions too: c1 + c2[1] + c3[1] + c4 reach the output")
class ReductionsCounted(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.out_channels = c1 + sum(c2) + sum(c3) + c4


@mistake("out_channels counts the reductions for the branches: c1 + c2[1] + c3[1] + c4 reach the output")
class ReductionsForBranches(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.out_channels = c1 + c2[0] + c3[0] + c4


@mistake("out_channels is typed in, 256: it follows from c1, c2, c3 and c4")
class OutChannelsTypedIn(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.out_channels = 256


@mistake("the zeros around x are made without device=: they lie on the CPU")
class PaddedOnTheCpu(_Parts):
    def pool(self, x):
        n, c, h, w = x.shape
        low = torch.finfo(x.dtype).min
        rows = torch.full((n, c, 1, w), low, dtype=x.dtype)
        columns = torch.full((n, c, h + 2, 1), low, dtype=x.dtype)
        tall = torch.cat([rows, x, rows], dim=2)
        return self.branch4(functional.max_pool2d(torch.cat([columns, tall, columns], dim=3), 3, stride=1))


@mistake("the max pool has no padding: give it padding=1")
class PoolWithoutPadding(_Parts):
    def pool(self, x):
        return self.branch4(functional.max_pool2d(x, 3, stride=1))


@mistake("the 1x1 convolution after the max pool is missing")
class PoolAlone(_Parts):
    def pool(self, x):
        return functional.max_pool2d(x, 3, stride=1, padding=1)


@mistake("the 5x5 convolution has padding 1: it needs 2")
class FivePaddedByOne(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch3 = ConvBlock(c3[0], c3[1], 5, padding=1)


@mistake("the 3x3 convolution has no padding: it needs 1")
class ThreeWithoutPadding(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch2 = ConvBlock(c2[0], c2[1], 3)


@mistake("neither convolution has a padding: a 5x5 needs 2, a 3x3 needs 1")
class NoPaddingAtAll(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch2 = ConvBlock(c2[0], c2[1], 3)
        self.branch3 = ConvBlock(c3[0], c3[1], 5)


@mistake("the kernels are swapped: branch2 is the 3x3, branch3 the 5x5")
class KernelsSwapped(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch2 = ConvBlock(c2[0], c2[1], 5, padding=2)
        self.branch3 = ConvBlock(c3[0], c3[1], 3, padding=1)


@mistake("the larger convolutions read in_channels: they read what the reductions give, c2[0] and c3[0]")
class BranchesReadX(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch2 = ConvBlock(in_channels, c2[1], 3, padding=1)
        self.branch3 = ConvBlock(in_channels, c3[1], 5, padding=2)


@mistake("two 3x3 convolutions stand for the 5x5: it is one ConvBlock with a kernel of 5")
class TwoThreesForFive(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch3 = nn.Sequential(
            ConvBlock(c3[0], c3[1], 3, padding=1), ConvBlock(c3[1], c3[1], 3, padding=1)
        )


@mistake("c1 and c4 are swapped: c1 belongs to branch1, c4 to the branch with the pool")
class EndsSwapped(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.branch1 = ConvBlock(in_channels, c4, 1)
        self.branch4 = ConvBlock(in_channels, c1, 1)


@mistake("the 5x5 branch begins with branch2_reduce: it has a reduction of its own, branch3_reduce")
class FiveReducedByThree(_Parts):
    def five(self, x):
        return self.branch3(self.branch2_reduce(x))


@mistake("super().__init__() is missing: without it a module takes no sub-modules")
class NoSuper(Right):
    def __init__(self, in_channels, c1, c2, c3, c4):
        self.branch1 = ConvBlock(in_channels, c1, 1)
