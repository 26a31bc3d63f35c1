"""Wrong variants of inception.GoogLeNet."""

from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").GoogLeNet
Output = reference("inception").GoogLeNetOutput
AuxiliaryHead = reference("inception").AuxiliaryHead
Inception = reference("inception").Inception
ConvBlock = reference("inception").ConvBlock


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        first = self.inception1(self.stem(x))
        second = self.inception2(self.pooled(first))
        third = self.inception3(self.pooled(second))
        main = self.main(third)
        return self.returned(main, first, second) if self.training else self.alone(main, first, second)

    def pooled(self, x):
        return self.pool(x)

    def main(self, x):
        return self.fc(self.off(x.mean((2, 3))))

    def off(self, x):
        return self.dropout(x)

    def returned(self, main, first, second):
        return Output(main, *self.heads(first, second))

    def heads(self, first, second):
        return self.auxiliary1(first), self.auxiliary2(second)

    def alone(self, main, first, second):
        return main


@mistake("three outputs come back in evaluation too: there the main scores alone are asked for")
class HeadsInEvaluation(_Parts):
    def alone(self, main, first, second):
        return self.returned(main, first, second)


@mistake("the heads are run in evaluation too, for scores that nobody gets: leave them out there")
class HeadsRunForNothing(_Parts):
    def alone(self, main, first, second):
        self.heads(first, second)
        return main


@mistake("the main scores alone come back while training too: there all three are asked for")
class MainOnly(_Parts):
    def returned(self, main, first, second):
        return main


@mistake("the modes are mixed up: three outputs while training, one in evaluation")
class ModesMixedUp(_Parts):
    def returned(self, main, first, second):
        return main

    def alone(self, main, first, second):
        return Output(main, *self.heads(first, second))


@mistake("a plain tuple comes back: a GoogLeNetOutput has names for its parts")
class PlainTuple(_Parts):
    def returned(self, main, first, second):
        return main, *self.heads(first, second)


@mistake("the auxiliary scores come before the main ones: the order is main, auxiliary1, auxiliary2")
class MainLast(_Parts):
    def returned(self, main, first, second):
        return Output(*self.heads(first, second), main)


@mistake("the auxiliary outputs are swapped: the order is main, auxiliary1, auxiliary2")
class HeadsSwapped(_Parts):
    def returned(self, main, first, second):
        return Output(main, *self.heads(first, second)[::-1])


@mistake("the heads read detached features: their gradients are to reach the stem")
class HeadsDetached(_Parts):
    def heads(self, first, second):
        return super().heads(first.detach(), second.detach())


@mistake("the heads read the features after the pool: they read what the blocks gave, before it")
class HeadsBehindThePool(_Parts):
    def heads(self, first, second):
        return super().heads(self.pool(first), self.pool(second))


