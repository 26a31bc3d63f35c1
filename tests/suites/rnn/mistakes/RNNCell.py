"""Wrong variants of rnn.RNNCell."""

import math

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("rnn").RNNCell


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x, h=None):
        h = self._start(x) if h is None else self._given(h)
        return self._step(x, h)

    def _start(self, x):
        return x.new_zeros(len(x), self.hidden_size)

    def _given(self, h):
        return h

    def _step(self, x, h):
        return torch.tanh(self._sum(x, h))

    def _sum(self, x, h):
        return x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh.t() + self.bias_hh


@mistake("the state went through a sigmoid: it is a tanh")
class Sigmoid(_Parts):
    def _step(self, x, h):
        return torch.sigmoid(self._sum(x, h))


@mistake("the state went through a ReLU: it is a tanh")
class Relu(_Parts):
    def _step(self, x, h):
        return torch.relu(self._sum(x, h))


@mistake("the state_dict lacks one of two biases: bias_ih and bias_hh, each an nn.Parameter")
class OneBias(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        del self.bias_hh

    def _sum(self, x, h):
        return x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh.t()


@mistake("bias_hh is never used: add both biases")
class SecondBiasUnused(_Parts):
    def _sum(self, x, h):
        return x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh.t()


@mistake("the weights are torch.nn.Linear layers: the keys are weight_ih, weight_hh, bias_ih and bias_hh")
class LinearLayers(_Parts):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.hidden_size = hidden_size
        self.ih, self.hh = nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size)

    def _sum(self, x, h):
        return self.ih(x) + self.hh(h)


@mistake("weight_ih is stored as (D, H): it is (H, D), one row for each hidden unit")
class StoredTransposed(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight_ih = nn.Parameter(self.weight_ih.detach().t().contiguous())

    def _sum(self, x, h):
        return x @ self.weight_ih + self.bias_ih + h @ self.weight_hh.t() + self.bias_hh


@mistake("weight_hh is not transposed: row i belongs to unit i of the new state")
class StateWeightNotTransposed(_Parts):
    def _sum(self, x, h):
        return x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh + self.bias_hh


@mistake("the weights are plain tensors: only an nn.Parameter is learned, moved and saved")
class PlainTensors(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        for name, value in Right(input_size, hidden_size).named_parameters():
            setattr(self, name, value.detach())


@mistake("the first state is torch.zeros(N, H): always float32; make it in the dtype of x")
class StartIsFloat32(_Parts):
    def _start(self, x):
        return torch.zeros(len(x), self.hidden_size, device=x.device)


@mistake("the first state is made on the CPU: make it on the device of x")
class StartOnTheCpu(_Parts):
    def _start(self, x):
        return torch.zeros(len(x), self.hidden_size, dtype=x.dtype)


@mistake("the first state is torch.zeros(N, H), float32 on the CPU: take the dtype and the device of x")
class StartIsPlainZeros(_Parts):
    def _start(self, x):
        return torch.zeros(len(x), self.hidden_size)


@mistake("the first state goes to a device that is typed in: take the device of x")
class StartOnCuda(_Parts):
    def _start(self, x):
        return torch.zeros(len(x), self.hidden_size, dtype=x.dtype, device="cuda")


@mistake("the first state is ones: it is zeros")
class StartIsOnes(_Parts):
    def _start(self, x):
        return super()._start(x) + 1


@mistake("the first state is random: it is zeros")
class StartIsRandom(_Parts):
    def _start(self, x):
        return torch.randn_like(super()._start(x))


@mistake("a given state is not used: zeros replace it")
class GivenStateIgnored(_Parts):
    def _given(self, h):
        return torch.zeros_like(h)


@mistake("the state is detached at each step: no gradient reaches earlier inputs")
class StateDetached(_Parts):
    def _given(self, h):
        return h.detach()


@mistake("h has to be given: without it the step starts from zeros")
class StateRequired(_Parts):
    def forward(self, x, h):
        return super().forward(x, h)


@mistake("the cell keeps its last state for the next call: without h each call starts from zeros")
class StateKept(_Parts):
    last = None

    def _start(self, x):
        fits = self.last is not None and len(self.last) == len(x)
        return self.last if fits else super()._start(x)

    def forward(self, x, h=None):
        new = super().forward(x, h)
        self.last = new.detach()
        return new


@mistake("the weights start as draws from a normal distribution: they are uniform on (-r, r)")
class StartNormal(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=1 / math.sqrt(hidden_size))


@mistake("the weights start at the wrong scale: r is 1 / sqrt(H) for all of them, not 1 / sqrt(D)")
class ScaleFromTheInputs(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        r = 1 / math.sqrt(input_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -r, r)


@mistake("each weight has a scale of its own, from its last axis: r is 1 / sqrt(H) for all of them")
class ScaleOfEachWeight(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        nn.init.uniform_(self.weight_ih, -1 / math.sqrt(input_size), 1 / math.sqrt(input_size))


@mistake("the weights start between 0 and r: they start between -r and r")
class StartPositive(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for parameter in self.parameters():
            parameter.data.abs_()


@mistake("the biases start at 0: they are drawn like the weights")
class BiasesStartAtZero(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        nn.init.zeros_(self.bias_ih)
        nn.init.zeros_(self.bias_hh)


@mistake("the step and the state are returned as a pair: a cell returns its new state alone")
class PairReturned(_Parts):
    def _step(self, x, h):
        new = super()._step(x, h)
        return new, new
