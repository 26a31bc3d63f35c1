"""Wrong variants of resnet.PreActivationBlock."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("resnet").PreActivationBlock


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self._change(in_channels, channels, stride)

    def _change(self, in_channels, channels, stride):
        pass

    def forward(self, x):
        a = self._first(x)
        return self._joined(self._branch(a), self._shortcut(x, a))

    def _first(self, x):
        return torch.relu(self.bn1(x))

    def _branch(self, a):
        return self.conv2(torch.relu(self.bn2(self.conv1(a))))

    def _shortcut(self, x, a):
        return x if self.downsample is None else self.downsample(a)

    def _joined(self, branch, shortcut):
        return branch + shortcut


@mistake("a relu follows the sum: nothing stands after it in this block")
class ReluAfterTheSum(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(branch + shortcut)


@mistake("this is the order of ResidualBlock: here norm and relu come before each convolution")
class PostActivation(Right):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)

    def forward(self, x):
        h = self.conv2(torch.relu(self.bn1(self.conv1(x))))
        return torch.relu(self.bn2(h) + (x if self.downsample is None else self.downsample(x)))


@mistake("relu comes before the batch norm: batch norm, relu, convolution")
class ReluBeforeTheNorm(_Parts):
    def _first(self, x):
        return self.bn1(torch.relu(x))

    def _branch(self, a):
        return self.conv2(self.bn2(torch.relu(self.conv1(a))))


@mistake("the first relu is missing, after bn1")
class NoFirstRelu(_Parts):
    def _first(self, x):
        return self.bn1(x)


@mistake("the second relu is missing, after bn2")
class NoSecondRelu(_Parts):
    def _branch(self, a):
        return self.conv2(self.bn2(self.conv1(a)))


@mistake("the batch norms come after the convolutions: each comes before")
class NormsAfter(Right):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)

    def forward(self, x):
        a = torch.relu(x)
        h = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(a)))))
        return h + (x if self.downsample is None else self.downsample(a))


@mistake("the shortcut carries a = relu(bn1(x)): where the shapes agree it carries x itself")
class ActivatedShortcut(_Parts):
    def _shortcut(self, x, a):
        return a if self.downsample is None else self.downsample(a)


@mistake("the projection is fed with x: it takes a = relu(bn1(x))")
class ProjectionOfX(_Parts):
    def _shortcut(self, x, a):
        return x if self.downsample is None else self.downsample(x)


@mistake("the projection has a batch norm: here it is a convolution alone")
class ProjectionWithNorm(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is not None:
            self.downsample = reference("resnet")._projection(in_channels, channels, stride)


@mistake("the projection has a bias: bias=False")
class ProjectionWithBias(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is not None:
            self.downsample = nn.Conv2d(in_channels, channels, 1, stride=stride)


@mistake("there is a projection only where the channels differ: it is needed for a stride too")
class ProjectedForChannelsOnly(_Parts):
    def _change(self, in_channels, channels, stride):
        if in_channels == channels:
            self.downsample = None


@mistake("there is a projection only where the stride is not 1: it is needed for other channels too")
class ProjectedForStrideOnly(_Parts):
    def _change(self, in_channels, channels, stride):
        if stride == 1:
            self.downsample = None


@mistake("the projection is there in any case: where the shapes agree, the shortcut is x itself")
class AlwaysProjected(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is None:
            self.downsample = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)


@mistake("bn1 has the channels that come out: it looks at what comes in")
class NormOfTheOutput(_Parts):
    def _change(self, in_channels, channels, stride):
        self.bn1 = nn.BatchNorm2d(channels)


@mistake("the stride is on conv2: it belongs to conv1")
class StrideOnTheSecond(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv1.stride, self.conv2.stride = (1, 1), (stride, stride)


@mistake("the projection has no stride: it must shrink the image as the branch does")
class ProjectionWithoutStride(_Parts):
    def _change(self, in_channels, channels, stride):
        if self.downsample is not None:
            self.downsample.stride = (1, 1)


@mistake("the shortcut is missing")
class NoShortcut(_Parts):
    def _joined(self, branch, shortcut):
        return branch


@mistake("the shortcut is cut out of the graph")
class DetachedShortcut(_Parts):
    def _joined(self, branch, shortcut):
        return branch + shortcut.detach()


@mistake("x += ... writes into what came in: make a new tensor, x + ...")
class AddedInPlace(_Parts):
    def _joined(self, branch, shortcut):
        shortcut += branch
        return shortcut


@mistake("the convolutions have biases: bias=False")
class WithBiases(_Parts):
    def _change(self, in_channels, channels, stride):
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)


@mistake("a third batch norm follows the sum: nothing stands after it")
class NormAfterTheSum(_Parts):
    def _change(self, in_channels, channels, stride):
        self.bn3 = nn.BatchNorm2d(channels)

    def _joined(self, branch, shortcut):
        return self.bn3(branch + shortcut)