@mistake("the heads sit after the second and the third block: they belong after the first and the second")
class HeadsOneBlockLater(Right):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__(in_channels, num_classes, dropout)
        self.auxiliary1 = AuxiliaryHead(24, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(32, num_classes, dropout=dropout)

    def forward(self, x):
        second = self.inception2(self.pool(self.inception1(self.stem(x))))
        third = self.inception3(self.pool(second))
        main = self.fc(self.dropout(third.mean((2, 3))))
        return Output(main, self.auxiliary1(second), self.auxiliary2(third)) if self.training else main


@mistake("the pool rounds sizes down: 8 pixels are to become 4, by ceil_mode=True")
class FloorMode(_Parts):
    def pooled(self, x):
        return functional.max_pool2d(x, 3, stride=2)


@mistake("the pool has padding 1: none is asked for, sizes are rounded up by ceil_mode=True")
class PoolPadded(_Parts):
    def pooled(self, x):
        return functional.max_pool2d(x, 3, stride=2, padding=1)


@mistake("the pool takes the average: it is to take the maximum")
class AveragePool(_Parts):
    def pooled(self, x):
        return functional.avg_pool2d(x, 3, stride=2, ceil_mode=True)


@mistake("there is no pool between the blocks")
class NoPool(_Parts):
    def pooled(self, x):
        return x


@mistake("the largest pixel stands for each channel before fc: it is to be the average")
class GlobalMax(_Parts):
    def main(self, x):
        return self.fc(self.off(x.amax((2, 3))))


@mistake("there is no dropout before fc")
class NoDropout(_Parts):
    def off(self, x):
        return x


@mistake("functional.dropout is on by default, also in evaluation: give it self.training, or use nn.Dropout")
class DropoutInEvaluation(_Parts):
    def off(self, x):
        return functional.dropout(x, self.dropout.p)


class _Made(_Parts):
    """The network made in the usual order, each weight drawn once; a variant replaces a part."""

    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        nn.Module.__init__(self)
        self.stem = self.first(in_channels)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1 = self.head(16, num_classes, dropout)
        self.auxiliary2 = self.head(24, num_classes, dropout)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.dropout = self.dropped(dropout)
        self.fc = nn.Linear(32, num_classes)

    def first(self, in_channels):
        return ConvBlock(in_channels, 8, 3, padding=1)

    def head(self, channels, num_classes, dropout):
        return AuxiliaryHead(channels, num_classes, dropout=dropout)

    def dropped(self, dropout):
        return nn.Dropout(dropout)


@mistake("dropout is not passed on to the heads: they take their own default")
class DropoutNotPassedOn(_Made):
    def head(self, channels, num_classes, dropout):
        return AuxiliaryHead(channels, num_classes)


@mistake("dropout is passed on to the heads in the place of their channels: write dropout=dropout")
class DropoutAsChannels(_Made):
    def head(self, channels, num_classes, dropout):
        return AuxiliaryHead(channels, num_classes, dropout)


@mistake("dropout is ignored before fc: it is 0.4 always")
class DropoutTypedIn(_Made):
    def dropped(self, dropout):
        return nn.Dropout(0.4)


@mistake("the stem is a bare convolution: it is a ConvBlock, with batch norm and ReLU")
class BareStem(_Made):
    def first(self, in_channels):
        return nn.Conv2d(in_channels, 8, 3, padding=1)


@mistake("the stem has no padding: give it padding=1")
class StemWithoutPadding(_Made):
    def first(self, in_channels):
        return ConvBlock(in_channels, 8, 3)


@mistake("dropout is 0.7 where it is not given: the default is 0.4")
class OtherDefault(Right):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.7):
        super().__init__(in_channels, num_classes, dropout)


@mistake("in_channels is ignored: 1 is typed in")
class ChannelsTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__(1, num_classes, dropout)


@mistake("the blocks stand in a plain list, so parameters() finds them nowhere: assign each to its name")
class PlainList(Right):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__(in_channels, num_classes, dropout)
        blocks = [self.inception1, self.inception2, self.inception3]
        del self.inception1, self.inception2, self.inception3
        self.__dict__["blocks"] = blocks

    def forward(self, x):
        one, two, three = self.__dict__["blocks"]
        first = one(self.stem(x))
        second = two(self.pool(first))
        main = self.fc(self.dropout(three(self.pool(second)).mean((2, 3))))
        return Output(main, self.auxiliary1(first), self.auxiliary2(second)) if self.training else main


@mistake("the features are moved to the CPU, whatever the device of x")
class ToTheCpu(_Parts):
    def main(self, x):
        return super().main(x.cpu())


@mistake("the pool has windows of 2x2 and rounds down: they are 3x3 with stride 2, and round up")
class PoolOfTwo(_Parts):
    def pooled(self, x):
        return functional.max_pool2d(x, 2)


@mistake("the pool has its default stride, 3: give it stride=2")
class PoolStride(_Parts):
    def pooled(self, x):
        return functional.max_pool2d(x, 3, ceil_mode=True)


@mistake("num_classes is not passed on to the heads: every classifier has K scores")
class ClassesNotPassedOn(_Made):
    def head(self, channels, num_classes, dropout):
        return AuxiliaryHead(channels, dropout=dropout)
