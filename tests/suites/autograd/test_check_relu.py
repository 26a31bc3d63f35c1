"""Suite of autograd.check_relu."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_relu"


def own(x):
    """is torch's own"""
    return torch.relu(x)


def threshold(x):
    """is a threshold at 0"""
    return torch.nn.functional.threshold(x, 0.0, 0.0)


def leaky_by_nothing(x):
    """is a leaky rectifier with the slope 0"""
    return torch.nn.functional.leaky_relu(x, 0.0)


SHOWN = [own, threshold, leaky_by_nothing]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_relu_accepts_right_code(submission, rng, right):
    """A right rectifier passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def masked(x):
    """multiplies by a mask, and gives -0 for negative numbers"""
    return x * (x > 0)


def own_rule(x):
    """is a Function with a backward of its own"""

    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.clamp(min=0)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            return upstream.masked_fill(x <= 0, 0)

    return Rule.apply(x)


BY_HAND = [masked, own_rule]
RIGHT = [*SHOWN, *BY_HAND]


@pytest.mark.parametrize("right", BY_HAND, ids=lambda right: right.__name__)
def test_check_relu_accepts_what_is_made_by_hand(submission, rng, right):
    """A right rectifier that is made by hand passes the check."""
    check_accepts(submission, TASK, right, rng)


def detached(x):
    return torch.relu(x.detach())


@pytest.mark.visible
def test_check_relu_catches_a_cut_graph(submission, rng):
    """A rectifier whose result is cut from the graph is caught."""
    check_catches(submission, TASK, detached, SHOWN, rng)


def slope_one(x):
    return x + (torch.relu(x) - x).detach()


@pytest.mark.visible
def test_check_relu_catches_the_slope_1_everywhere(submission, rng):
    """A rectifier with slope 1 everywhere is caught."""
    check_catches(submission, TASK, slope_one, SHOWN, rng)


def without_upstream(x):
    y = torch.relu(x)
    if y.requires_grad:
        y.register_hook(torch.ones_like)
    return y


@pytest.mark.visible
def test_check_relu_catches_a_forgotten_gradient_from_above(submission, rng):
    """A rectifier that forgets the gradient from above is caught."""
    check_catches(submission, TASK, without_upstream, SHOWN, rng)


def slope_one_at_zero(x):
    return x * (x >= 0)  # the slope of clamp there is 1 up to torch 2.13 and 0 in torch 2.14


def test_check_relu_catches_what_a_single_number_shows(submission, rng):
    """A rectifier with a wrong slope at a single x is caught."""
    check_catches(submission, TASK, slope_one_at_zero, RIGHT, rng)


def slope_half_at_zero(x):
    return torch.maximum(x, torch.zeros_like(x))


def test_check_relu_catches_another_slope_there(submission, rng):
    """A rectifier with another wrong slope there is caught."""
    check_catches(submission, TASK, slope_half_at_zero, RIGHT, rng)


def leaky(x):
    return torch.nn.functional.leaky_relu(x, 0.01)


def test_check_relu_catches_small_wrong_values(submission, rng):
    """A rectifier with small wrong values is caught."""
    check_catches(submission, TASK, leaky, RIGHT, rng)


def leaky_slope(x):
    y = torch.nn.functional.leaky_relu(x, 0.01)
    return y + (torch.relu(x) - y).detach()


def test_check_relu_catches_small_wrong_slopes(submission, rng):
    """A rectifier with right values and small wrong slopes is caught."""
    check_catches(submission, TASK, leaky_slope, RIGHT, rng)


def up_to_six(x):
    return torch.nn.functional.relu6(x)


def test_check_relu_catches_what_larger_numbers_show(submission, rng):
    """A rectifier that is wrong for larger numbers alone is caught."""
    check_catches(submission, TASK, up_to_six, RIGHT, rng)


def absolute(x):
    return x.abs()


def test_check_relu_catches_what_negative_numbers_show(submission, rng):
    """A function that is right for positive numbers alone is caught."""
    check_catches(submission, TASK, absolute, RIGHT, rng)


def positive_upstream(x):
    y = torch.relu(x)
    if y.requires_grad:
        y.register_hook(torch.relu)
    return y


def test_check_relu_catches_what_some_signs_from_above_show(submission, rng):
    """A rectifier that is right for some gradients from above alone is caught."""
    check_catches(submission, TASK, positive_upstream, RIGHT, rng)


def changes_upstream(x):
    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return torch.relu(x)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            upstream.detach().mul_(x.detach() > 0)
            return upstream.clone()

    return Rule.apply(x)


def test_check_relu_catches_what_backward_leaves_behind(submission, rng):
    """A rectifier whose backward does not leave things as found is caught."""
    check_catches(submission, TASK, changes_upstream, RIGHT, rng)


def changes_x(x):
    y = torch.relu(x)
    x.detach().clamp_(min=0)
    return y


def test_check_relu_catches_what_forward_leaves_behind(submission, rng):
    """A rectifier whose forward does not leave things as found is caught."""
    check_catches(submission, TASK, changes_x, RIGHT, rng)


def once_differentiable(x):
    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return torch.relu(x)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            return upstream.detach() * (x > 0)

    return Rule.apply(x)


def test_check_relu_catches_what_a_second_derivative_shows(submission, rng):
    """A rectifier that is differentiable only once is caught."""
    check_catches(submission, TASK, once_differentiable, RIGHT, rng)


def single_precision(x):
    return torch.relu(x.float())


def test_check_relu_catches_the_wrong_kind(submission, rng):
    """A rectifier with a result of another kind than asked for is caught."""
    check_catches(submission, TASK, single_precision, RIGHT, rng)
