"""Suite of mlp.LayerNorm."""

import pytest
import torch
from torch import nn

from grader.suite import (
    check_by_hand,
    check_close,
    check_equal,
    check_finite,
    check_manners,
    check_shape,
    to_device,
)

FORBIDDEN = (
    "layer_norm",
    "LayerNorm",
    "native_layer_norm",
    "group_norm",
    "GroupNorm",
    "native_group_norm",
    "batch_norm",
    "instance_norm",
    "rms_norm",
    "RMSNorm",
)


def draw_weights(rng, d, dtype=torch.float64):
    """Draw scale and shift."""
    return {"weight": rng.uniform(d, low=0.5, high=3, dtype=dtype), "bias": rng.normal(d, dtype=dtype)}


def oracle(weights, x, eps=1e-5):
    """Compute it with torch's own function."""
    return nn.functional.layer_norm(x, x.shape[-1:], weights["weight"], weights["bias"], eps)


def test_LayerNorm_keeps_weight_and_bias(submission, shared):
    """weight (D,) starts at 1, bias (D,) at 0; there are no buffers."""
    got = submission.run(shared.described, "LayerNorm", (5,))
    check_equal(sorted(got), ["bias", "weight"], "keys of the state_dict")
    check_equal(got, {"weight": ("parameter", (5,)), "bias": ("parameter", (5,))})
    start = submission.run(shared.state, "LayerNorm", (5,))
    check_close(start, {"weight": torch.ones(5), "bias": torch.zeros(5)}, "the values at the start")


@pytest.mark.visible
def test_LayerNorm_of_two_samples(submission, shared):
    """(1, 3) becomes (-1, 1) and (30, 10) becomes (1, -1), row by row."""
    weights = {"weight": torch.ones(2).double(), "bias": torch.zeros(2).double()}
    x = torch.tensor([[1.0, 3.0], [30.0, 10.0]]).double()
    got = submission.run(shared.play, "LayerNorm", (2, 1e-12), weights, x, torch.ones_like(x))
    check_close(got["output"], torch.tensor([[-1.0, 1.0], [1.0, -1.0]]).double(), "the output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(7, 4), (1, 4), (4, 4), (2, 3, 5), (6,)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_LayerNorm_forwards_and_backwards(submission, rng, shared, dtype, shape):
    """Output and all gradients are right, over the last axis of any x."""
    weights, x = draw_weights(rng, shape[-1], dtype), 2 * rng.normal(*shape, dtype=dtype) + 3
    x, upstream = x + torch.arange(shape[-1]), rng.normal(*shape, dtype=dtype)
    got = submission.run(shared.play, "LayerNorm", (shape[-1],), weights, x, upstream)
    rtol, atol = (1e-3, 1e-4) if dtype is torch.float32 else (None, None)
    check_close(got, shared.expected(oracle, weights, x, upstream), rtol=rtol, atol=atol)


def test_LayerNorm_looks_at_one_sample(submission, rng, shared):
    """What a sample becomes does not depend on the others in the batch."""
    weights, x = draw_weights(rng, 5), rng.normal(4, 5)
    other = torch.cat([x[:1], 100 * rng.normal(3, 5)])
    got = submission.run(shared.play, "LayerNorm", (5,), weights, other, torch.ones_like(x))
    check_shape(got["output"], (4, 5), "the output")
    check_close(got["output"][0], oracle(weights, x)[0], "the first sample among others")


def test_LayerNorm_in_evaluation(submission, rng, shared):
    """Evaluation computes the same as training."""
    weights, x, upstream = draw_weights(rng, 4), rng.normal(6, 4), rng.normal(6, 4)
    got = submission.run(shared.play, "LayerNorm", (4,), weights, x, upstream, training=False)
    check_close(got, shared.expected(oracle, weights, x, upstream))


@pytest.mark.weight(2)
@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_LayerNorm_when_features_are_equal(submission, rng, shared, eps):
    """A row of equal numbers gives bias and a finite gradient; eps is under the root."""
    weights, x, upstream = draw_weights(rng, 4), 1e-3 * rng.normal(3, 4), rng.normal(3, 4)
    x[1] = 0.5
    got = submission.run(shared.play, "LayerNorm", (4, eps), weights, x, upstream)
    check_finite(got["gradient of x"], "gradient of x")
    want = shared.expected(lambda weights, x: oracle(weights, x, eps), weights, x, upstream)
    check_close(got, want, rtol=1e-7, atol=1e-9)


@pytest.mark.detail
def test_LayerNorm_when_not_contiguous(submission, rng, shared):
    """A transposed x gives the right numbers."""
    weights, x, upstream = draw_weights(rng, 3), rng.normal(3, 6).t(), rng.normal(6, 3)
    got = submission.run(shared.play, "LayerNorm", (3,), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


def test_LayerNorm_is_made_by_hand(submission, rng):
    """It is made without torch's own normalisation."""
    x = rng.normal(4, 3, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.LayerNorm(3)(x), FORBIDDEN, task="LayerNorm")


def test_LayerNorm_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    layer, x = submission.LayerNorm(3), rng.normal(4, 3, dtype=torch.float32)
    check_manners(submission, lambda: layer(x))


def test_LayerNorm_on_a_device(submission, rng, shared):
    """Moved to an accelerator, the layer computes there, and the same."""
    weights, x, upstream = draw_weights(rng, 4), rng.normal(6, 4), rng.normal(6, 4)
    got = submission.run(shared.play, "LayerNorm", (4,), *to_device((weights, x, upstream)))
    check_close(got, to_device(shared.expected(oracle, weights, x, upstream)))
