"""Wrong variants of rnn.LSTMCell: every order of the gates but torch's, and others."""

import itertools
import math

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("rnn").LSTMCell
ORDER = "ifgo"


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    order = ORDER

    def forward(self, x, state=None):
        h, c = self._start(x) if state is None else self._given(*state)
        gates = dict(zip(self.order, self._quarters(self._sum(x, h)), strict=True))
        return self._named(self._step(*self._bent(*(gates[name] for name in ORDER)), c))

    def _named(self, states):
        pair = isinstance(states, tuple) and all(isinstance(state, torch.Tensor) for state in states)
        return reference("rnn").LSTMState(*states) if pair else states

    def _start(self, x):
        return x.new_zeros(len(x), self.hidden_size), x.new_zeros(len(x), self.hidden_size)

    def _given(self, h, c):
        return h, c

    def _sum(self, x, h):
        return x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh.t() + self.bias_hh

    def _quarters(self, gates):
        return gates.chunk(4, dim=1)

    def _bent(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)

    def _step(self, i, f, g, o, c):
        c = f * c + i * g
        return o * torch.tanh(c), c


for _gates in itertools.permutations(ORDER):
    if "".join(_gates) != ORDER:
        _name, _text = f"Order{''.join(_gates).upper()}", ", ".join(_gates)
        _sentence = f"the gates stand in the order {_text}: torch's order is i, f, g, o"
        globals()[_name] = mistake(_sentence)(type(_name, (_Parts,), {"order": _gates}))


@mistake("the gates are interleaved, four numbers for each unit: take four blocks of H, as chunk(4, 1) does")
class Interleaved(_Parts):
    def _quarters(self, gates):
        return gates.reshape(len(gates), -1, 4).unbind(2)


@mistake("h is o * c: it is o * tanh(c)")
class StateWithoutTanh(_Parts):
    def _step(self, i, f, g, o, c):
        c = f * c + i * g
        return o * c, c


@mistake("h is made from the old c: it is made from the new one")
class HiddenFromOldMemory(_Parts):
    def _step(self, i, f, g, o, c):
        return o * torch.tanh(c), f * c + i * g


@mistake("c itself becomes tanh(c): tanh belongs to h alone")
class MemoryThroughTanh(_Parts):
    def _step(self, i, f, g, o, c):
        c = torch.tanh(f * c + i * g)
        return o * c, c


