"""Suite of mlp.Dropout."""

import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_dtype,
    check_equal,
    check_manners,
    check_shape,
    check_that,
    to_device,
)

FORBIDDEN = (
    "dropout",
    "dropout_",
    "Dropout",
    "dropout1d",
    "dropout2d",
    "Dropout1d",
    "Dropout2d",
    "alpha_dropout",
    "AlphaDropout",
    "feature_dropout",
    "native_dropout",
)


def factors(y, x):
    """Return the numbers that the elements of x were multiplied with, each once, rounded, in order."""
    return torch.unique((y.double() / x.double()).mul(1e6).round().div(1e6))


def check_mask(kept):
    """Check that neither all rows nor all columns of a large mask are alike."""
    rows, columns = (bool((kept == first).all()) for first in (kept[:1], kept[:, :1]))
    text = " and ".join(["every row alike"] * rows + ["every column alike"] * columns)
    check_that(not text, "the elements that are kept", "a decision for each element", text)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(5, 3), (1, 4), (2, 3, 4), ()], ids=str)
def test_Dropout_keeps_shape_and_dtype(submission, rng, dtype, shape):
    """The result has the shape and dtype of x."""
    y = submission.Dropout(0.4)(rng.normal(*shape, dtype=dtype))
    check_shape(y, shape)
    check_dtype(y, dtype)


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.statistical
@pytest.mark.parametrize("p", [0.5, 0.2, 0.75])
def test_Dropout_scales_what_it_keeps(submission, rng, p):
    """While training an element becomes 0 or is divided by 1 - p, nothing else."""
    x = rng.uniform(40, 20, low=0.5, high=2)
    y = submission.Dropout(p)(x)
    check_shape(y, (40, 20))
    check_close(
        factors(y, x),
        torch.tensor([0.0, round(1 / (1 - p), 6)], dtype=torch.float64),
        "factors of the elements",
    )


@pytest.mark.weight(2)
@pytest.mark.statistical
@pytest.mark.parametrize("p", [0.5, 0.1, 0.8])
def test_Dropout_keeps_the_mean(submission, p):
    """Of 200 000 ones a share p becomes 0, and the mean stays 1."""
    y = submission.Dropout(p)(torch.ones(400, 500))
    check_shape(y, (400, 500))
    check_mask(y != 0)
    share = (y == 0).double().mean().item()
    check_close(share, p, "share of zeros", atol=6 * math.sqrt(p * (1 - p) / 200_000), rtol=0.0)
    error = 6 * math.sqrt(p / (1 - p) / 200_000)
    check_close(y.double().mean().item(), 1.0, "mean", atol=error, rtol=0.0)


@pytest.mark.statistical
def test_Dropout_decides_each_element(submission):
    """Elements are switched off one by one, not whole rows or columns, and anew."""
    layer, x = submission.Dropout(0.5), torch.ones(400, 500)
    first, second = layer(x), layer(x)
    check_shape(first, (400, 500))
    check_shape(second, (400, 500))
    check_mask(first != 0)
    kept = (first != 0).double()
    rows, columns = kept.mean(1).std().item(), kept.mean(0).std().item()
    check_close(rows, 0.5 / math.sqrt(500), "deviation of the shares of the rows", rtol=0.25)
    check_close(columns, 0.5 / math.sqrt(400), "deviation of the shares of the columns", rtol=0.25)
    both = (kept * (second != 0)).mean().item()
    check_close(both, 0.25, "share of elements that two calls keep", atol=0.006, rtol=0.0)


@pytest.mark.weight(2)
@pytest.mark.parametrize("how", ["eval", "train(False)", "inside a model"])
def test_Dropout_is_off_in_evaluation(submission, rng, how):
    """eval(), train(False) and an outer model switch it off, train() on again."""

    def scenario(submission, x, how):
        layer = submission.Dropout(0.5)
        model = torch.nn.Sequential(torch.nn.Identity(), layer) if how == "inside a model" else layer
        model = model.train(False) if how == "train(False)" else model.eval()
        off = model(x)
        model.train()
        return off, model(x)

    x = rng.uniform(30, 20, low=0.5, high=2)
    off, on = submission.run(scenario, x, how)
    check_shape(off, (30, 20), "the output in evaluation")
    check_close(factors(off, x), torch.ones(1).double(), "factors in evaluation")
    check_close(off, x, "the output in evaluation")
    check_shape(on, (30, 20), "the output after train()")
    check_close(factors(on, x), torch.tensor([0.0, 2.0]).double(), "factors after train()")


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_Dropout_at_the_ends(submission, rng, p, training):
    """p = 0 keeps everything, p = 1 nothing; neither gives nan, also backwards."""

    def scenario(submission, p, x, upstream, training):
        x = x.clone().requires_grad_()
        y = submission.Dropout(p).train(training)(x)
        if p == 1 and training and not y.requires_grad:  # zeros that depend on nothing: the gradient is 0
            return y.clone(), torch.zeros_like(x)
        (gradient,) = torch.autograd.grad(y, x, upstream)
        return y.detach().clone(), gradient

    x, upstream = rng.normal(6, 5), rng.normal(6, 5)
    y, gradient = submission.run(scenario, p, x, upstream, training)
    factor = 0.0 if p == 1 and training else 1.0
    check_close(y, factor * x, "the output")
    check_close(gradient, factor * upstream, "gradient with respect to x")


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_Dropout_gradient(submission, rng):
    """The gradient is switched off and scaled where the element was."""

    def scenario(submission, x, upstream):
        x = x.clone().requires_grad_()
        y = submission.Dropout(0.25)(x)
        y.backward(upstream)
        return y.detach().clone(), x.grad

    x, upstream = rng.uniform(20, 30, low=0.5, high=2), rng.uniform(20, 30, low=1, high=3)
    y, gradient = submission.run(scenario, x, upstream)
    check_shape(y, (20, 30))
    check_close(factors(y, x), torch.tensor([0.0, 1.333333], dtype=torch.float64), "factors forwards")
    check_close(gradient, upstream * (y / x), "gradient with respect to x")


def test_Dropout_has_nothing_to_save(submission, rng):
    """The state_dict is empty: no parameters, no buffers."""
    check_equal(list(submission.Dropout(0.3).state_dict()), [], "keys of the state_dict")


def test_Dropout_is_made_by_hand(submission, rng):
    """It is made without torch's own dropout."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.Dropout(0.5)(x), FORBIDDEN, task="Dropout")


def test_Dropout_has_manners(submission, rng):
    """x stays as it was while training; in evaluation nothing is drawn."""
    layer, x = submission.Dropout(0.5), rng.normal(5, 3)
    layer(x)
    layer.eval()
    check_manners(submission, lambda: layer(x))


@pytest.mark.statistical
def test_Dropout_on_a_device(submission, rng):
    """On an accelerator the mask is drawn there, and the output stays there."""
    x = rng.uniform(20, 30, low=0.5, high=2)
    moved = to_device(x)
    y = submission.Dropout(0.5)(moved)
    check_shape(y, (20, 30))
    check_that(y.device == moved.device, "the device", "that of x", y.device.type)
    check_close(factors(y.cpu(), x), torch.tensor([0.0, 2.0]).double(), "factors of the elements")
