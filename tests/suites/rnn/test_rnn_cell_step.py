"""Suite of rnn.rnn_cell_step."""

import math

import pytest
import torch
from torch import nn

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
    check_raises,
)

FORBIDDEN = (
    *("rnn_tanh_cell", "rnn_relu_cell", "rnn_tanh", "rnn_relu"),
    *("RNNCell", "RNNCellBase", "RNN", "RNNBase"),
)


def oracle(x, h, *weights):
    """Make the step by torch's own cell."""
    cell = nn.RNNCell(x.shape[1], h.shape[1])
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return torch.func.functional_call(cell, dict(zip(names, weights, strict=True)), (x, h))


def drawn(rng, n, d, hidden, dtype=torch.float64):
    """Draw all six arguments."""
    shapes = [(n, d), (n, hidden), (hidden, d), (hidden, hidden), (hidden,), (hidden,)]
    return [0.7 * rng.normal(*shape, dtype=dtype) for shape in shapes]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rnn_cell_step_shape_and_dtype(submission, rng, dtype):
    """Seven samples and three hidden units give (7, 3), in the dtype of x."""
    args = drawn(rng, 7, 5, 3, dtype)
    check_like(submission.rnn_cell_step(*args), oracle(*args))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_rnn_cell_step_of_one_unit(submission):
    """x = 1, h = 0.5, weights 0.5 and -1, biases ln 2 and 0: tanh(ln 2) = 0.6."""
    numbers = [[[1.0]], [[0.5]], [[0.5]], [[-1.0]], [math.log(2)], [0.0]]
    args = [torch.tensor(number, dtype=torch.float64) for number in numbers]
    check_close(submission.rnn_cell_step(*args), torch.tensor([[0.6]], dtype=torch.float64))


def test_rnn_cell_step_is_odd(submission, rng):
    """Without biases, the step of -x and -h is the negative one."""
    x, h, w_ih, w_hh, b, _ = drawn(rng, 6, 4, 3)
    args = (w_ih, w_hh, torch.zeros_like(b), torch.zeros_like(b))
    check_close(submission.rnn_cell_step(-x, -h, *args), -oracle(x, h, *args))


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, d, hidden", [(6, 4, 3), (1, 3, 5), (5, 4, 4), (4, 1, 2), (3, 2, 1)])
def test_rnn_cell_step_gradient(submission, rng, n, d, hidden):
    """Value and the gradients of all six arguments, for any sizes."""
    args = [arg.requires_grad_() for arg in drawn(rng, n, d, hidden)]
    check_gradients(submission.rnn_cell_step, oracle, *args, rng=rng)


def test_rnn_cell_step_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    args = [arg.requires_grad_() for arg in drawn(rng, 2, 3, 2)]
    check_gradcheck(submission.rnn_cell_step, *args, second=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rnn_cell_step_is_finite_when_inputs_are_large(submission, rng, dtype):
    """Inputs of 1000 give -1 and 1 with gradient 0, not nan."""
    args = drawn(rng, 6, 1, 3, dtype)
    args[0] = (1000 * args[0].sign()).requires_grad_()
    args[2] += args[2].sign()  # no sum is near 0
    check_gradients(submission.rnn_cell_step, oracle, *args, rng=rng)


@pytest.mark.detail
def test_rnn_cell_step_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    x, h, w_ih, w_hh, b_ih, b_hh = drawn(rng, 6, 4, 3)
    args = (x.t().contiguous().t(), h[:1].expand(6, 3), w_ih.t().contiguous().t(), w_hh.t(), b_ih, b_hh)
    check_close(submission.rnn_cell_step(*args), oracle(*args))


@pytest.mark.parametrize("shape", [(1, 3), (6, 1), (5, 3), (3,), (6, 4), (1, 6, 3)], ids=str)
def test_rnn_cell_step_refuses_other_states(submission, rng, shape):
    """An h that is not (N, H) raises a ValueError about h: it is not broadcast."""
    args = drawn(rng, 6, 4, 3)
    with check_raises(ValueError, naming="h"):
        submission.rnn_cell_step(args[0], rng.normal(*shape), *args[2:])


def test_rnn_cell_step_is_made_by_hand(submission, rng):
    """The step is made without torch's own recurrent functions."""
    args = drawn(rng, 6, 4, 3)
    check_by_hand(submission, lambda: submission.rnn_cell_step(*args), FORBIDDEN, task="rnn_cell_step")


def test_rnn_cell_step_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    args = drawn(rng, 6, 4, 3)
    check_manners(submission, lambda: submission.rnn_cell_step(*args))


def test_rnn_cell_step_on_a_device(submission, rng):
    """On an accelerator the step is the same and stays there."""
    check_device(submission.rnn_cell_step, *drawn(rng, 6, 4, 3))
