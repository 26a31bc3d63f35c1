"""Wrong variants of mlp.LayerNorm."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").LayerNorm


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        Right.forward(self, x)
        mean, variance = self._statistics(x)
        return self._affine(self._normalised(x, mean, variance))

    def _statistics(self, x):
        return x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)

    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance + self.eps)

    def _affine(self, y):
        return y * self.weight + self.bias


@mistake("the statistics run over the batch: take them over the features of each sample, the last axis")
class OverTheBatch(_Parts):
    def _statistics(self, x):
        return x.mean(0, keepdim=True), x.var(0, correction=0, keepdim=True)


@mistake("the statistics run over the whole tensor: take them over the last axis")
class OverEverything(_Parts):
    def _statistics(self, x):
        return x.mean(), x.var(correction=0)


@mistake("the statistics run over all axes but the first: take them over the last axis alone")
class OverAllFeatureAxes(_Parts):
    def _statistics(self, x):
        axes = tuple(range(1, x.ndim)) or (0,)
        return x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)


@mistake("the variance is the unbiased one: divide the squares by D, not by D - 1")
class UnbiasedVariance(_Parts):
    def _statistics(self, x):
        return x.mean(-1, keepdim=True), x.var(-1, keepdim=True)


@mistake("eps was added to the standard deviation: it stands under the root, with the variance")
class EpsOutsideTheRoot(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / (torch.sqrt(variance) + self.eps)


@mistake("eps is missing: a row of equal numbers is divided by 0")
class NoEps(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance)


@mistake("eps is ignored: it is always 1e-5")
class EpsFixed(_Parts):
    def __init__(self, num_features, eps=1e-5):
        super().__init__(num_features)


@mistake("x is divided by the variance: divide by its root")
class RootMissing(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / (variance + self.eps)


@mistake("the mean is not subtracted")
class MeanNotSubtracted(_Parts):
    def _normalised(self, x, mean, variance):
        return x / torch.sqrt(variance + self.eps)


@mistake("weight and bias are not applied")
class NotAffine(_Parts):
    def _affine(self, y):
        return y + 0 * (self.weight + self.bias)


@mistake("weight and bias are swapped: weight scales, bias shifts")
class ScaleAndShiftSwapped(_Parts):
    def _affine(self, y):
        return y * self.bias + self.weight


@mistake("mean and variance were detached: the gradient of x goes through them too")
class StatisticsDetached(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean.detach(), variance.detach()


@mistake(
    "super().__init__() is missing or comes too late: it must run before the first parameter is assigned"
)
class NoSuperInit(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        self.weight = nn.Parameter(torch.ones(num_features))


@mistake("the statistics run over axis 1: with further axes that is not the last one, take -1")
class OverAxisOne(_Parts):
    def _statistics(self, x):
        return x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)


@mistake("weight and bias are plain tensors: only an nn.Parameter is learned, moved and saved")
class PlainTensors(_Parts):
    def __init__(self, num_features, eps=1e-5):
        super().__init__(num_features, eps)
        weight, bias = self.weight.detach(), self.bias.detach()
        del self.weight, self.bias
        self.weight, self.bias = weight, bias


@mistake("the weight starts at 0 or at random: it starts at 1")
class WeightStartsAtZero(_Parts):
    def __init__(self, num_features, eps=1e-5):
        super().__init__(num_features, eps)
        nn.init.zeros_(self.weight)


@mistake("the result is always float32: keep the dtype")
class AlwaysFloat32(Right):
    def forward(self, x):
        return super().forward(x).float()


@mistake("the mean was detached: the gradient of x goes through it too")
class MeanDetached(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean.detach(), variance


@mistake("the variance was detached: the gradient of x goes through it too")
class VarianceDetached(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean, variance.detach()


@mistake("the statistics are taken on cuda, which is not everywhere: compute on the device of x")
class AskedForCuda(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean.cuda(), variance.cuda()
