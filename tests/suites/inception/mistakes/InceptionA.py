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


@mistake("the pool branch comes first: the order is 1x1, 5x5, 3x3, pool")
class PoolFirst(_Parts):
    order = (3, 0, 1, 2)


@mistake("the pool branch comes second: the order is 1x1, 5x5, 3x3, pool")
class PoolSecond(_Parts):
    order = (0, 3, 1, 2)


@mistake("the order of the branches is turned round: it is 1x1, 5x5, 3x3, pool")
class Reversed(_Parts):
    order = (3, 2, 1, 0)


@mistake("the pool branch comes third, before the 3x3 branch: the order is 1x1, 5x5, 3x3, pool")
class PoolThird(_Parts):
    order = (0, 1, 3, 2)


@mistake("the 1x1 branch comes last: the order is 1x1, 5x5, 3x3, pool")
class OneLast(_Parts):
    order = (1, 2, 3, 0)


@mistake("the pool branch is first and the 3x3 before the 5x5: the order is 1x1, 5x5, 3x3, pool")
class PoolFirstThreeBeforeFive(_Parts):
    order = (3, 0, 2, 1)


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


@mistake("x is set to its average in place: the branches read the same x, which stays as it is")
class AveragedInPlace(_Parts):
    def forward(self, x):
        pooled = self.pool(x)
        x.data.copy_(functional.avg_pool2d(x, 3, stride=1, padding=1))
        return self.joined([self.one(x), self.five(x), self.three(x), pooled])


@mistake("the pool branch is detached: gradients flow through every branch")
class PoolDetached(_Parts):
    def pool(self, x):
        return super().pool(x.detach())


@mistake("the zeros around x are made without device=: they lie on the CPU")
class PaddedOnTheCpu(_Parts):
    def pool(self, x):
        n, c, h, w = x.shape
        rows, columns = torch.zeros(n, c, 1, w, dtype=x.dtype), torch.zeros(n, c, h + 2, 1, dtype=x.dtype)
        tall = torch.cat([rows, x, rows], dim=2)
        return self.branch_pool(
            functional.avg_pool2d(torch.cat([columns, tall, columns], dim=3), 3, stride=1)
        )


@mistake("the branches come as 1x1, 3x3, pool, 5x5: the order is 1x1, 5x5, 3x3, pool")
class OrderOneThreePoolFive(_Parts):
    order = (0, 2, 3, 1)


@mistake("the branches come as 1x1, pool, 3x3, 5x5: the order is 1x1, 5x5, 3x3, pool")
class OrderOnePoolThreeFive(_Parts):
    order = (0, 3, 2, 1)


@mistake("the branches come as 5x5, 1x1, 3x3, pool: the order is 1x1, 5x5, 3x3, pool")
class OrderFiveOneThreePool(_Parts):
    order = (1, 0, 2, 3)


@mistake("the branches come as 5x5, 1x1, pool, 3x3: the order is 1x1, 5x5, 3x3, pool")
class OrderFiveOnePoolThree(_Parts):
    order = (1, 0, 3, 2)


@mistake("the branches come as 5x5, 3x3, 1x1, pool: the order is 1x1, 5x5, 3x3, pool")
class OrderFiveThreeOnePool(_Parts):
    order = (1, 2, 0, 3)


@mistake("the branches come as 5x5, pool, 1x1, 3x3: the order is 1x1, 5x5, 3x3, pool")
class OrderFivePoolOneThree(_Parts):
    order = (1, 3, 0, 2)


@mistake("the branches come as 5x5, pool, 3x3, 1x1: the order is 1x1, 5x5, 3x3, pool")
class OrderFivePoolThreeOne(_Parts):
    order = (1, 3, 2, 0)


@mistake("the branches come as 3x3, 1x1, 5x5, pool: the order is 1x1, 5x5, 3x3, pool")
class OrderThreeOneFivePool(_Parts):
    order = (2, 0, 1, 3)


@mistake("the branches come as 3x3, 1x1, pool, 5x5: the order is 1x1, 5x5, 3x3, pool")
class OrderThreeOnePoolFive(_Parts):
    order = (2, 0, 3, 1)


@mistake("the branches come as 3x3, 5x5, 1x1, pool: the order is 1x1, 5x5, 3x3, pool")
class OrderThreeFiveOnePool(_Parts):
    order = (2, 1, 0, 3)


@mistake("the branches come as 3x3, 5x5, pool, 1x1: the order is 1x1, 5x5, 3x3, pool")
class OrderThreeFivePoolOne(_Parts):
    order = (2, 1, 3, 0)


@mistake("the branches come as 3x3, pool, 1x1, 5x5: the order is 1x1, 5x5, 3x3, pool")
class OrderThreePoolOneFive(_Parts):
    order = (2, 3, 0, 1)


