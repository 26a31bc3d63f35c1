"""Wrong variants of attention.RMSNorm."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("attention").RMSNorm


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        return self._weighted(self._scaled(x, self._square(x)))

    def _square(self, x):
        return (x * x).mean(-1, keepdim=True)

    def _scaled(self, x, square):
        return x / torch.sqrt(square + self.eps)

    def _weighted(self, y):
        return y * self.weight


@mistake("the mean runs over the batch: take it over the features of each vector, the last axis")
class OverTheBatch(_Parts):
    def _square(self, x):
        return (x * x).mean(0, keepdim=True)


@mistake("the mean runs over the whole tensor: take it over the last axis")
class OverEverything(_Parts):
    def _square(self, x):
        return (x * x).mean()


@mistake("the mean runs over all axes but the first: take it over the last axis alone")
class OverAllButTheFirst(_Parts):
    def _square(self, x):
        return (x * x).mean(tuple(range(1, x.ndim)) or (0,), keepdim=True)


@mistake("the mean was subtracted, as in layer norm: RMSNorm only scales")
class MeanSubtracted(_Parts):
    def _scaled(self, x, square):
        x = x - x.mean(-1, keepdim=True)
        return super()._scaled(x, super()._square(x))


@mistake("x is divided by its standard deviation: the mean square is that around 0, not around the mean")
class DividedByTheDeviation(_Parts):
    def _square(self, x):
        return x.var(-1, keepdim=True, correction=0)


@mistake("the squares are added up: take their mean, else the length becomes 1")
class SumOfSquares(_Parts):
    def _square(self, x):
        return (x * x).sum(-1, keepdim=True)


@mistake("x is brought to length 1, and eps is the least length: divide by the root of (mean square + eps)")
class LengthWithALimit(_Parts):
    def _scaled(self, x, square):
        return x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=self.eps)


@mistake("x is divided by its length plus eps: divide by the root of (mean square + eps)")
class LengthPlusEps(_Parts):
    def _scaled(self, x, square):
        return x / (torch.linalg.vector_norm(x, dim=-1, keepdim=True) + self.eps)


@mistake("the squares are divided by D - 1: divide by D")
class UnbiasedMean(_Parts):
    def _square(self, x):
        return (x * x).sum(-1, keepdim=True) / (x.shape[-1] - 1)


@mistake("x is divided by the mean square itself: take its root")
class RootForgotten(_Parts):
    def _scaled(self, x, square):
        return x / (square + self.eps)


@mistake("x is multiplied by the root of the mean square: divide by it")
class Multiplied(_Parts):
    def _scaled(self, x, square):
        return x * torch.sqrt(square + self.eps)


@mistake("the mean of the absolute values is taken: square, mean, root")
class MeanOfAbsoluteValues(_Parts):
    def _scaled(self, x, square):
        return x / (x.abs().mean(-1, keepdim=True) + self.eps)


@mistake("the mean is squared: square first, then take the mean")
class SquareOfTheMean(_Parts):
    def _square(self, x):
        return x.mean(-1, keepdim=True) ** 2


@mistake("eps was added to the root: it stands under it, with the mean square")
class EpsOutsideTheRoot(_Parts):
    def _scaled(self, x, square):
        return x / (torch.sqrt(square) + self.eps)


@mistake("eps replaces what is smaller: it is added")
class EpsAsALimit(_Parts):
    def _scaled(self, x, square):
        return x / torch.sqrt(square.clamp(min=self.eps))


@mistake("eps is missing: a vector of zeros is divided by 0")
class EpsMissing(_Parts):
    def _scaled(self, x, square):
        return x / torch.sqrt(square)


@mistake("eps is squared: it is added as it is")
class EpsSquared(_Parts):
    def _scaled(self, x, square):
        return x / torch.sqrt(square + self.eps**2)


@mistake("eps is a fixed number: take the argument")
class EpsIgnored(_Parts):
    def _scaled(self, x, square):
        return x / torch.sqrt(square + 1e-6)


@mistake("the weight is not used")
class WeightIgnored(_Parts):
    def _weighted(self, y):
        return y


@mistake("the weight is added: it multiplies")
class WeightAdded(_Parts):
    def _weighted(self, y):
        return y + self.weight


@mistake("1 + weight multiplies: the weight itself does, and starts at 1")
class OnePlusWeight(_Parts):
    def _weighted(self, y):
        return y * (1 + self.weight)


@mistake("the weight starts at 0: it starts at 1")
class WeightStartsAtZero(_Parts):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        nn.init.zeros_(self.weight)


@mistake("there is a bias: RMSNorm has none")
class WithABias(_Parts):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        self.bias = nn.Parameter(torch.zeros(dim))

    def _weighted(self, y):
        return super()._weighted(y) + self.bias


@mistake("the weight is one number: each feature has its own")
class OneNumber(_Parts):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        self.weight = nn.Parameter(torch.ones(1))


@mistake("the parameter has another name: its key is weight")
class AnotherName(_Parts):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        del self.weight
        self.scale = nn.Parameter(torch.ones(dim))

    def _weighted(self, y):
        return y * self.scale


@mistake("the weight is a plain tensor: only an nn.Parameter is learned, moved and saved")
class PlainTensor(_Parts):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        del self.weight
        self.weight = torch.ones(dim)


@mistake("the weight is a buffer: it is learned, so it is an nn.Parameter")
class Buffer(_Parts):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        del self.weight
        self.register_buffer("weight", torch.ones(dim))


@mistake("the mean square is detached: the gradient flows through it too")
class SquareDetached(_Parts):
    def _square(self, x):
        return super()._square(x).detach()


@mistake("the mean square was computed in float32: keep the dtype of x")
class SquareInFloat32(_Parts):
    def _square(self, x):
        return super()._square(x.float()).to(x.dtype)


@mistake("the result is always float32: keep the dtype")
class AlwaysFloat32(_Parts):
    def forward(self, x):
        return super().forward(x).float()


@mistake("evaluation leaves x as it is but for the weight: it computes the same as training")
class OnlyInTraining(_Parts):
    def _scaled(self, x, square):
        return super()._scaled(x, square) if self.training else x


@mistake("torch's own function is used: write it by hand")
class OwnOfTorch(_Parts):
    def _scaled(self, x, square):
        return functional.rms_norm(x, x.shape[-1:], None, self.eps)


@mistake("the result comes back on the CPU: it stays on the device of x")
class OnTheCpu(_Parts):
    def forward(self, x):
        return super().forward(x).cpu()
