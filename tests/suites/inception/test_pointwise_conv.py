"""Suite of inception.pointwise_conv."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
    check_raises,
    check_vectorised,
)

FORBIDDEN = (
    *(f"conv{axes}d" for axes in (1, 2, 3)),
    *(f"Conv{axes}d" for axes in (1, 2, 3)),
    *(f"LazyConv{axes}d" for axes in (1, 2, 3)),
    *(f"conv_transpose{axes}d" for axes in (1, 2, 3)),
    *(f"ConvTranspose{axes}d" for axes in (1, 2, 3)),
    "convolution",
    "mkldnn_convolution",
    "conv_tbc",
)
ONE = [(4, 3, 6, 5, 7), (1, 3, 4, 6, 5), (2, 1, 3, 5, 4), (2, 3, 1, 4, 5), (3, 2, 5, 1, 1), (1, 1, 1, 1, 1)]


def drawn(rng, n, c, f, h, w, dtype=torch.float64):
    """Draw x, weight and bias."""
    x, weight = rng.normal(n, c, h, w, dtype=dtype), rng.normal(f, c, 1, 1, dtype=dtype)
    return x, weight, rng.normal(f, dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_pointwise_conv_shape_and_dtype(submission, rng, dtype):
    """(4, 3, 5, 7) and (6, 3, 1, 1) give (4, 6, 5, 7), in the dtype of x."""
    x, weight, bias = drawn(rng, 4, 3, 6, 5, 7, dtype)
    check_like(submission.pointwise_conv(x, weight, bias), functional.conv2d(x, weight, bias))


@pytest.mark.visible
def test_pointwise_conv_of_two_pixels(submission):
    """Channels (1, 2) and (10, 20), weights (1, 1): the sums are 11 and 22."""
    x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]], dtype=torch.float64)
    weight = torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0]], dtype=torch.float64).reshape(3, 2, 1, 1)
    bias = torch.tensor([0.0, 0.0, 5.0], dtype=torch.float64)
    rows = torch.tensor([[11.0, 22.0], [2.0, 4.0], [-5.0, -15.0]], dtype=torch.float64)
    check_close(submission.pointwise_conv(x, weight, bias), rows.reshape(1, 3, 1, 2))


def test_pointwise_conv_sees_one_pixel(submission, rng):
    """A single pixel that is not 0 gives its column of numbers at its own place."""
    weight, x = rng.normal(6, 3, 1, 1), torch.zeros(2, 3, 4, 5, dtype=torch.float64)
    x[1, :, 2, 3] = torch.tensor([1.0, -2.0, 3.0])
    want = torch.zeros(2, 6, 4, 5, dtype=torch.float64)
    want[1, :, 2, 3] = weight[:, :, 0, 0] @ x[1, :, 2, 3]
    check_close(submission.pointwise_conv(x, weight), want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("sizes", ONE, ids=str)
def test_pointwise_conv_gradient(submission, rng, sizes, biased):
    """Value and gradients agree with a convolution, axes of length 1 included."""
    args = [value.requires_grad_() for value in drawn(rng, *sizes)[: 3 if biased else 2]]
    check_gradients(submission.pointwise_conv, functional.conv2d, *args, rng=rng)


def test_pointwise_conv_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    args = [value.requires_grad_() for value in drawn(rng, 2, 2, 3, 1, 2)]
    check_gradcheck(submission.pointwise_conv, *args, second=True)


@pytest.mark.detail
def test_pointwise_conv_when_not_contiguous(submission, rng):
    """Permuted images and an expanded weight give the right value."""
    x, weight = rng.normal(4, 7, 5, 3), rng.normal(1, 3, 1, 1).expand(6, 3, 1, 1)
    for order in ((0, 3, 1, 2), (0, 3, 2, 1)):
        images = x.permute(order)
        check_close(submission.pointwise_conv(images, weight), functional.conv2d(images, weight))


@pytest.mark.parametrize("sizes", [(9, 3, 2, 3, 4), (2, 11, 8, 7, 6)], ids=["samples", "channels and pixels"])
def test_pointwise_conv_has_no_loop(submission, rng, sizes):
    """More samples, channels and pixels take no more torch operators."""
    few, many = drawn(rng, 2, 3, 2, 3, 4), drawn(rng, *sizes)
    small, large = (lambda: submission.pointwise_conv(*few)), (lambda: submission.pointwise_conv(*many))
    check_vectorised(submission, small, large)


@pytest.mark.parametrize(
    "name, shapes",
    [
        ("weight", [(4, 3, 5, 7), (6, 1, 1, 1), (6,)]),
        ("weight", [(4, 3, 5, 7), (6, 3, 3, 3), (6,)]),
        ("bias", [(4, 3, 5, 7), (6, 3, 1, 1), (1,)]),
    ],
    ids=str,
)
def test_pointwise_conv_refuses_what_would_broadcast(submission, rng, name, shapes):
    """Another kernel, one channel, one bias: a ValueError that names the argument."""
    with check_raises(ValueError, naming=name):
        submission.pointwise_conv(*(rng.normal(*shape) for shape in shapes))


def test_pointwise_conv_is_made_by_hand(submission, rng):
    """It is made without torch's convolutions."""
    args = drawn(rng, 2, 3, 4, 2, 3)
    call = {"forbidden": FORBIDDEN, "task": "pointwise_conv"}
    check_by_hand(submission, lambda: submission.pointwise_conv(*args), **call)


def test_pointwise_conv_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    args = drawn(rng, 2, 3, 4, 2, 3)
    check_manners(submission, lambda: submission.pointwise_conv(*args))


def test_pointwise_conv_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.pointwise_conv, *drawn(rng, 4, 3, 6, 5, 7))
