"""Suite of rnn.LSTMCell."""

import math

import pytest
import torch
from torch import nn

from grader.suite import check_by_hand, check_close, check_fields, check_manners, to_device

FORBIDDEN = ("lstm_cell", "lstm", "LSTMCell", "LSTM", "RNNCellBase", "RNNBase")
OUTPUT, INPUTS = ("h", "c"), ("x", "h", "c")


def shapes(d, hidden):
    """Return the keys of the state_dict and their shapes."""
    return {
        "weight_ih": (4 * hidden, d),
        "weight_hh": (4 * hidden, hidden),
        "bias_ih": (4 * hidden,),
        "bias_hh": (4 * hidden,),
    }


def test_LSTMCell_keeps_its_weights(submission, shared):
    """The four parameters have torch's names and shapes."""
    shared.check_described(submission.run(shared.described, "LSTMCell", (5, 3), {}), shapes(5, 3))


@pytest.mark.visible
def test_LSTMCell_of_one_unit(submission, shared):
    """i = 3/4, f = 1/2, g = 3/5 and o = 1/4 make c = 1.45 of c = 2."""
    three, two = math.log(3), math.log(2)
    numbers = [[[0.0]] * 4, [[0.0]] * 4, [three, 0.0, two, -three], [0.0] * 4]
    weights = dict(zip(shapes(1, 1), map(torch.tensor, numbers), strict=True))
    x, state = torch.tensor([[3.0]]), (torch.tensor([[5.0]]), torch.tensor([[2.0]]))
    above = [torch.tensor([[1.0]]), torch.tensor([[1.0]])]
    got = submission.run(shared.play, "LSTMCell", (1, 1), {}, weights, [x, state], above)
    want = [torch.tensor([[math.tanh(1.45) / 4]]), torch.tensor([[1.45]])]
    shared.check_outputs(got, {"outputs": want}, OUTPUT)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, d, hidden", [(6, 4, 3), (1, 3, 5), (5, 4, 4), (4, 1, 2)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_LSTMCell_forwards_and_backwards(submission, rng, shared, dtype, n, d, hidden):
    """Both new states and all gradients are torch's, from given states."""
    weights = shared.draw_weights(rng, nn.LSTMCell(d, hidden), dtype)
    h, c, *above = (rng.normal(n, hidden, dtype=dtype) for _ in range(4))
    args = ("LSTMCell", (d, hidden), {}, weights, [rng.normal(n, d, dtype=dtype), (h, 2 * c)], above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_LSTMCell_starts_from_zeros(submission, rng, shared, dtype):
    """Without a state h and c are zeros, in the dtype of x."""
    weights = shared.draw_weights(rng, nn.LSTMCell(4, 3), dtype)
    inputs, above = [rng.normal(6, 4, dtype=dtype)], [rng.normal(6, 3, dtype=dtype) for _ in range(2)]
    args = ("LSTMCell", (4, 3), {}, weights, inputs, above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS[:1])


@pytest.mark.weight(2)
def test_LSTMCell_over_several_steps(submission, rng, shared):
    """The states handed on from step to step carry values and gradients."""
    weights, xs = shared.draw_weights(rng, nn.LSTMCell(4, 3), torch.float64), rng.normal(5, 2, 4)
    args = ("LSTMCell", (4, 3), weights, xs, None, rng.normal(5, 2, 3))
    shared.check_unrolled(submission.run(shared.unroll, *args), shared.unroll(nn, *args))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_LSTMCell_is_finite_when_inputs_are_large(submission, rng, shared, dtype):
    """Inputs of 1000 shut and open the gates: no nan, and no gradient either."""
    weights = shared.draw_weights(rng, nn.LSTMCell(1, 3), dtype)
    weights["weight_ih"] += weights["weight_ih"].sign()  # no sum is near 0
    inputs, above = (
        [1000 * rng.normal(6, 1, dtype=dtype).sign()],
        [rng.normal(6, 3, dtype=dtype) for _ in range(2)],
    )
    args = ("LSTMCell", (1, 3), {}, weights, inputs, above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS[:1])


def test_LSTMCell_remembers_nothing(submission, rng, shared):
    """Without a state each call starts anew, and samples of a batch do not meet."""
    weights, xs = shared.draw_weights(rng, nn.LSTMCell(4, 3), torch.float64), rng.normal(5, 4)
    args = ("LSTMCell", (4, 3), weights, xs)
    first, second, single = submission.run(shared.one_by_one, *args)
    want = shared.one_by_one(nn, *args)[0]
    check_close(first, want, "the state after the first call")
    check_close(second, want, "the state after a second call")
    check_close(single, want, "the states of the samples one by one")


@pytest.mark.statistical
def test_LSTMCell_starts_with_the_stated_scale(submission, shared):
    """All entries start uniform between -1 / sqrt(H) and 1 / sqrt(H)."""
    got = submission.run(shared.state, "LSTMCell", (50, 400))
    shared.check_start(got, shapes(50, 400), 1 / 20)


def test_LSTMCell_is_made_by_hand(submission, rng):
    """The cell is made without torch's own."""
    x = rng.normal(6, 4, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.LSTMCell(4, 3)(x), FORBIDDEN, task="LSTMCell")


def test_LSTMCell_has_manners(submission, rng):
    """A step changes neither x nor the states, and draws no random number."""
    cell = submission.LSTMCell(4, 3)
    x, h, c = (rng.normal(6, size, dtype=torch.float32) for size in (4, 3, 3))
    check_manners(submission, lambda: (cell(x), cell(x, (h, c))))


@pytest.mark.parametrize("given", [True, False], ids=["with states", "without states"])
def test_LSTMCell_on_a_device(submission, rng, shared, given):
    """On an accelerator the cell is the same; states of its own are made there."""
    weights = shared.draw_weights(rng, nn.LSTMCell(4, 3), torch.float32)
    x, h, c, *above = (rng.normal(6, size, dtype=torch.float32) for size in (4, 3, 3, 3, 3))
    args, names = (weights, [x, (h, c)][: 1 + given], above), INPUTS if given else INPUTS[:1]
    want = shared.play(nn, "LSTMCell", (4, 3), {}, *args)
    got = submission.run(shared.play, "LSTMCell", (4, 3), {}, *to_device(args))
    shared.check_played(got, to_device(want), OUTPUT, names)


def test_LSTMCell_names_what_it_returns(submission, rng):
    """The new states are a named tuple with the fields h and c."""
    got = submission.LSTMCell(4, 3)(rng.normal(6, 4, dtype=torch.float32))
    check_fields(got, OUTPUT)
