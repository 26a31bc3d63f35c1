"""Suite of mlp.Linear."""

import math

import pytest
import torch
from torch import nn

from grader.suite import (
    check_by_hand,
    check_close,
    check_equal,
    check_manners,
    check_shape,
    to_device,
)

FORBIDDEN = ("linear", "Linear", "LazyLinear", "Bilinear", "bilinear", "addmm", "baddbmm")


def oracle(weights, x):
    """Compute the layer with torch's own function."""
    return nn.functional.linear(x, weights["weight"], weights.get("bias"))


def draw_weights(rng, d, k, dtype=torch.float64):
    """Draw weight and bias."""
    return {"weight": rng.normal(k, d, dtype=dtype), "bias": rng.normal(k, dtype=dtype)}


def test_Linear_keeps_weight_and_bias(submission, shared):
    """The state_dict has weight (K, D) and bias (K,), both parameters."""
    got = submission.run(shared.described, "Linear", (5, 3))
    check_equal(sorted(got), ["bias", "weight"], "keys of the state_dict")
    check_equal(got, {"weight": ("parameter", (3, 5)), "bias": ("parameter", (3,))})


@pytest.mark.visible
def test_Linear_of_two_samples(submission, shared):
    """W = (1 2 3; 0 1 0), b = (10, 20): (1, 1, 1) gives (16, 21)."""
    weights = {
        "weight": torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], dtype=torch.float64),
        "bias": torch.tensor([10.0, 20.0], dtype=torch.float64),
    }
    x = torch.tensor([[1.0, 1.0, 1.0], [2.0, 0.0, -1.0]], dtype=torch.float64)
    got = submission.run(shared.play, "Linear", (3, 2), weights, x, torch.ones_like(x[:, :2]))
    want = torch.tensor([[16.0, 21.0], [9.0, 20.0]], dtype=torch.float64)
    check_close(got["output"], want, "the output")


@pytest.mark.weight(2)
@pytest.mark.parametrize("shape", [(6,), (1,), (2, 4), ()], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_Linear_forwards_and_backwards(submission, rng, shared, dtype, shape):
    """Output and all gradients are right, whatever axes come before the last."""
    weights, x = draw_weights(rng, 5, 3, dtype), rng.normal(*shape, 5, dtype=dtype)
    upstream = rng.normal(*shape, 3, dtype=dtype)
    got = submission.run(shared.play, "Linear", (5, 3), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


@pytest.mark.parametrize("sizes", [(4, 4), (1, 3), (3, 1)], ids=str)
def test_Linear_of_other_sizes(submission, rng, shared, sizes):
    """A square weight is transposed all the same; one feature and one output work."""
    weights, x, upstream = draw_weights(rng, *sizes), rng.normal(6, sizes[0]), rng.normal(6, sizes[1])
    got = submission.run(shared.play, "Linear", sizes, weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


def test_Linear_without_bias(submission, rng, shared):
    """With bias=False there is no bias in the state_dict, and none is added."""
    described = submission.run(shared.described, "Linear", (5, 3, False))
    check_equal(described, {"weight": ("parameter", (3, 5))})
    weights, x, upstream = {"weight": rng.normal(3, 5)}, rng.normal(4, 5), rng.normal(4, 3)
    got = submission.run(shared.play, "Linear", (5, 3, False), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))
    check_equal(submission.Linear(5, 3, bias=False).bias, None, "the attribute bias")


@pytest.mark.detail
def test_Linear_when_not_contiguous(submission, rng, shared):
    """A transposed x gives the right numbers."""
    weights, x, upstream = draw_weights(rng, 5, 3), rng.normal(5, 4).t(), rng.normal(4, 3)
    got = submission.run(shared.play, "Linear", (5, 3), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_Linear_starts_with_the_stated_scale(submission, shared):
    """Weights and biases start uniform between -1 / sqrt(D) and 1 / sqrt(D)."""
    got, r = submission.run(shared.state, "Linear", (800, 400)), 1 / math.sqrt(800)
    check_equal(sorted(got), ["bias", "weight"], "keys of the state_dict")
    check_shape(got["weight"], (400, 800), "weight")
    check_shape(got["bias"], (400,), "bias")
    weight, bias = got["weight"].double(), got["bias"].double()
    check_close(weight.abs().max().item(), r, "largest weight", rtol=1e-3)
    check_close(weight.std().item(), r / math.sqrt(3), "standard deviation of the weights", rtol=0.01)
    check_close(weight.mean().item(), 0.0, "mean of the weights", atol=6 * r / math.sqrt(3 * 320_000))
    check_close(bias.abs().max().item(), r, "largest bias", rtol=0.05)
    check_close(bias.std().item(), r / math.sqrt(3), "standard deviation of the biases", rtol=0.15)


def test_Linear_is_made_by_hand(submission, rng):
    """The layer is made of parameters, without torch's own linear layer."""
    x = rng.normal(4, 5, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.Linear(5, 3)(x), FORBIDDEN, task="Linear")


def test_Linear_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    layer, x = submission.Linear(5, 3), rng.normal(4, 5, dtype=torch.float32)
    check_manners(submission, lambda: layer(x))


def test_Linear_on_a_device(submission, rng, shared):
    """Moved to an accelerator, the layer computes there, and the same."""
    weights, x, upstream = draw_weights(rng, 5, 3), rng.normal(4, 5), rng.normal(4, 3)
    moved = to_device((weights, x, upstream))
    got = submission.run(shared.play, "Linear", (5, 3), *moved)
    check_close(got, to_device(shared.expected(oracle, weights, x, upstream)))