@mistake("g went through a sigmoid: the new content is a tanh")
class ContentThroughSigmoid(_Parts):
    def _bent(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(g), torch.sigmoid(o)


@mistake("g did not go through tanh")
class ContentWithoutTanh(_Parts):
    def _bent(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), g, torch.sigmoid(o)


@mistake("all gates went through tanh: i, f and o are sigmoids")
class GatesThroughTanh(_Parts):
    def _bent(self, i, f, g, o):
        return torch.tanh(i), torch.tanh(f), torch.tanh(g), torch.tanh(o)


@mistake("the gates are raw sums: i, f and o are sigmoids, g is a tanh")
class GatesNotBent(_Parts):
    def _bent(self, i, f, g, o):
        return i, f, g, o


@mistake("the sigmoid is written with an exponential that overflows: take torch.sigmoid")
class SigmoidOverflows(_Parts):
    def _bent(self, i, f, g, o):
        i, f, o = (a.exp() / (1 + a.exp()) for a in (i, f, o))
        return i, f, torch.tanh(g), o


@mistake("the forget gate is turned round: c = f * c + i * g keeps what f lets through, not 1 - f")
class ForgetTurnedRound(_Parts):
    def _step(self, i, f, g, o, c):
        return super()._step(i, 1 - f, g, o, c)


@mistake("1 - f replaces the input gate: i is a gate of its own")
class CoupledGates(_Parts):
    def _step(self, i, f, g, o, c):
        return super()._step(1 - f, f, g, o, c)


@mistake("the old memory is not forgotten: c = f * c + i * g")
class NeverForgets(_Parts):
    def _step(self, i, f, g, o, c):
        return super()._step(i, 1.0, g, o, c)


@mistake("the input gate is left out: c = f * c + i * g")
class InputGateUnused(_Parts):
    def _step(self, i, f, g, o, c):
        return super()._step(1.0, f, g, o, c)


@mistake("the output gate is left out: h = o * tanh(c)")
class OutputGateUnused(_Parts):
    def _step(self, i, f, g, o, c):
        return super()._step(i, f, g, 1.0, c)


@mistake("1 is added to the sum of the forget gate: the sums are used as they are")
class ForgetBiasAdded(_Parts):
    def _bent(self, i, f, g, o):
        return super()._bent(i, f + 1, g, o)


@mistake("the bias of the forget gate starts at 1: all entries are draws from (-r, r)")
class ForgetBiasStartsAtOne(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        nn.init.ones_(self.bias_ih[hidden_size : 2 * hidden_size])


@mistake("the new states come back as (c, h): the order is h, c")
class StatesSwappedInTheResult(_Parts):
    def _step(self, i, f, g, o, c):
        return super()._step(i, f, g, o, c)[::-1]


@mistake("the state is read as (c, h): the order is h, c")
class StatesSwappedInTheArgument(_Parts):
    def _given(self, h, c):
        return c, h


@mistake("the state is read and returned as (c, h): the order is h, c")
class StatesSwappedEverywhere(StatesSwappedInTheArgument):
    def _step(self, i, f, g, o, c):
        return super()._step(i, f, g, o, c)[::-1]


@mistake("h alone is returned: both states are asked for, h and c")
class HiddenAlone(_Parts):
    def forward(self, x, state=None):
        return super().forward(x, state)[0]


@mistake("h and its state are returned as h, (h, c): the pair (h, c) is asked for")
class OutputAndState(_Parts):
    def _step(self, i, f, g, o, c):
        h, c = super()._step(i, f, g, o, c)
        return h, (h, c)


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


@mistake("each gate has parameters of its own: torch keeps the four in one weight_ih and one weight_hh")
class ParametersOfEachGate(_Parts):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.from_x = nn.ModuleList(nn.Linear(input_size, hidden_size) for _ in ORDER)
        self.from_h = nn.ModuleList(nn.Linear(hidden_size, hidden_size) for _ in ORDER)

    def _sum(self, x, h):
        return torch.cat([a(x) + b(h) for a, b in zip(self.from_x, self.from_h, strict=True)], 1)


@mistake("the old c is detached: its gradient is what makes an LSTM learn over many steps")
class MemoryDetached(_Parts):
    def _given(self, h, c):
        return h, c.detach()


@mistake("the old states are detached: no gradient reaches earlier steps")
class StatesDetached(_Parts):
    def _given(self, h, c):
        return h.detach(), c.detach()


@mistake("the given states are not used: zeros replace them")
class GivenStatesIgnored(_Parts):
    def _given(self, h, c):
        return torch.zeros_like(h), torch.zeros_like(c)


@mistake("the given c is not used: zeros replace it")
class GivenMemoryIgnored(_Parts):
    def _given(self, h, c):
        return h, torch.zeros_like(c)


@mistake("the first states are torch.zeros(N, H): always float32; make them in the dtype of x")
class StartIsFloat32(_Parts):
    def _start(self, x):
        return 2 * (torch.zeros(len(x), self.hidden_size, device=x.device),)


@mistake("the first states are made on the CPU: make them on the device of x")
class StartOnTheCpu(_Parts):
    def _start(self, x):
        return 2 * (torch.zeros(len(x), self.hidden_size, dtype=x.dtype),)


@mistake("the first states are torch.zeros(N, H), float32 on the CPU: take dtype and device of x")
class StartIsPlainZeros(_Parts):
    def _start(self, x):
        return 2 * (torch.zeros(len(x), self.hidden_size),)


@mistake("the first states go to a device that is typed in: take the device of x")
class StartOnCuda(_Parts):
    def _start(self, x):
        return 2 * (torch.zeros(len(x), self.hidden_size, dtype=x.dtype, device="cuda"),)


@mistake("the cell keeps its states for the next call: without a state each call starts from zeros")
class StatesKept(_Parts):
    last = None

    def _start(self, x):
        fits = self.last is not None and len(self.last[0]) == len(x)
        return self.last if fits else super()._start(x)

    def _step(self, i, f, g, o, c):
        new = super()._step(i, f, g, o, c)
        self.last = tuple(part.detach() for part in new)
        return new


@mistake("the weights start at the wrong scale: r is 1 / sqrt(H), not 1 / sqrt(4H)")
class ScaleOfFourUnits(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for parameter in self.parameters():
            parameter.data /= 2


@mistake("the weights start as draws from a normal distribution: they are uniform on (-r, r)")
class StartNormal(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=1 / math.sqrt(hidden_size))


@mistake("a plain tuple comes back: a named tuple has names for its parts")
class PlainTuple(Right):
    def forward(self, x, state=None):
        return tuple(super().forward(x, state))
