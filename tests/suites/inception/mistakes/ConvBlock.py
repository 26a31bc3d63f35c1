"""Wrong variants of inception.ConvBlock."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake


class _Made(nn.Module):
    """The block in parts, made in the usual order, so that the same weights are drawn; a variant replaces a part."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = self.convolution(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = self.norm(out_channels)

    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, stride, padding, bias=False)

    def norm(self, f):
        return nn.BatchNorm2d(f)

    def forward(self, x):
        return self.bend(self.bn(self.conv(x)))

    def bend(self, y):
        return torch.relu(y)


@mistake("the convolution has a bias, which the batch norm takes away again: give it bias=False")
class Bias(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, stride, padding)


@mistake("the batch norm is missing")
class NoBatchNorm(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)

    def forward(self, x):
        return torch.relu(self.conv(x))


@mistake("the batch norm is missing, and the convolution has a bias: a batch norm follows it")
class NoBatchNormButABias(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding)

    def forward(self, x):
        return torch.relu(self.conv(x))


@mistake("the batch norm is made and not used")
class BatchNormNotUsed(_Made):
    def forward(self, x):
        return torch.relu(self.conv(x))


@mistake("the ReLU is missing: the output is negative in half of its places")
class NoRelu(_Made):
    def forward(self, x):
        return self.bn(self.conv(x))


@mistake("the ReLU comes before the batch norm: it comes last")
class ReluBeforeBatchNorm(_Made):
    def forward(self, x):
        return self.bn(torch.relu(self.conv(x)))


@mistake("there is a ReLU after the convolution too: it comes once, last")
class TwoRelus(_Made):
    def forward(self, x):
        return torch.relu(self.bn(torch.relu(self.conv(x))))


@mistake("the batch norm comes before the convolution: it comes after it, on out_channels")
class BatchNormFirst(_Made):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        nn.Module.__init__(self)
        self.conv = self.convolution(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = nn.BatchNorm2d(in_channels)

    def forward(self, x):
        return torch.relu(self.conv(self.bn(x)))


@mistake("the batch norm is made for in_channels: it reads what the convolution gives, out_channels")
class NormOfChannelsIn(_Made):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        nn.Module.__init__(self)
        self.conv = self.convolution(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = nn.BatchNorm2d(in_channels)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


@mistake("the ReLU leaks: below 0 the output is 0")
class Leaky(_Made):
    def bend(self, y):
        return functional.leaky_relu(y)


@mistake("stride is ignored: give it to the convolution")
class StrideIgnored(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, 1, padding, bias=False)


@mistake("padding is ignored: give it to the convolution")
class PaddingIgnored(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, stride, bias=False)


@mistake("the padding is half the kernel, whatever is asked for: take it from the argument")
class PaddingOfTheKernel(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, stride, kernel // 2, bias=False)


@mistake("the padding is always 1: take it from the argument")
class PaddingTypedIn(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, stride, 1, bias=False)


@mistake("stride and padding are swapped")
class StrideAndPaddingSwapped(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, kernel, padding, stride, bias=False)


@mistake("the kernel is always 3x3: take its side from kernel_size")
class KernelTypedIn(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(c, f, 3, stride, padding, bias=False)


@mistake("in_channels and out_channels are swapped")
class ChannelsSwapped(_Made):
    def convolution(self, c, f, kernel, stride, padding):
        return nn.Conv2d(f, c, kernel, stride, padding, bias=False)


@mistake("the batch norm has an eps of 1e-3: keep torch's default, 1e-5")
class OtherEps(_Made):
    def norm(self, f):
        return nn.BatchNorm2d(f, eps=1e-3)


@mistake("BatchNorm1d stands for BatchNorm2d: it refuses images")
class NormOfRows(_Made):
    def norm(self, f):
        return nn.BatchNorm1d(f)


@mistake("the batch norm always uses the batch, also in evaluation: leave the mode to the module")
class AlwaysTraining(_Made):
    def forward(self, x):
        self.bn.train()
        return super().forward(x)


@mistake("the padding is 1 where it is not given: the default is 0")
class DefaultPadding(_Made):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=1):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)


@mistake("super().__init__() is missing: without it a module takes no sub-modules")
class NoSuper(_Made):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        self.conv = self.convolution(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = self.norm(out_channels)


@mistake("the layers stand in an nn.Sequential under other names: they are called conv and bn")
class Unnamed(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.layers = nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

    def forward(self, x):
        return self.layers(x)


@mistake("the output is compared with zeros made without device=: they lie on the CPU")
class ZerosOnTheCpu(_Made):
    def bend(self, y):
        return torch.where(y > 0, y, torch.zeros(y.shape, dtype=y.dtype))
