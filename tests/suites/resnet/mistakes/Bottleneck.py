"""Wrong variants of resnet.Bottleneck."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("resnet").Bottleneck


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self._change(in_channels, channels, stride)

    def _change(self, in_channels, channels, stride):
        pass

    def forward(self, x):
        return self._joined(self._branch(x), self._shortcut(x))

    def _branch(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        h = torch.relu(self.bn2(self.conv2(h)))
        return self.bn3(self.conv3(h))

    def _shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def _joined(self, branch, shortcut):
        return torch.relu(branch + shortcut)


@mistake("the stride is on conv1, the 1x1, which skips pixels: it belongs to conv2, the 3x3")
class StrideOnTheFirst(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv1.stride, self.conv2.stride = (stride, stride), (1, 1)


@mistake("the stride is on conv3: it belongs to conv2, the 3x3")
class StrideOnTheLast(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv3.stride, self.conv2.stride = (stride, stride), (1, 1)


@mistake("conv1 and conv2 have the stride: only conv2 has")
class StrideTwice(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv1.stride = (stride, stride)


@mistake("the projection has no stride: it must shrink the image as the branch does")
class ProjectionWithoutStride(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is not None:
            self.downsample[0].stride = (1, 1)


@mistake("the expansion is forgotten: 4 * channels come out")
class NoExpansion(_Parts):
    expansion = 1


@mistake("the expansion is 2: four times the width comes out")
class ExpansionOfTwo(_Parts):
    expansion = 2


@mistake("the class does not say its expansion: expansion = 4 stands in the class")
class ExpansionNotSaid(_Parts):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.expansion = 1


@mistake("channels is taken for what comes out: it is the width in the middle, a fourth of that")
class WidthDivided(Right):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, max(channels // 4, 1), stride)


@mistake("the projection is there in any case: where the shapes agree, the shortcut is x itself")
class AlwaysProjected(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is None:
            self.downsample = reference("resnet")._projection(in_channels, 4 * channels, stride)


@mistake("there is a projection only where the stride is not 1: it is needed for other channels too")
class ProjectedForStrideOnly(_Parts):
    def _change(self, in_channels, channels, stride):
        if stride == 1:
            self.downsample = None


@mistake("there is a projection only where the channels differ: it is needed for a stride too")
class ProjectedForChannelsOnly(_Parts):
    def _change(self, in_channels, channels, stride):
        if in_channels == 4 * channels:
            self.downsample = None


@mistake("in_channels is compared with channels: compare it with 4 * channels")
class ComparedWithTheWidth(_Parts):
    def _change(self, in_channels, channels, stride):
        if stride == 1 and in_channels == channels:
            self.downsample = None
        elif self.downsample is None:
            self.downsample = reference("resnet")._projection(in_channels, 4 * channels, stride)


@mistake("the projection has no batch norm")
class ProjectionWithoutNorm(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is not None:
            self.downsample = nn.Sequential(self.downsample[0])


@mistake("the projection has a bias: a batch norm follows, bias=False")
class ProjectionWithBias(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is not None:
            self.downsample[0] = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)


@mistake("the projection ends with a relu: the shortcut carries negative numbers too")
class ProjectionWithRelu(_Parts):
    def _shortcut(self, x):
        return x if self.downsample is None else torch.relu(self.downsample(x))


@mistake("a relu follows bn3, before the sum: the branch must be able to subtract")
class ReluBeforeTheSum(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(torch.relu(branch) + shortcut)


@mistake("the relu after the sum is missing")
class NoLastRelu(_Parts):
    def _joined(self, branch, shortcut):
        return branch + shortcut


@mistake("the shortcut is missing")
class NoShortcut(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(branch)


@mistake("the shortcut is cut out of the graph")
class DetachedShortcut(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(branch + shortcut.detach())


@mistake("x += ... writes into what came in: make a new tensor, x + ...")
class AddedInPlace(_Parts):
    def _joined(self, branch, shortcut):
        shortcut += branch
        return torch.relu(shortcut)


@mistake("the first relu is missing, after bn1")
class NoFirstRelu(_Parts):
    def _branch(self, x):
        h = self.bn1(self.conv1(x))
        return self.bn3(self.conv3(torch.relu(self.bn2(self.conv2(h)))))


@mistake("the second relu is missing, after bn2")
class NoSecondRelu(_Parts):
    def _branch(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        return self.bn3(self.conv3(self.bn2(self.conv2(h))))


@mistake("bn1 serves conv2 too: each convolution has a batch norm of its own")
class FirstNormTwice(_Parts):
    def _change(self, in_channels, channels, stride):
        self.bn2 = self.bn1


@mistake("conv2 is not padded: the image shrinks, and the shortcut does not fit")
class NoPadding(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv2.padding = (0, 0)


@mistake("all three convolutions are 3x3: the first and the last are 1x1")
class AllOfThree(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 3, padding=1, bias=False)


@mistake("the convolutions have biases: a batch norm follows, bias=False")
class WithBiases(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv1 = nn.Conv2d(in_channels, channels, 1)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1)
