"""Wrong variants of cnn.MendedConvNorm, as they are left by who found some of its mistakes, and others."""

import torch
from torch import nn

from grader.suite import mistake


class _Module(nn.Module):
    """The module with some mistakes left in."""

    left = ()

    def __init__(self, in_channels, out_channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.weight = nn.Parameter(torch.ones(out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self._keep("running_mean", torch.zeros(out_channels))
        self._keep("running_var", torch.ones(out_channels))

    def _keep(self, name, value):
        self.register_buffer(name, value)

    def forward(self, x):
        h = self.conv(x)
        mean, variance = self._statistics(h)
        if self.training or "evaluation" in self.left:
            self._remember(h, mean.detach(), variance.detach())
        if not self.training and "batch" not in self.left:
            mean, variance = self.running_mean, self.running_var
        root = variance.sqrt() + self.eps if "eps" in self.left else (variance + self.eps).sqrt()
        return self._last((h - mean[:, None, None]) * (self.weight / root)[:, None, None] + self.bias[:, None, None])

    def _statistics(self, h):
        return h.mean((0, 2, 3)), h.var((0, 2, 3), correction=0)

    def _remember(self, h, mean, variance):
        count = h.numel() // h.shape[1]
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance if "biased" in self.left else variance * count / (count - 1), self.momentum)

    def _last(self, y):
        return y.relu()


@mistake("the running statistics move in evaluation too: they follow training batches alone")
class MovesInEvaluation(_Module):
    left = ("evaluation",)


@mistake("the running variance follows the population variance: it takes the unbiased one, times M / (M - 1)")
class BiasedRunningVariance(_Module):
    left = ("biased",)


@mistake("eps stands beside the root: it is added to the variance, under the root")
class EpsBesideTheRoot(_Module):
    left = ("eps",)


@mistake("the running statistics move in evaluation, and the variance they take is biased")
class EvaluationAndBiased(_Module):
    left = ("evaluation", "biased")


@mistake("the running statistics move in evaluation, and eps stands beside the root")
class EvaluationAndEps(_Module):
    left = ("evaluation", "eps")


@mistake("the running variance is biased, and eps stands beside the root")
class BiasedAndEps(_Module):
    left = ("biased", "eps")


@mistake("the statistics of the batch are used in evaluation too: there the running ones are")
class BatchInEvaluation(_Module):
    left = ("batch",)


@mistake("the running statistics never move: a new tensor got a name, and the buffer stayed")
class NeverMoves(_Module):
    def _remember(self, h, mean, variance):
        pass


@mistake("the batch is normalised with the unbiased variance: it is for the running one alone")
class NormalisedByTheUnbiased(_Module):
    left = ("biased",)

    def _statistics(self, h):
        return h.mean((0, 2, 3)), h.var((0, 2, 3))


@mistake("mean and variance are taken out of the graph: the gradient runs through both")
class StatisticsDetached(_Module):
    def _statistics(self, h):
        return tuple(value.detach() for value in super()._statistics(h))


@mistake("the running statistics are plain attributes: as buffers they are saved and moved")
class NoBuffers(_Module):
    def _keep(self, name, value):
        setattr(self, name, value)


@mistake("momentum is the share of the old statistics here: it is that of the new batch")
class MomentumOfTheOld(_Module):
    def _remember(self, h, mean, variance):
        count = h.numel() // h.shape[1]
        self.running_mean.lerp_(mean, 1 - self.momentum)
        self.running_var.lerp_(variance * count / (count - 1), 1 - self.momentum)


@mistake("the ReLU is missing")
class NoRelu(_Module):
    def _last(self, y):
        return y


@mistake("the ReLU stands before the norm: it comes last")
class ReluFirst(_Module):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conv.register_forward_hook(lambda module, inputs, output: output.relu())

    def _last(self, y):
        return y


@mistake("each image is normalised by itself: mean and variance are those of the whole batch")
class EachImageByItself(_Module):
    def forward(self, x):
        if not self.training:
            return super().forward(x)
        h = self.conv(x)
        self._remember(h, *(value.detach() for value in self._statistics(h)))
        mean, variance = h.mean((2, 3), keepdim=True), h.var((2, 3), correction=0, keepdim=True)
        h = (h - mean) / (variance + self.eps).sqrt()
        return self._last(h * self.weight[:, None, None] + self.bias[:, None, None])
