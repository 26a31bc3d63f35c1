"""Wrong variants of rnn.RNN."""

import math

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("rnn").RNN
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x, h_0=None):
        x = self._time_first(x)
        shape = (self.num_layers * len(self.suffixes), x.shape[1], self.hidden_size)
        h_0 = self._start(x, shape) if h_0 is None else self._given(h_0)
        result = self._result(*self._layers(x, list(h_0)))
        pair = isinstance(result, tuple) and len(result) == 2
        return reference("rnn").RNNOutput(*result) if pair else result

    def _time_first(self, x):
        return x.transpose(0, 1) if self.batch_first else x

    def _start(self, x, shape):
        return x.new_zeros(shape)

    def _given(self, h_0):
        return h_0

    def _layers(self, x, starts):
        """Return the states of the last layer, and the last states."""
        last = []
        for layer in range(self.num_layers):
            runs = [self._run(x, self._first(starts, layer, d), layer, d) for d in range(len(self.suffixes))]
            last += [self._last_of(run, d) for d, run in enumerate(runs)]
            x = self._joined(runs)
        return x, last

    def _first(self, starts, layer, direction):
        return starts[layer * len(self.suffixes) + direction]

    def _run(self, x, h, layer, direction):
        """Return the states of one direction of one layer in the order of time."""
        weights, steps = self._weights(layer, direction), range(len(x))
        states = [None for _ in steps]
        for t in reversed(steps) if direction else steps:
            states[t] = h = self._step(x[t], h, *weights)
        return torch.stack(states)

    def _weights(self, layer, direction):
        return [self.get_parameter(f"{part}_l{layer}{self.suffixes[direction]}") for part in PARTS]

    def _step(self, x, h, w_ih, w_hh, b_ih, b_hh):
        return torch.tanh(x @ w_ih.t() + b_ih + h @ w_hh.t() + b_hh)

    def _last_of(self, run, direction):
        return run[0 if direction else -1]

    def _joined(self, runs):
        return torch.cat(runs, 2)

    def _result(self, x, last):
        return (x.transpose(0, 1) if self.batch_first else x), torch.stack(last)


@mistake("h_n has the batch first: it is (L * S, N, H), with batch_first too")
class LastStateBatchFirst(_Parts):
    def _result(self, x, last):
        output, h_n = super()._result(x, last)
        return output, h_n.transpose(0, 1) if self.batch_first else h_n


@mistake("h_0 and h_n have the batch first: they are (L * S, N, H), with batch_first too")
class StatesBatchFirst(LastStateBatchFirst):
    def _given(self, h_0):
        return h_0.transpose(0, 1) if self.batch_first else h_0


@mistake("batch_first is ignored: x and output are (N, T, .) then")
class BatchFirstIgnored(_Parts):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(input_size, hidden_size, num_layers, False, bidirectional)


@mistake("the output stays time first: with batch_first it is (N, T, S * H)")
class OutputStaysTimeFirst(_Parts):
    def _result(self, x, last):
        return x, torch.stack(last)


@mistake("reshape was taken for a transpose: it mixes samples and steps")
class ReshapedToTimeFirst(_Parts):
    def _time_first(self, x):
        return x.reshape(x.shape[1], x.shape[0], -1) if self.batch_first else x


@mistake("tanh is missing: the state grows without bound")
class TanhMissing(_Parts):
    def _step(self, x, h, w_ih, w_hh, b_ih, b_hh):
        return x @ w_ih.t() + b_ih + h @ w_hh.t() + b_hh


@mistake("the state_dict lacks one of two biases: bias_ih and bias_hh, each an nn.Parameter")
class OneBias(_Parts):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for key in [key for key in self.state_dict() if "bias_hh" in key]:
            delattr(self, key)

    def _weights(self, layer, direction):
        end = f"l{layer}{self.suffixes[direction]}"
        weights = [self.get_parameter(f"{part}_{end}") for part in PARTS[:3]]
        return [*weights, torch.zeros_like(weights[2])]


@mistake("bias_hh is never used: add both biases")
class SecondBiasUnused(_Parts):
    def _step(self, x, h, w_ih, w_hh, b_ih, b_hh):
        return super()._step(x, h, w_ih, w_hh, b_ih, torch.zeros_like(b_hh))


