"""Wrong variants of inception.AuxiliaryHead."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").AuxiliaryHead


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


@mistake("dropout comes before fc1: it comes after its ReLU")
class DropoutBeforeHidden(_Parts):
    def scores(self, h):
        return self.fc2(torch.relu(self.fc1(self.off(h))))


@mistake("dropout comes last, on the scores: it comes before fc2")
class DropoutOnScores(_Parts):
    def scores(self, h):
        return self.off(self.fc2(torch.relu(self.fc1(h))))


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


@mistake("the reduction is a bare convolution: it is a ConvBlock, with batch norm and ReLU")
class BareReduction(_Parts):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        nn.Module.__init__(self)
        self.pool, self.dropout = nn.AdaptiveAvgPool2d(2), nn.Dropout(dropout)
        self.reduce = nn.Conv2d(in_channels, channels, 1)
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


@mistake("the mask of the dropout is made without device=: it lies on the CPU")
class MaskOnTheCpu(_Parts):
    def off(self, h):
        if not self.training or self.dropout.p == 0:
            return h
        mask = (torch.rand(h.shape) >= self.dropout.p).to(h.dtype)
        return h * mask / (1 - self.dropout.p) if self.dropout.p < 1 else h * mask


@mistake("the pool is missing: average to 2x2 pixels first, whatever the height and width")
class NoPool(_Parts):
    def features(self, x):
        return self.reduce(x).flatten(1)


@mistake("the pool has the windows of the paper, 5x5 with stride 3: AdaptiveAvgPool2d(2) leaves 2x2 pixels")
class WindowsOfThePaper(_Parts):
    def features(self, x):
        return self.reduce(functional.avg_pool2d(x, 5, stride=3)).flatten(1)


@mistake("everything is flattened, the batch too: keep axis 0")
class BatchFlattened(_Parts):
    def features(self, x):
        return self.reduce(self.pool(x)).flatten()


@mistake("functional.dropout takes 0.5 and is on by default: give it dropout and self.training")
class DropoutByDefault(_Parts):
    def off(self, h):
        return functional.dropout(h)


@mistake("functional.dropout takes 0.5 by default: give it dropout")
class DropoutOfAHalf(_Parts):
    def off(self, h):
        return functional.dropout(h, training=self.training)


@mistake("fc1 reads channels numbers: 2x2 pixels make it 4 * channels")
class PixelsNotCounted(Right):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__(in_channels, num_classes, channels, hidden, dropout)
        self.fc1 = nn.Linear(channels, hidden)
