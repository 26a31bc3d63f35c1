"""Suite of rnn.GRUCell."""

import math

import pytest
import torch
from torch import nn

from grader.suite import check_by_hand, check_close, check_manners, to_device

FORBIDDEN = ("gru_cell", "gru", "GRUCell", "GRU", "RNNCellBase", "RNNBase")
OUTPUT, INPUTS = ("the new state",), ("x", "h")


def shapes(d, hidden):
    """Return the keys of the state_dict and their shapes."""
    return {
        "weight_ih": (3 * hidden, d),
        "weight_hh": (3 * hidden, hidden),
        "bias_ih": (3 * hidden,),
        "bias_hh": (3 * hidden,),
    }


def test_GRUCell_keeps_its_weights(submission, shared):
    """The four parameters have torch's names and shapes."""
    shared.check_described(submission.run(shared.described, "GRUCell", (5, 3), {}), shapes(5, 3))


@pytest.mark.visible
def test_GRUCell_of_one_unit(submission, shared):
    """r = 1/4 and z = 3/4 make 0.9 of h = 1 when n = tanh(ln 2) = 0.6."""
    three, two = math.log(3), math.log(2)
    numbers = [[[0.0]] * 3, [[0.0], [0.0], [4 * two]], [-three, three, 0.0], [0.0] * 3]
    weights = dict(zip(shapes(1, 1), map(torch.tensor, numbers), strict=True))
    x, h, above = torch.tensor([[2.0]]), torch.tensor([[1.0]]), torch.tensor([[1.0]])
    got = submission.run(shared.play, "GRUCell", (1, 1), {}, weights, [x, h], [above])
    shared.check_outputs(got, {"outputs": [torch.tensor([[0.9]])]}, OUTPUT)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, d, hidden", [(6, 4, 3), (1, 3, 5), (5, 4, 4), (4, 1, 2)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_GRUCell_forwards_and_backwards(submission, rng, shared, dtype, n, d, hidden):
    """The new state and all gradients are torch's, from a given state."""
    weights = shared.draw_weights(rng, nn.GRUCell(d, hidden), dtype)
    inputs = [rng.normal(n, size, dtype=dtype) for size in (d, hidden)]
    args = ("GRUCell", (d, hidden), {}, weights, inputs, [rng.normal(n, hidden, dtype=dtype)])
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_GRUCell_starts_from_zeros(submission, rng, shared, dtype):
    """Without h the state is zeros, in the dtype of x."""
    weights = shared.draw_weights(rng, nn.GRUCell(4, 3), dtype)
    inputs, above = [rng.normal(6, 4, dtype=dtype)], [rng.normal(6, 3, dtype=dtype)]
    args = ("GRUCell", (4, 3), {}, weights, inputs, above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS[:1])


@pytest.mark.weight(2)
def test_GRUCell_over_several_steps(submission, rng, shared):
    """The state handed on from step to step carries values and gradients."""
    weights, xs = shared.draw_weights(rng, nn.GRUCell(4, 3), torch.float64), rng.normal(5, 2, 4)
    args = ("GRUCell", (4, 3), weights, xs, None, rng.normal(5, 2, 3))
    shared.check_unrolled(submission.run(shared.unroll, *args), shared.unroll(nn, *args))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_GRUCell_is_finite_when_inputs_are_large(submission, rng, shared, dtype):
    """Inputs of 1000 shut and open the gates: no nan, and no gradient either."""
    weights = shared.draw_weights(rng, nn.GRUCell(1, 3), dtype)
    weights["weight_ih"] += weights["weight_ih"].sign()  # no sum is near 0
    inputs, above = [1000 * rng.normal(6, 1, dtype=dtype).sign()], [rng.normal(6, 3, dtype=dtype)]
    args = ("GRUCell", (1, 3), {}, weights, inputs, above)
    shared.check_played(submission.run(shared.play, *args), shared.play(nn, *args), OUTPUT, INPUTS[:1])


def test_GRUCell_remembers_nothing(submission, rng, shared):
    """Without h each call starts anew, and samples of a batch do not meet."""
    weights, xs = shared.draw_weights(rng, nn.GRUCell(4, 3), torch.float64), rng.normal(5, 4)
    args = ("GRUCell", (4, 3), weights, xs)
    first, second, single = submission.run(shared.one_by_one, *args)
    want = shared.one_by_one(nn, *args)[0]
    check_close(first, want, "the state after the first call")
    check_close(second, want, "the state after a second call")
    check_close(single, want, "the states of the samples one by one")


@pytest.mark.statistical
def test_GRUCell_starts_with_the_stated_scale(submission, shared):
    """All entries start uniform between -1 / sqrt(H) and 1 / sqrt(H)."""
    got = submission.run(shared.state, "GRUCell", (50, 400))
    shared.check_start(got, shapes(50, 400), 1 / 20)


def test_GRUCell_is_made_by_hand(submission, rng):
    """The cell is made without torch's own."""
    x = rng.normal(6, 4, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.GRUCell(4, 3)(x), FORBIDDEN, task="GRUCell")


def test_GRUCell_has_manners(submission, rng):
    """A step changes neither x nor h, and draws no random number."""
    cell, x = submission.GRUCell(4, 3), rng.normal(6, 4, dtype=torch.float32)
    h = rng.normal(6, 3, dtype=torch.float32)
    check_manners(submission, lambda: (cell(x), cell(x, h)))


@pytest.mark.parametrize("given", [True, False], ids=["with a state", "without a state"])
def test_GRUCell_on_a_device(submission, rng, shared, given):
    """On an accelerator the cell is the same; a state of its own is made there."""
    weights = shared.draw_weights(rng, nn.GRUCell(4, 3), torch.float32)
    x, h, above = (rng.normal(6, size, dtype=torch.float32) for size in (4, 3, 3))
    args = (weights, [x, h][: 1 + given], [above])
    want = shared.play(nn, "GRUCell", (4, 3), {}, *args)
    got = submission.run(shared.play, "GRUCell", (4, 3), {}, *to_device(args))
    shared.check_played(got, to_device(want), OUTPUT, INPUTS[: 1 + given])