@mistake("the branches come as 3x3, pool, 5x5, 1x1: the order is 1x1, 5x5, 3x3, pool")
class OrderThreePoolFiveOne(_Parts):
    order = (2, 3, 1, 0)


@mistake("the branches come as pool, 5x5, 1x1, 3x3: the order is 1x1, 5x5, 3x3, pool")
class OrderPoolFiveOneThree(_Parts):
    order = (3, 1, 0, 2)


@mistake("the branches come as pool, 5x5, 3x3, 1x1: the order is 1x1, 5x5, 3x3, pool")
class OrderPoolFiveThreeOne(_Parts):
    order = (3, 1, 2, 0)


@mistake("the branches come as pool, 3x3, 1x1, 5x5: the order is 1x1, 5x5, 3x3, pool")
class OrderPoolThreeOneFive(_Parts):
    order = (3, 2, 0, 1)


@mistake("the average pool has no padding: give it padding=1")
class PoolWithoutPadding(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3, stride=1))


@mistake("the average pool has its default stride and no padding: give it stride=1 and padding=1")
class PoolByDefault(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3))


@mistake("the average pool has stride 2: give it stride=1")
class PoolStrideTwo(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 3, stride=2, padding=1))


@mistake("the average goes over 5x5 windows: they are 3x3")
class PoolOfFive(_Parts):
    def pool(self, x):
        return self.branch_pool(functional.avg_pool2d(x, 5, stride=1, padding=2))


@mistake("the average goes over the whole image: the windows are 3x3")
class PoolOfAll(_Parts):
    def pool(self, x):
        return self.branch_pool(x.mean((2, 3), keepdim=True).expand_as(x))


@mistake("the edge is repeated around x before the average: the padding is 0")
class PoolRepeatsTheEdge(_Parts):
    def pool(self, x):
        return self.branch_pool(
            functional.avg_pool2d(functional.pad(x, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
        )


@mistake("the 1x1 convolution after the average is missing")
class PoolAlone(_Parts):
    def pool(self, x):
        return functional.avg_pool2d(x, 3, stride=1, padding=1)


@mistake("the maximum is taken, and after the 1x1 convolution: the average comes before it")
class MaxPoolAfterConvolution(_Parts):
    def pool(self, x):
        return functional.max_pool2d(self.branch_pool(x), 3, stride=1, padding=1)


@mistake("the 5x5 convolution has padding 1: it needs 2")
class FivePaddedByOne(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=1)


@mistake("the first 3x3 convolution has no padding: it needs 1")
class FirstThreeWithoutPadding(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3)


@mistake("the second 3x3 convolution has no padding: it needs 1")
class SecondThreeWithoutPadding(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3)


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


@mistake("the 3x3 convolutions have padding 2: each needs 1")
class ThreesPaddedByTwo(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding=2)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=2)


@mistake("the 1x1 convolutions have padding 1: they need none")
class OnesPadded(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1, padding=1)


@mistake("the 5x5 convolution has stride 2: all have stride 1")
class FiveStrides(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, stride=2, padding=2)


@mistake("the reduction of the 5x5 branch is a 5x5 too: it is a 1x1")
class FiveTwice(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_1 = nn.Conv2d(in_channels, 16, 5, padding=2)


@mistake("the reduction of the 3x3 branch is a 3x3 too: it is a 1x1")
class ThreeThreeTimes(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_1 = nn.Conv2d(in_channels, 16, 3, padding=1)


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


@mistake("the reduction of the 5x5 branch gives 24 channels: it gives 16")
class ReductionOfFiveWide(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_1 = nn.Conv2d(in_channels, 24, 1)
        self.branch5x5_2 = nn.Conv2d(24, 24, 5, padding=2)


@mistake("the reduction of the 3x3 branch gives 24 channels: it gives 16")
class ReductionOfThreeWide(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch3x3_1 = nn.Conv2d(in_channels, 24, 1)
        self.branch3x3_2 = nn.Conv2d(24, 24, 3, padding=1)


@mistake("the reductions give 24 channels: they give 16")
class ReductionsWide(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_1 = nn.Conv2d(in_channels, 24, 1)
        self.branch5x5_2 = nn.Conv2d(24, 24, 5, padding=2)
        self.branch3x3_1 = nn.Conv2d(in_channels, 24, 1)
        self.branch3x3_2 = nn.Conv2d(24, 24, 3, padding=1)


@mistake("two 3x3 convolutions stand for the 5x5: it is one convolution with a kernel of 5")
class TwoThreesForFive(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.branch5x5_2 = nn.Sequential(nn.Conv2d(16, 24, 3, padding=1), nn.Conv2d(24, 24, 3, padding=1))


@mistake("the first 3x3 convolution is skipped: the branch has two")
class FirstThreeSkipped(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_1(x))


@mistake("the second 3x3 convolution runs twice: it runs once")
class SecondThreeTwice(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x))))


@mistake("the 5x5 convolution reads x: it reads what its 1x1 convolution gives")
class FiveReadsX(_Parts):
    def five(self, x):
        return self.branch5x5_2(x)


@mistake("the 3x3 convolution reads x: it reads what its 1x1 convolution gives")
class ThreeReadsX(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(x))


@mistake("the 5x5 branch begins with branch1x1: it has a 1x1 convolution of its own, branch5x5_1")
class FiveReadsOne(_Parts):
    def five(self, x):
        return self.branch5x5_2(self.branch1x1(x))


@mistake("the 3x3 branch begins with branch1x1: it has a 1x1 convolution of its own, branch3x3_1")
class ThreeReadsOne(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch1x1(x)))


@mistake("both larger branches begin with branch1x1: each has a 1x1 convolution of its own")
class BothReadOne(_Parts):
    def five(self, x):
        return self.branch5x5_2(self.branch1x1(x))

    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch1x1(x)))


@mistake("the 3x3 branch begins with the reduction of the 5x5: it has its own, branch3x3_1")
class ThreeReducedByFive(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch5x5_1(x)))