@mistake("weight_hh is not transposed: row i belongs to unit i of the new state")
class StateWeightNotTransposed(_Parts):
    def _step(self, x, h, w_ih, w_hh, b_ih, b_hh):
        return super()._step(x, h, w_ih, w_hh.t(), b_ih, b_hh)


@mistake("the state does not move on: each step starts from the initial state again")
class StateNotHandedOn(_Parts):
    def _run(self, x, h, layer, direction):
        weights = self._weights(layer, direction)
        return torch.stack([self._step(one, h, *weights) for one in x])


@mistake("the output holds the state before each step: it holds the one after it")
class OutputBeforeTheStep(_Parts):
    def _run(self, x, h, layer, direction):
        states = super()._run(x, h, layer, direction)
        if direction:
            return torch.cat([states[1:], h.unsqueeze(0)])
        return torch.cat([h.unsqueeze(0), states[:-1]])


@mistake("output is the last step alone: it holds the states of all steps")
class OutputOfTheLastStep(_Parts):
    def _result(self, x, last):
        output, h_n = super()._result(x, last)
        return (output[:, -1] if self.batch_first else output[-1]), h_n


@mistake("h_n holds the last layer alone: it holds every layer and direction")
class LastStateOfTheLastLayer(_Parts):
    def _result(self, x, last):
        return super()._result(x, last[-len(self.suffixes) :])


@mistake("h_n lists all forward states, then all reverse ones: the order is layer by layer")
class DirectionsApart(_Parts):
    def _result(self, x, last):
        s = len(self.suffixes)
        return super()._result(x, [state for d in range(s) for state in last[d::s]])


@mistake("every layer starts from the initial state of the first: h_0 has one for each layer")
class OneStartForAllLayers(_Parts):
    def _first(self, starts, layer, direction):
        return starts[direction]


@mistake("both directions start from the same initial state: h_0 has one for each direction")
class OneStartForBothDirections(_Parts):
    def _first(self, starts, layer, direction):
        return starts[layer * len(self.suffixes)]


@mistake("each layer goes on from the last state of the layer below: it starts from its own h_0")
class StateCarriedToTheNextLayer(_Parts):
    def _layers(self, x, starts):
        last = []
        for layer in range(self.num_layers):
            h = starts[: len(self.suffixes)] if layer == 0 else last[-len(self.suffixes) :]
            runs = [self._run(x, h[d], layer, d) for d in range(len(self.suffixes))]
            last += [self._last_of(run, d) for d, run in enumerate(runs)]
            x = self._joined(runs)
        return x, last


@mistake("the reverse direction reads forwards: it goes from the last step to the first")
class ReverseReadsForwards(_Parts):
    def _run(self, x, h, layer, direction):
        weights, states = self._weights(layer, direction), []
        for one in x:
            h = self._step(one, h, *weights)
            states.append(h)
        return torch.stack(states)

    def _last_of(self, run, direction):
        return run[-1]


@mistake("the reverse states stand in the order of computing: turn them round, so that t stands at t")
class ReverseNotTurnedBack(_Parts):
    def _run(self, x, h, layer, direction):
        states = super()._run(x, h, layer, direction)
        return states.flip(0) if direction else states

    def _last_of(self, run, direction):
        return run[-1]


@mistake("the reverse direction's last state is taken at t = T - 1: it stands at t = 0")
class ReverseEndsAtTheLastStep(_Parts):
    def _last_of(self, run, direction):
        return run[-1]


@mistake("the reverse half comes first: in output the forward half does")
class ReverseFirst(_Parts):
    def _joined(self, runs):
        return torch.cat(runs[::-1], 2)


@mistake("the two directions are added: they are joined along the last axis, 2H numbers")
class DirectionsAdded(_Parts):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(input_size, hidden_size, num_layers, batch_first, bidirectional)
        for key, value in list(self.named_parameters()):
            if "weight_ih" in key and "_l0" not in key:
                setattr(self, key, nn.Parameter(value.detach()[:, :hidden_size].clone()))

    def _joined(self, runs):
        return sum(runs)


@mistake("both directions use the same weights: the reverse ones have their own")
class ReverseWeightsUnused(_Parts):
    def _weights(self, layer, direction):
        return super()._weights(layer, 0)


