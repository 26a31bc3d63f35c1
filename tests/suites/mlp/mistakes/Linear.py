"""Wrong variants of mlp.Linear."""

import math

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").Linear


@mistake(
    "super().__init__() is missing or comes too late: it must run before the first parameter is assigned"
)
class NoSuperInit(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        self.weight = nn.Parameter(torch.empty(out_features, in_features))


@mistake("the weight is stored as (in, out): it is (out_features, in_features), and x meets its transpose")
class StoredTransposed(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        right = Right(in_features, out_features, bias)
        self.weight, self.bias = nn.Parameter(right.weight.detach().t().contiguous()), right.bias

    def forward(self, x):
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError("x")
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


@mistake("weight and bias are plain tensors: only an nn.Parameter is learned, moved and saved")
class PlainTensors(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        right = Right(in_features, out_features, bias)
        self.weight, self.bias = right.weight.detach(), None if right.bias is None else right.bias.detach()

    forward = Right.forward


@mistake("the bias is not added")
class BiasNotAdded(Right):
    def forward(self, x):
        Right.forward(self, x)
        return x @ self.weight.t()


@mistake("bias=False is ignored: then there is no bias, and none in the state_dict")
class AlwaysABias(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features)


@mistake("a square weight is used without its transpose: y is x W^T, whatever the shape of W")
class SquareNotTransposed(Right):
    def forward(self, x):
        y = Right.forward(self, x)
        return y if self.weight.shape[0] != self.weight.shape[1] else x @ self.weight + self.bias


@mistake("the bias starts at 0: it is drawn like the weight")
class ZeroBias(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        if bias:
            nn.init.zeros_(self.bias)


@mistake("all weights start at 0: then every unit of a hidden layer is the same, and stays so")
class ZeroWeights(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("the weights start standard normal, whatever D is: draw them uniformly within 1 / sqrt(D)")
class StandardNormal(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.normal_(parameter)


@mistake("the weights start between 0 and 1, as torch.rand gives them: draw them between -r and r")
class BetweenZeroAndOne(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.uniform_(parameter)


@mistake("the initial scale follows the number of outputs: r is 1 / sqrt(in_features)")
class ScaleOfOutputs(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        r = 1 / math.sqrt(out_features)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -r, r)


@mistake("1 / sqrt(D) was taken for the standard deviation: it is the bound of a uniform distribution")
class BoundAsDeviation(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.normal_(parameter, 0, 1 / math.sqrt(in_features))


@mistake("the bias has the shape (1, K): it is (K,)")
class BiasAsRow(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        if bias:
            self.bias = nn.Parameter(self.bias.detach().unsqueeze(0))


@mistake("the initial bound is 1 / D: take the root, 1 / sqrt(D)")
class RootMissing(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / in_features, 1 / in_features)


@mistake("the weights start between 0 and r: draw them between -r and r")
class PositiveOnly(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, 0, 1 / math.sqrt(in_features))


@mistake("(rand - 0.5) * r reaches half of the bound only: draw between -r and r")
class HalfTheBound(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -0.5 / math.sqrt(in_features), 0.5 / math.sqrt(in_features))


@mistake("the weights start at Glorot's scale, sqrt(6 / (D + K)): the bound is 1 / sqrt(D)")
class GlorotScale(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        nn.init.xavier_uniform_(self.weight)


@mistake("the weights start at He's scale, sqrt(6 / D) or sqrt(2 / D): the bound is 1 / sqrt(D)")
class HeScale(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        nn.init.kaiming_uniform_(self.weight)


@mistake("the leading axes are flattened to one and stay so: (2, 3, D) must give (2, 3, K)")
class FlattensLeadingAxes(Right):
    def forward(self, x):
        return super().forward(x).reshape(-1, self.weight.shape[0])


@mistake("the computing is always float32: keep the dtype of the layer")
class AlwaysFloat32(Right):
    def forward(self, x):
        return super().forward(x).float()


@mistake("the weight left the graph (.data or detach): it receives no gradient")
class WeightDetached(Right):
    def forward(self, x):
        y = x @ self.weight.detach().t() + 0 * Right.forward(self, x).detach()
        return y if self.bias is None else y + self.bias


@mistake("the bias is a buffer: it is learned, so it is an nn.Parameter")
class BiasAsBuffer(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        if bias:
            values = self.bias.detach()
            del self.bias
            self.register_buffer("bias", values)


@mistake("with bias=False there is no attribute bias: it is None then")
class NoBiasAttribute(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        if not bias:
            self.__dict__.pop("bias", None)
            self._parameters.pop("bias", None)

    def forward(self, x):
        if x.shape[-1] != self.weight.shape[1]:
            raise ValueError("x")
        y = x @ self.weight.t()
        return y + self.bias if hasattr(self, "bias") else y


@mistake("the weight is made on cuda, which is not everywhere: make it without a device, .to() moves it")
class AskedForCuda(Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        self.weight = nn.Parameter(self.weight.detach().cuda())