@mistake("the 5x5 branch begins with the reduction of the 3x3: it has its own, branch5x5_1")
class FiveReducedByThree(_Parts):
    def five(self, x):
        return self.branch5x5_2(self.branch3x3_1(x))


@mistake("the reductions are swapped: branch5x5_1 comes before the 5x5, branch3x3_1 before the 3x3")
class ReductionsSwapped(_Parts):
    def five(self, x):
        return self.branch5x5_2(self.branch3x3_1(x))

    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch5x5_1(x)))


@mistake("the 3x3 branch reads what the 5x5 branch gave: all four read x")
class ThreeReadsFive(_Parts):
    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(self.five(x))))


@mistake("the 5x5 branch reads what branch1x1 gave: all four read x")
class FiveBehindOne(_Parts):
    def five(self, x):
        return self.branch5x5_2(self.branch5x5_1(self.branch1x1(x)))


@mistake("there is a ReLU after both reductions: this block has none inside")
class ReluOnReductions(_Parts):
    def five(self, x):
        return self.branch5x5_2(torch.relu(self.branch5x5_1(x)))

    def three(self, x):
        return self.branch3x3_3(self.branch3x3_2(torch.relu(self.branch3x3_1(x))))


@mistake("a ReLU works on x before the branches: this block has none inside")
class ReluBefore(_Parts):
    def forward(self, x):
        return super().forward(torch.relu(x))


@mistake("there is a ReLU inside the 3x3 branch: this block has none inside")
class ReluInThree(_Parts):
    def three(self, x):
        return self.branch3x3_3(torch.relu(self.branch3x3_2(torch.relu(self.branch3x3_1(x)))))


@mistake("there is a ReLU between the two 3x3 convolutions: this block has none inside")
class ReluBetweenThrees(_Parts):
    def three(self, x):
        return self.branch3x3_3(torch.relu(self.branch3x3_2(self.branch3x3_1(x))))


@mistake("there is a ReLU inside the 5x5 branch: this block has none inside")
class ReluInFive(_Parts):
    def five(self, x):
        return self.branch5x5_2(torch.relu(self.branch5x5_1(x)))


@mistake("the pool branch is left out: four branches are joined")
class NoPoolBranch(_Parts):
    order = (0, 1, 2)


@mistake("branch1x1 is left out: four branches are joined")
class NoOneBranch(_Parts):
    order = (1, 2, 3)


@mistake("there is a dropout at the end: this block has none")
class DropoutAtTheEnd(_Parts):
    def joined(self, branches):
        return functional.dropout(torch.cat(branches, dim=1), 0.5, self.training)


@mistake("out_channels counts the reductions too: 16 + 24 + 24 + 24 = 88")
class ReductionsCounted(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.out_channels = 16 * 3 + 24 * 4


@mistake("out_channels is 96, as if each branch gave 24: 16 + 24 + 24 + 24 = 88")
class FourTimesTwentyFour(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.out_channels = 96


@mistake("out_channels counts the channels of x too: it is 88")
class InputCounted(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.out_channels = in_channels + 88


@mistake("out_channels is the width of the last branch: it is that of all four, 88")
class LastWidthTold(Right):
    def __init__(self, in_channels):
        super().__init__(in_channels)
        self.out_channels = 24


@mistake("super().__init__() is missing: without it a module takes no sub-modules")
class NoSuper(Right):
    def __init__(self, in_channels):
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1)


@mistake("branch1x1 gives 24 channels: it gives 16")
class OneGivesTwentyFour(_Made):
    widths = {"branch1x1": 24}


@mistake("branch_pool gives 16 channels: it gives 24")
class PoolGivesSixteen(_Made):
    widths = {"branch_pool": 16}


@mistake("branch5x5_2 gives 16 channels: it gives 24")
class FiveGivesSixteen(_Made):
    widths = {"branch5x5_2": 16}
