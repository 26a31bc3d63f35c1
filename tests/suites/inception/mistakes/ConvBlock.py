"""Wrong variants of inception.ConvBlock."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").ConvBlock


@mistake("the convolution has a bias, which the batch norm takes away again: give it bias=False")
class Bias(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding)


@mistake("the batch norm is missing")
class NoBatchNorm(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        del self.bn

    def forward(self, x):
        return torch.relu(self.conv(x))


@mistake("the batch norm is made and not used")
class BatchNormNotUsed(Right):
    def forward(self, x):
        return torch.relu(self.conv(x))


@mistake("the ReLU is missing: the output is negative in half of its places")
class NoRelu(Right):
    def forward(self, x):
        return self.bn(self.conv(x))


@mistake("the ReLU comes before the batch norm: it comes last")
class ReluBeforeBatchNorm(Right):
    def forward(self, x):
        return self.bn(torch.relu(self.conv(x)))


@mistake("the ReLU comes first, on x: it comes last")
class ReluFirst(Right):
    def forward(self, x):
        return self.bn(self.conv(torch.relu(x)))


@mistake("there is a ReLU behind the convolution too: it comes once, last")
class TwoRelus(Right):
    def forward(self, x):
        return torch.relu(self.bn(torch.relu(self.conv(x))))


@mistake("the batch norm comes before the convolution: it comes after it, on out_channels")
class BatchNormFirst(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = nn.BatchNorm2d(in_channels)

    def forward(self, x):
        return torch.relu(self.conv(self.bn(x)))


@mistake("the ReLU leaks: below 0 the output is 0")
class Leaky(Right):
    def forward(self, x):
        return functional.leaky_relu(self.bn(self.conv(x)))


@mistake("stride is ignored: give it to the convolution")
class StrideIgnored(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, 1, padding)


@mistake("padding is ignored: give it to the convolution")
class PaddingIgnored(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride)


@mistake("the padding is half the kernel, whatever is asked for: take it from the argument")
class PaddingOfTheKernel(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, kernel_size // 2)


@mistake("stride and padding are swapped")
class StrideAndPaddingSwapped(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, max(padding, 1), stride)


@mistake("the kernel is always 3x3: take its side from kernel_size")
class KernelTypedIn(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, 3, stride, padding)


@mistake("the batch norm has an eps of 1e-3: keep torch's default, 1e-5")
class OtherEps(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.bn.eps = 1e-3


@mistake("the batch norm has another momentum: keep torch's default, 0.1")
class OtherMomentum(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.bn.momentum = 0.01


@mistake("the batch norm keeps no running statistics: in evaluation it needs them")
class NoRunningStatistics(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = nn.BatchNorm2d(out_channels, track_running_stats=False)


@mistake("the batch norm always uses the batch, also in evaluation: leave the mode to the module")
class AlwaysTraining(Right):
    def forward(self, x):
        self.bn.train()
        return super().forward(x)


@mistake("the batch norm has no weight and bias: keep torch's default")
class NotAffine(Right):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.bn = nn.BatchNorm2d(out_channels, affine=False)


@mistake("the layers stand in an nn.Sequential under other names: they are called conv and bn")
class Unnamed(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        right = Right(in_channels, out_channels, kernel_size, stride, padding)
        self.layers = nn.Sequential(right.conv, right.bn, nn.ReLU())

    def forward(self, x):
        return self.layers(x)


@mistake("the output is compared with zeros made without device=: they lie on the CPU")
class ZerosOnTheCpu(Right):
    def forward(self, x):
        y = self.bn(self.conv(x))
        return torch.where(y > 0, y, torch.zeros(y.shape, dtype=y.dtype))


@mistake("the output is always float32: keep the dtype")
class AlwaysFloat32(Right):
    def forward(self, x):
        return super().forward(x).float()
