"""Wrong variants of resnet.DownsampleBlock."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("resnet").DownsampleBlock


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def __init__(self, in_channels, out_channels, stride):
        super().__init__(in_channels, out_channels, stride)
        self.stride = stride
        self._change(in_channels, out_channels, stride)

    def _change(self, in_channels, out_channels, stride):
        pass

    def forward(self, x):
        return self._joined(self._branch(x), self._shortcut(x))

    def _branch(self, x):
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))

    def _shortcut(self, x):
        return self.downsample(x)

    def _joined(self, branch, shortcut):
        return torch.relu(branch + shortcut)


def _convolution(c, k, size, stride=1, padding=None, bias=False):
    return nn.Conv2d(c, k, size, stride=stride, padding=size // 2 if padding is None else padding, bias=bias)


@mistake("both 3x3 convolutions have the stride: only conv1 has, or the branch shrinks twice")
class StrideOnBoth(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.conv2.stride = (stride, stride)


@mistake("conv2 has the stride: it belongs to conv1")
class StrideOnTheSecond(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.conv1.stride, self.conv2.stride = (1, 1), (stride, stride)


@mistake("the projection has no stride: it must shrink the image as the branch does")
class ProjectionWithoutStride(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.downsample[0].stride = (1, 1)


@mistake("the stride is always 2: take the argument")
class StrideTypedIn(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.conv1.stride = self.downsample[0].stride = (2, 2)


@mistake("the stride is ignored: conv1 and the projection have it")
class NoStride(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.conv1.stride = self.downsample[0].stride = (1, 1)


@mistake("the projection has no batch norm")
class ProjectionWithoutNorm(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.downsample = nn.Sequential(self.downsample[0])


@mistake("the projection has a bias: a batch norm follows, bias=False")
class ProjectionWithBias(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.downsample[0] = _convolution(in_channels, out_channels, 1, stride, bias=True)


@mistake("the projection ends with a relu: the shortcut carries negative numbers too")
class ProjectionWithRelu(_Parts):
    def _shortcut(self, x):
        return torch.relu(self.downsample(x))


@mistake("the projection is a 3x3 convolution: it is 1x1")
class ProjectionOfThree(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.downsample[0] = _convolution(in_channels, out_channels, 3, stride)


@mistake("the projection is padded: a 1x1 convolution needs no padding")
class ProjectionPadded(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.downsample[0].padding = (1, 1)


@mistake("the batch norm of the projection is bn2 once more: it has its own")
class ProjectionSharesTheNorm(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.downsample[1] = self.bn2


@mistake("the image is averaged before the projection: the 1x1 convolution has the stride itself")
class AveragedFirst(_Parts):
    def _shortcut(self, x):
        convolution, norm = self.downsample
        pooled = functional.avg_pool2d(x, self.stride, ceil_mode=True, count_include_pad=False)
        return norm(functional.conv2d(pooled, convolution.weight))


@mistake("there is no projection where the shapes agree: this block has one in any case")
class IdentityWhereItFits(_Parts):
    def _change(self, in_channels, out_channels, stride):
        if stride == 1 and in_channels == out_channels:
            self.downsample = nn.Identity()


@mistake("the shortcut is missing: add downsample(x)")
class NoShortcut(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(branch + 0 * shortcut)


@mistake("x is added as it is: its shape differs from the branch's, so add downsample(x)")
class XItself(_Parts):
    def _shortcut(self, x):
        return x


@mistake("the shortcut is cut out of the graph: its layers learn too")
class DetachedShortcut(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(branch + shortcut.detach())


@mistake("the projection sees a copy of x without a graph: the gradient of x goes through it too")
class DetachedInput(_Parts):
    def _shortcut(self, x):
        return self.downsample(x.detach())


@mistake("the relu after the sum is missing")
class NoLastRelu(_Parts):
    def _joined(self, branch, shortcut):
        return branch + shortcut


@mistake("the last relu comes before the sum")
class ReluBeforeTheSum(_Parts):
    def _joined(self, branch, shortcut):
        return torch.relu(branch) + shortcut


@mistake("the relu between the convolutions is missing")
class NoReluBetween(_Parts):
    def _branch(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x))))


@mistake("bn2 is missing in forward: it follows conv2")
class NoSecondNorm(_Parts):
    def _branch(self, x):
        return self.conv2(torch.relu(self.bn1(self.conv1(x)))) + 0 * self.bn2.weight.sum()


@mistake("the first relu comes before the batch norm: convolution, batch norm, relu")
class ReluBeforeTheNorm(_Parts):
    def _branch(self, x):
        return self.bn2(self.conv2(self.bn1(torch.relu(self.conv1(x)))))


@mistake("conv1 keeps the channels and conv2 changes them: conv1 does")
class ChannelsChangedLate(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.conv1 = _convolution(in_channels, in_channels, 3, stride)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv2 = _convolution(in_channels, out_channels, 3)


@mistake("the convolutions of the branch have biases: a batch norm follows, bias=False")
class WithBiases(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.conv1 = _convolution(in_channels, out_channels, 3, stride, bias=True)
        self.conv2 = _convolution(out_channels, out_channels, 3, bias=True)


@mistake("the projection is called otherwise: its name is downsample")
class CalledShortcut(_Parts):
    def _change(self, in_channels, out_channels, stride):
        self.shortcut = self.downsample
        del self.downsample

    def _shortcut(self, x):
        return self.shortcut(x)


@mistake("the projection stands in a plain list: it is neither found nor moved; use nn.Sequential")
class ProjectionInAList(_Parts):
    def _change(self, in_channels, out_channels, stride):
        layers = list(self.downsample)
        del self.downsample
        self.downsample = layers

    def _shortcut(self, x):
        for layer in self.downsample:
            x = layer(x)
        return x
