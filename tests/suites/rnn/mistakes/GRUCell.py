"""Wrong variants of rnn.GRUCell: every order of the gates but torch's, z both ways, and others."""

import itertools
import math

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("rnn").GRUCell
ORDER = "rzn"


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    order = ORDER

    def forward(self, x, h=None):
        h = self._start(x) if h is None else self._given(h)
        from_x = self._gates(x @ self.weight_ih.t() + self.bias_ih)
        from_h = self._gates(self._from_h(h))
        r, z = (torch.sigmoid(from_x[name] + from_h[name]) for name in "rz")
        return self._mixed(z, self._content(from_x["n"], from_h["n"], r, h), h)

    def _start(self, x):
        return x.new_zeros(len(x), self.hidden_size)

    def _given(self, h):
        return h

    def _from_h(self, h):
        return h @ self.weight_hh.t() + self.bias_hh

    def _gates(self, sums):
        return dict(zip(self.order, self._thirds(sums), strict=True))

    def _thirds(self, sums):
        return sums.chunk(3, dim=1)

    def _own(self, parameter):
        """Return the rows of n."""
        return dict(zip(self.order, parameter.chunk(3), strict=True))["n"]

    def _content(self, a, s, r, h):
        return torch.tanh(a + r * s)

    def _mixed(self, z, n, h):
        return (1 - z) * n + z * h


class _Swapped(_Parts):
    """z lets the new content in."""

    def _mixed(self, z, n, h):
        return z * n + (1 - z) * h


for _gates in itertools.permutations(ORDER):
    if "".join(_gates) != ORDER:
        _name, _text = f"Order{''.join(_gates).upper()}", ", ".join(_gates)
        _sentence = f"the gates stand in the order {_text}: torch's order is r, z, n"
        globals()[_name] = mistake(_sentence)(type(_name, (_Parts,), {"order": _gates}))
        _sentence = f"the gates stand in the order {_text}, not r, z, n, and z and 1 - z are swapped"
        globals()[f"{_name}Swapped"] = mistake(_sentence)(
            type(f"{_name}Swapped", (_Swapped,), {"order": _gates})
        )


@mistake("z and 1 - z are swapped: z keeps the old state, 1 - z lets the new content in")
class UpdateGateSwapped(_Swapped):
    pass


class _ResetFirst(_Parts):
    def _content(self, a, s, r, h):
        return torch.tanh(a + (r * h) @ self._own(self.weight_hh).t() + self._own(self.bias_hh))


@mistake("r is multiplied to h before the product: torch multiplies it to the product and its bias")
class ResetBeforeTheProduct(_ResetFirst):
    pass


@mistake("r is multiplied to h before the product, and z and 1 - z are swapped, as in the paper")
class AsInThePaper(_ResetFirst):
    def _mixed(self, z, n, h):
        return z * n + (1 - z) * h


@mistake("r leaves the bias of the state out: it is multiplied to the whole product, bias_hh included")
class ResetWithoutTheBias(_Parts):
    def _content(self, a, s, r, h):
        bias = self._own(self.bias_hh)
        return torch.tanh(a + r * (s - bias) + bias)


@mistake("r is multiplied to the part of the input, too: it belongs to the part of the state alone")
class ResetOfEverything(_Parts):
    def _content(self, a, s, r, h):
        return torch.tanh(r * (a + s))


@mistake("r is multiplied to the part of the input: it belongs to the part of the state")
class ResetOfTheInput(_Parts):
    def _content(self, a, s, r, h):
        return torch.tanh(r * a + s)


@mistake("r is left out: the new content is tanh(a_n + r * s_n)")
class ResetUnused(_Parts):
    def _content(self, a, s, r, h):
        return torch.tanh(a + s)


@mistake("1 - r replaces r: r is how much of the old state the new content sees")
class ResetTurnedRound(_Parts):
    def _content(self, a, s, r, h):
        return torch.tanh(a + (1 - r) * s)


@mistake("n went through a sigmoid: the new content is a tanh")
class ContentThroughSigmoid(_Parts):
    def _content(self, a, s, r, h):
        return torch.sigmoid(a + r * s)


@mistake("n did not go through tanh")
class ContentWithoutTanh(_Parts):
    def _content(self, a, s, r, h):
        return a + r * s


@mistake("the old state is not mixed in: h' = (1 - z) * n + z * h")
class OldStateNotMixedIn(_Parts):
    def _mixed(self, z, n, h):
        return (1 - z) * n


@mistake("the new content is added whole: h' = (1 - z) * n + z * h")
class NewContentWhole(_Parts):
    def _mixed(self, z, n, h):
        return n + z * h


@mistake(
    "the gates are interleaved, three numbers for each unit: take three blocks of H, as chunk(3, 1) does"
)
class Interleaved(_Parts):
    def _thirds(self, sums):
        return sums.reshape(len(sums), -1, 3).unbind(2)


@mistake("the state_dict lacks one of two biases: bias_ih and bias_hh, each an nn.Parameter")
class OneBias(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        del self.bias_hh

    def _from_h(self, h):
        return h @ self.weight_hh.t()


@mistake("bias_hh is never used: it belongs to the product of the state")
class SecondBiasUnused(_Parts):
    def _from_h(self, h):
        return h @ self.weight_hh.t()


@mistake("each gate has parameters of its own: torch keeps the three in one weight_ih and one weight_hh")
class ParametersOfEachGate(_Parts):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.from_x = nn.ModuleList(nn.Linear(input_size, hidden_size) for _ in ORDER)
        self.from_h = nn.ModuleList(nn.Linear(hidden_size, hidden_size) for _ in ORDER)

    def forward(self, x, h=None):
        h = self._start(x) if h is None else h
        (a_r, a_z, a_n), (s_r, s_z, s_n) = [p(x) for p in self.from_x], [p(h) for p in self.from_h]
        n = self._content(a_n, s_n, torch.sigmoid(a_r + s_r), h)
        return self._mixed(torch.sigmoid(a_z + s_z), n, h)


@mistake("the old state is detached: no gradient reaches earlier steps")
class StateDetached(_Parts):
    def _given(self, h):
        return h.detach()


@mistake("the given state is not used: zeros replace it")
class GivenStateIgnored(_Parts):
    def _given(self, h):
        return torch.zeros_like(h)


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


@mistake("the cell keeps its state for the next call: without h each call starts from zeros")
class StateKept(_Parts):
    last = None

    def _start(self, x):
        fits = self.last is not None and len(self.last) == len(x)
        return self.last if fits else super()._start(x)

    def _mixed(self, z, n, h):
        new = super()._mixed(z, n, h)
        self.last = new.detach()
        return new


@mistake("the state and the state again are returned as a pair: a GRU has one state")
class PairReturned(_Parts):
    def _mixed(self, z, n, h):
        new = super()._mixed(z, n, h)
        return new, new


@mistake("the weights start as draws from a normal distribution: they are uniform on (-r, r)")
class StartNormal(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=1 / math.sqrt(hidden_size))


@mistake("the weights start at the wrong scale: r is 1 / sqrt(H), not 1 / sqrt(3H)")
class ScaleOfThreeUnits(_Parts):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        for parameter in self.parameters():
            parameter.data /= math.sqrt(3)
