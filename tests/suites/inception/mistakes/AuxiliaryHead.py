"""Wrong variants of inception.AuxiliaryHead."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").AuxiliaryHead
ConvBlock = reference("inception").ConvBlock


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        return self.scores(self.features(x))

    def features(self, x):
        return self.reduce(self.pool(x)).flatten(1)

    def scores(self, h):
        return self.fc2(self.off(torch.relu(self.fc1(h))))

    def off(self, h):
        return self.dropout(h)


@mistake("the pool takes the maximum: it is to take the average")
class MaxPool(_Parts):
    def features(self, x):
        return self.reduce(functional.adaptive_max_pool2d(x, 2)).flatten(1)


@mistake("the average comes after the reduction: it comes before, on x")
class PoolAfterReduction(_Parts):
    def features(self, x):
        return self.pool(self.reduce(x)).flatten(1)


@mistake("the pool leaves 1x1 pixels: 2x2 are asked for, so that fc1 reads 4 * channels numbers")
class PooledToOne(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(channels, hidden)


@mistake(
    "the pool has a fixed window: for any height and width it leaves 2x2 pixels, as AdaptiveAvgPool2d does"
)
class FixedWindow(_Parts):
    def features(self, x):
        return self.reduce(functional.avg_pool2d(x, 3, stride=3)).flatten(1)


@mistake("windows of equal size leave the last rows and columns out: AdaptiveAvgPool2d reads every pixel")
class EqualWindows(_Parts):
    def features(self, x):
        h, w = (max(side // 2, 1) for side in x.shape[2:])
        if min(x.shape[2:]) < 2:
            return super().features(x)
        return self.reduce(functional.avg_pool2d(x, (h, w))[:, :, :2, :2]).flatten(1)


@mistake("the rows are flattened with the channels last: the order is channel, row, column")
class ChannelsLast(_Parts):
    def features(self, x):
        return self.reduce(self.pool(x)).permute(0, 2, 3, 1).flatten(1)


@mistake("there is no dropout")
class NoDropout(_Parts):
    def off(self, h):
        return h


@mistake("functional.dropout is on by default, also in evaluation: give it self.training, or use nn.Dropout")
class DropoutInEvaluation(_Parts):
    def off(self, h):
        return functional.dropout(h, self.dropout.p)


@mistake("dropout is ignored: it is always 0.7")
class DropoutTypedIn(_Parts):
    def off(self, h):
        return functional.dropout(h, 0.7, self.training)


@mistake("dropout is taken for the share that is kept: it is the share that is switched off")
class DropoutTurnedRound(_Parts):
    def off(self, h):
        return functional.dropout(h, 1 - self.dropout.p, self.training)


@mistake("dropout comes before fc1: it comes after its ReLU")
class DropoutBeforeHidden(_Parts):
    def scores(self, h):
        return self.fc2(torch.relu(self.fc1(self.off(h))))


@mistake("dropout comes last, on the scores: it comes before fc2")
class DropoutOnScores(_Parts):
    def scores(self, h):
        return self.off(self.fc2(torch.relu(self.fc1(h))))


@mistake("dropout switches a unit off for the whole batch: each sample has its own units off")
class DropoutForTheBatch(_Parts):
    def off(self, h):
        return h * self.dropout(torch.ones_like(h[:1]))


@mistake("the units that are kept are not divided by 1 - dropout")
class DropoutNotScaled(_Parts):
    def off(self, h):
        return self.dropout(h) * (1 - self.dropout.p) if self.training else h


@mistake("dropout is 0.5 where it is not given: the default is 0.7")
class OtherDefault(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.5):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)


@mistake("the ReLU after fc1 is missing")
class NoRelu(_Parts):
    def scores(self, h):
        return self.fc2(self.off(self.fc1(h)))


@mistake("there is a ReLU on the scores: they may be negative")
class ReluOnScores(_Parts):
    def scores(self, h):
        return torch.relu(super().scores(h))


@mistake("the output went through a softmax: the scores themselves are asked for")
class Softmax(_Parts):
    def scores(self, h):
        return super().scores(h).softmax(1)


@mistake("the output went through a log_softmax: the scores themselves are asked for")
class LogSoftmax(_Parts):
    def scores(self, h):
        return super().scores(h).log_softmax(1)


@mistake("the reduction is a bare convolution: it is a ConvBlock, with batch norm and ReLU")
class BareReduction(_Parts):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        nn.Module.__init__(self)
        self.pool, self.dropout = nn.AdaptiveAvgPool2d(2), nn.Dropout(dropout)
        self.reduce = nn.Conv2d(in_channels, channels, 1)
        self.fc1, self.fc2 = nn.Linear(4 * channels, hidden), nn.Linear(hidden, num_classes)


@mistake("the reduction is a bare convolution without bias: it is a ConvBlock, with batch norm and ReLU")
class BareReductionWithoutBias(_Parts):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        nn.Module.__init__(self)
        self.pool, self.dropout = nn.AdaptiveAvgPool2d(2), nn.Dropout(dropout)
        self.reduce = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.fc1, self.fc2 = nn.Linear(4 * channels, hidden), nn.Linear(hidden, num_classes)


@mistake("the reduction is missing: fc1 reads the pooled x")
class NoReduction(_Parts):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        nn.Module.__init__(self)
        self.pool, self.dropout = nn.AdaptiveAvgPool2d(2), nn.Dropout(dropout)
        self.fc1, self.fc2 = nn.Linear(4 * in_channels, hidden), nn.Linear(hidden, num_classes)

    def features(self, x):
        return self.pool(x).flatten(1)


@mistake("num_classes is ignored: 10 is typed in")
class ClassesTypedIn(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, 10, channels, hidden, dropout)


@mistake("channels and hidden are ignored: 8 and 16 are typed in")
class WidthsTypedIn(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, 8, 16, dropout)


@mistake("x is detached: the gradient of the head is to reach the blocks before it")
class Detached(_Parts):
    def features(self, x):
        return super().features(x.detach())


@mistake("the mask of the dropout is made without device=: it lies on the CPU")
class MaskOnTheCpu(_Parts):
    def off(self, h):
        if not self.training or self.dropout.p == 0:
            return h
        mask = (torch.rand(h.shape) >= self.dropout.p).to(h.dtype)
        return h * mask / (1 - self.dropout.p) if self.dropout.p < 1 else h * mask


@mistake("the pool leaves 4x4 pixels: 2x2 are asked for, so that fc1 reads 4 * channels numbers")
class PooledToFour(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.fc1 = nn.Linear(16 * channels, hidden)


@mistake("the pool leaves one pixel, and fc1 reads 4 * channels numbers: average to 2x2 pixels")
class AveragedToOne(_Parts):
    def features(self, x):
        return self.reduce(functional.adaptive_avg_pool2d(x, 1)).flatten(1)


@mistake("the pool is missing: average to 2x2 pixels first, whatever the height and width")
class NoPool(_Parts):
    def features(self, x):
        return self.reduce(x).flatten(1)


@mistake("the pool has the windows of the paper, 5x5 with stride 3: AdaptiveAvgPool2d(2) leaves 2x2 pixels")
class WindowsOfThePaper(_Parts):
    def features(self, x):
        return self.reduce(functional.avg_pool2d(x, 5, stride=3)).flatten(1)


@mistake("the pool has windows of 2x2: it leaves 2x2 pixels, whatever height and width are")
class WindowsOfTwo(_Parts):
    def features(self, x):
        return self.reduce(functional.avg_pool2d(x, 2)).flatten(1)


@mistake("the maximum is taken, and after the reduction: the average comes before it")
class MaxPoolAfterReduction(_Parts):
    def features(self, x):
        return functional.adaptive_max_pool2d(self.reduce(x), 2).flatten(1)


@mistake("the rows are flattened with columns before rows: the order is channel, row, column")
class ColumnsFirst(_Parts):
    def features(self, x):
        return self.reduce(self.pool(x)).transpose(2, 3).flatten(1)


@mistake("everything is flattened, the batch too: keep axis 0")
class BatchFlattened(_Parts):
    def features(self, x):
        return self.reduce(self.pool(x)).flatten()


@mistake("a ReLU works on x before the average: x may be negative")
class ReluBefore(_Parts):
    def features(self, x):
        return self.reduce(self.pool(torch.relu(x))).flatten(1)


@mistake("the images are scaled to 2x2 pixels by picking some: AdaptiveAvgPool2d reads every pixel")
class Interpolated(_Parts):
    def features(self, x):
        return self.reduce(functional.interpolate(x, size=(2, 2))).flatten(1)


@mistake("functional.dropout takes 0.5 and is on by default: give it dropout and self.training")
class DropoutByDefault(_Parts):
    def off(self, h):
        return functional.dropout(h)


@mistake("functional.dropout takes 0.5 by default: give it dropout")
class DropoutOfAHalf(_Parts):
    def off(self, h):
        return functional.dropout(h, training=self.training)


@mistake("there is a dropout before fc1 too: it comes once, after its ReLU")
class DropoutTwice(_Parts):
    def scores(self, h):
        return self.fc2(self.off(torch.relu(self.fc1(self.off(h)))))


@mistake("the dropout switches features off before they are flattened: it comes after the ReLU of fc1")
class DropoutOnChannels(_Parts):
    def features(self, x):
        return functional.dropout2d(self.reduce(self.pool(x)), self.dropout.p, self.training).flatten(1)

    def off(self, h):
        return h


@mistake("the dropout is on in evaluation and off while training: it is the other way round")
class DropoutInTheWrongMode(_Parts):
    def off(self, h):
        return functional.dropout(h, self.dropout.p, not self.training)


@mistake("the activation after fc1 is tanh: it is a ReLU")
class Tanh(_Parts):
    def scores(self, h):
        return self.fc2(self.off(torch.tanh(self.fc1(h))))


@mistake("the activation after fc1 is a sigmoid: it is a ReLU")
class Sigmoid(_Parts):
    def scores(self, h):
        return self.fc2(self.off(torch.sigmoid(self.fc1(h))))


@mistake("the activation after fc1 leaks: it is a ReLU")
class Leaky(_Parts):
    def scores(self, h):
        return self.fc2(self.off(functional.leaky_relu(self.fc1(h))))


@mistake("the output went through a sigmoid: the scores themselves are asked for")
class SigmoidOnScores(_Parts):
    def scores(self, h):
        return torch.sigmoid(super().scores(h))


@mistake("squeeze() also takes the axis of a batch of one away: y is (N, K)")
class Squeezed(_Parts):
    def scores(self, h):
        return super().scores(h).squeeze()


@mistake("channels is ignored: 8 is typed in")
class ChannelsTypedIn(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.reduce = ConvBlock(in_channels, 8, 1)
        self.fc1 = nn.Linear(32, hidden)


@mistake("hidden is ignored: 16 is typed in")
class HiddenTypedIn(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.fc1 = nn.Linear(4 * channels, 16)
        self.fc2 = nn.Linear(16, num_classes)


@mistake("fc1 reads channels numbers: 2x2 pixels make it 4 * channels")
class PixelsNotCounted(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.fc1 = nn.Linear(channels, hidden)


@mistake("fc1 reads 4 * in_channels numbers: the reduction leaves 4 * channels")
class ReadsChannelsIn(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.fc1 = nn.Linear(4 * in_channels, hidden)


@mistake("the reduction has a kernel of 3: it is 1x1")
class ReductionOfThree(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.reduce = ConvBlock(in_channels, channels, 3, padding=1)


@mistake("hidden units and classes are swapped: fc1 gives hidden, fc2 gives num_classes")
class HiddenAndClassesSwapped(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.fc1 = nn.Linear(4 * channels, num_classes)
        self.fc2 = nn.Linear(num_classes, hidden)


@mistake("the linear layers have no bias: they have one")
class NoBias(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.fc1 = nn.Linear(4 * channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, num_classes, bias=False)


@mistake("channels is 128 and hidden 1024 where they are not given: the defaults are 8 and 16")
class DefaultsOfThePaper(Right):
    def __init__(self, in_channels, num_classes=10, channels=128, hidden=1024, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)


@mistake("num_classes is 1000 where it is not given: the default is 10")
class ThousandClasses(Right):
    def __init__(self, in_channels, num_classes=1000, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)


@mistake("dropout is 0.4 where it is not given: the default is 0.7")
class DefaultOfTheNet(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.4):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)


@mistake("the hidden layer is missing: fc1 and fc2 follow one another")
class OneLayer(_Parts):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        nn.Module.__init__(self)
        self.pool, self.dropout = nn.AdaptiveAvgPool2d(2), nn.Dropout(dropout)
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1 = nn.Linear(4 * channels, num_classes)

    def scores(self, h):
        return self.fc1(self.dropout(h))