@mistake("bidirectional is ignored")
class BidirectionalIgnored(_Parts):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(input_size, hidden_size, num_layers, batch_first)


@mistake("num_layers is ignored: there is one layer")
class OneLayer(_Parts):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(input_size, hidden_size, 1, batch_first, bidirectional)


@mistake("each direction is a stack of its own: layer 1 reads both directions of layer 0")
class DirectionsNeverMeet(_Parts):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(input_size, hidden_size, num_layers, batch_first, bidirectional)
        for key, value in list(self.named_parameters()):
            if "weight_ih" in key and "_l0" not in key:
                setattr(self, key, nn.Parameter(value.detach()[:, :hidden_size].clone()))

    def _layers(self, x, starts):
        runs, last = [x for _ in self.suffixes], []
        for layer in range(self.num_layers):
            runs = [self._run(run, self._first(starts, layer, d), layer, d) for d, run in enumerate(runs)]
            last += [self._last_of(run, d) for d, run in enumerate(runs)]
        return self._joined(runs), last


@mistake("the layers are cells in a list, with keys such as cells.0.weight_ih: the keys are weight_ih_l0 ...")
class KeysOfCells(_Parts):
    def __init__(self, input_size, hidden_size, num_layers=1, batch_first=False, bidirectional=False):
        super().__init__(input_size, hidden_size, num_layers, batch_first, bidirectional)
        for key in list(self.state_dict()):
            delattr(self, key)
        cell, s = reference("rnn").RNNCell, len(self.suffixes)
        widths = [s * hidden_size if layer else input_size for layer in range(num_layers) for _ in range(s)]
        self.cells = nn.ModuleList(cell(width, hidden_size) for width in widths)

    def _weights(self, layer, direction):
        return list(self.cells[layer * len(self.suffixes) + direction].parameters())


@mistake("the weights are plain tensors: only an nn.Parameter is learned, moved and saved")
class PlainTensors(nn.Module):
    def __init__(self, *args, **options):
        super().__init__()
        for key, value in Right(*args, **options).named_parameters():
            setattr(self, key, value.detach())


@mistake("the state is detached at every step: no gradient reaches earlier inputs")
class DetachedAtEveryStep(_Parts):
    def _step(self, x, h, w_ih, w_hh, b_ih, b_hh):
        return super()._step(x, h.detach(), w_ih, w_hh, b_ih, b_hh)


@mistake("a given h_0 is not used: zeros replace it")
class GivenStateIgnored(_Parts):
    def _given(self, h_0):
        return torch.zeros_like(h_0)


@mistake("the first states are made on the CPU: make them on the device of x")
class StartOnTheCpu(_Parts):
    def _start(self, x, shape):
        return torch.zeros(shape, dtype=x.dtype)


@mistake("the first states are torch.zeros(...), float32 on the CPU: take dtype and device of x")
class StartIsPlainZeros(_Parts):
    def _start(self, x, shape):
        return torch.zeros(shape)


@mistake(
    "states are written into a torch.zeros(T, N, H): float32 on the CPU; stack them, or take dtype and device of x"
)
class WrittenIntoPlainZeros(_Parts):
    def _run(self, x, h, layer, direction):
        states = super()._run(x, h, layer, direction)
        output = torch.zeros(states.shape)
        for t, state in enumerate(states):
            output[t] = state
        return output


@mistake("output alone is returned: the pair output, h_n is asked for")
class OutputAlone(_Parts):
    def _result(self, x, last):
        return super()._result(x, last)[0]


@mistake("the results come back as (h_n, output): output comes first")
class ResultsSwapped(_Parts):
    def _result(self, x, last):
        return super()._result(x, last)[::-1]


@mistake("the weights start at the wrong scale: r is 1 / sqrt(H) for all of them, not 1 / sqrt(D)")
class ScaleFromTheInputs(_Parts):
    def __init__(self, input_size, hidden_size, *args, **options):
        super().__init__(input_size, hidden_size, *args, **options)
        r = 1 / math.sqrt(input_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -r, r)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
class PlainTuple(Right):
    def forward(self, x, h_0=None):
        return tuple(super().forward(x, h_0))
