"""Suite of mlp.SoftmaxRegression."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, to_device


def oracle(weights, x):
    """Compute the scores with torch's own function."""
    return torch.nn.functional.linear(x.reshape(len(x), -1), weights["linear.weight"], weights["linear.bias"])


def draw_weights(rng, d, k, dtype=torch.float64):
    """Draw weight and bias."""
    return {"linear.weight": rng.normal(k, d, dtype=dtype), "linear.bias": rng.normal(k, dtype=dtype)}


@pytest.mark.parametrize("d, k", [(12, 4), (784, 10), (5, 1)])
def test_SoftmaxRegression_keeps_one_layer(submission, shared, d, k):
    """The state_dict has linear.weight (K, D) and linear.bias (K,)."""
    got = submission.run(shared.described, "SoftmaxRegression", (d, k))
    check_equal(sorted(got), ["linear.bias", "linear.weight"], "keys of the state_dict")
    check_equal(got, {"linear.weight": ("parameter", (k, d)), "linear.bias": ("parameter", (k,))})


@pytest.mark.visible
def test_SoftmaxRegression_of_one_image(submission, shared):
    """A 2 x 2 image (1 2; 3 4) and rows that pick pixels 1 and 4 give 1 and 4."""
    weights = {
        "linear.weight": torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, -1]], dtype=torch.float64),
        "linear.bias": torch.tensor([0.0, 0.0, 0.5], dtype=torch.float64),
    }
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], dtype=torch.float64)
    got = submission.run(shared.play, "SoftmaxRegression", (4, 3), weights, x, torch.ones(1, 3).double())
    check_close(got["output"], torch.tensor([[1.0, 4.0, -3.5]], dtype=torch.float64), "the output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(5, 2, 3, 4), (1, 2, 3, 4), (7, 24), (3, 8, 3)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_SoftmaxRegression_forwards_and_backwards(submission, rng, shared, dtype, shape):
    """Every sample is flattened by itself; scores and all gradients are right."""
    weights, x = draw_weights(rng, 24, 6, dtype), rng.normal(*shape, dtype=dtype)
    upstream = rng.normal(shape[0], 6, dtype=dtype)
    got = submission.run(shared.play, "SoftmaxRegression", (24, 6), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


def test_SoftmaxRegression_returns_logits(submission, rng, shared):
    """The scores may be any numbers: no softmax was taken."""
    weights, x, upstream = draw_weights(rng, 6, 3), rng.normal(4, 2, 3, std=100), rng.normal(4, 3)
    got = submission.run(shared.play, "SoftmaxRegression", (6, 3), weights, x, upstream)
    check_close(got["output"], oracle(weights, x), "the output")


@pytest.mark.detail
def test_SoftmaxRegression_when_not_contiguous(submission, rng, shared):
    """Images with other strides are flattened in the order of their axes."""
    weights, x, upstream = (
        draw_weights(rng, 24, 5),
        rng.normal(4, 3, 2, 6).permute(3, 2, 1, 0),
        rng.normal(6, 5),
    )
    got = submission.run(shared.play, "SoftmaxRegression", (24, 5), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


def test_SoftmaxRegression_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.SoftmaxRegression(6, 3), rng.normal(4, 2, 3, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_SoftmaxRegression_on_a_device(submission, rng, shared):
    """Moved to an accelerator, the model computes there, and the same."""
    weights, x, upstream = draw_weights(rng, 6, 3), rng.normal(4, 2, 3), rng.normal(4, 3)
    got = submission.run(shared.play, "SoftmaxRegression", (6, 3), *to_device((weights, x, upstream)))
    check_close(got, to_device(shared.expected(oracle, weights, x, upstream)))
