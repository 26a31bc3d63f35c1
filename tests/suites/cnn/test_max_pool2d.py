"""Suite of cnn.max_pool2d."""

import itertools

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_shape,
    check_that,
    check_vectorised,
)


@pytest.mark.visible
def test_max_pool2d_shape(submission, rng):
    """Windows of 2 on 9 x 7 pixels, side by side, give 4 x 3."""
    check_shape(submission.max_pool2d(rng.normal(3, 2, 9, 7), 2), (3, 2, 4, 3))


@pytest.mark.visible
def test_max_pool2d_by_hand(submission):
    """Of 1 2 / 4 3 the largest is 4; of 0 5 / 6 0 it is 6."""
    x = torch.tensor([[[[1.0, 2.0, 0.0, 5.0], [4.0, 3.0, 6.0, 0.0]]]], dtype=torch.float64)
    check_close(submission.max_pool2d(x, 2), torch.tensor([[[[4.0, 6.0]]]]).double())


@pytest.mark.visible
def test_max_pool2d_of_negative_pixels(submission):
    """The border never wins: the largest of -3 alone in a corner is -3, not 0."""
    x = torch.tensor([[[[-3.0, -1.0], [-2.0, -4.0]]]], dtype=torch.float64)
    check_close(submission.max_pool2d(x, 2, padding=1), x)


@pytest.mark.weight(2)
@pytest.mark.parametrize("kernel", [2, 3, (3, 1), (2, 4), (9, 7), 1], ids=str)
def test_max_pool2d_side_by_side(submission, rng, kernel):
    """Without a stride the windows do not overlap, and what is left over is dropped."""
    for shape, dtype in (
        ((2, 3, 9, 7), torch.float64),
        ((1, 4, 9, 7), torch.float64),
        ((3, 1, 9, 7), torch.float32),
    ):
        x = rng.normal(*shape, dtype=dtype)
        check_close(submission.max_pool2d(x, kernel), functional.max_pool2d(x, kernel))


@pytest.mark.parametrize("stride", [1, 2, (2, 1), (1, 3), 7], ids=str)
def test_max_pool2d_with_stride(submission, rng, stride):
    """Windows may overlap, or leave pixels out between them."""
    x = rng.normal(2, 3, 9, 7)
    check_close(submission.max_pool2d(x, (3, 2), stride), functional.max_pool2d(x, (3, 2), stride))


@pytest.mark.parametrize(("kernel", "padding"), [(2, 1), (3, 1), ((4, 3), (2, 0)), ((2, 5), (0, 2))], ids=str)
def test_max_pool2d_with_padding(submission, rng, kernel, padding):
    """The border has ph rows and pw columns that never win."""
    x = rng.normal(2, 3, 9, 7, mean=-3)
    want = functional.max_pool2d(x, kernel, padding=padding)
    check_close(submission.max_pool2d(x, kernel, padding=padding), want)


@pytest.mark.weight(2)
def test_max_pool2d_with_everything(submission, rng):
    """Kernel, stride and padding work together, in every combination."""
    x = rng.normal(2, 3, 9, 7)
    for options in itertools.product((2, (3, 2), (2, 5)), (None, 1, (3, 2)), (0, 1, (1, 0))):
        check_close(submission.max_pool2d(x, *options), functional.max_pool2d(x, *options))


@pytest.mark.weight(2)
@pytest.mark.parametrize("options", [(2,), (3, 1), ((3, 2), (2, 1), (1, 0))], ids=str)
def test_max_pool2d_gradient(submission, rng, options):
    """What comes from above goes to the largest pixel, from all its windows."""
    x = rng.normal(2, 3, 9, 7).requires_grad_()
    check_gradients(submission.max_pool2d, functional.max_pool2d, x, *options, rng=rng)


def test_max_pool2d_gradient_of_ties(submission, rng):
    """Equally large pixels share what comes from above; others get nothing."""
    x = (rng.integers(0, 2, 3, 2, 8, 6) - 1).double().requires_grad_()
    upstream = rng.uniform(3, 2, 4, 2, low=1, high=2)
    y = submission.max_pool2d(x, (2, 3))
    check_close(y, functional.max_pool2d(x, (2, 3)).detach())
    (gradient,) = torch.autograd.grad(y, x, upstream)
    shares = gradient.unfold(2, 2, 2).unfold(3, 3, 3)
    check_close(shares.sum((-2, -1)), upstream, "the sum of the gradients in a window")
    largest = x.detach().unfold(2, 2, 2).unfold(3, 3, 3) == y.detach()[..., None, None]
    check_close(shares[~largest], torch.zeros_like(shares[~largest]), "the gradient of smaller pixels")
    check_that(bool((shares >= 0).all()), "the shares of equal pixels", "not negative", "negative")


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["channels last", "transposed", "cut out", "expanded"])
def test_max_pool2d_when_not_contiguous(submission, rng, shared, layout):
    """Images in any layout of memory give the right numbers."""
    x = shared.laid_out(rng.normal(3, 4, 7, 5), layout)
    check_close(submission.max_pool2d(x, (3, 2), (2, 1)), functional.max_pool2d(x, (3, 2), (2, 1)))


@pytest.mark.parametrize("size", [1e6, 1e30])
def test_max_pool2d_of_large_numbers(submission, rng, size):
    """No number is so small that the border wins."""
    x = rng.normal(2, 3, 5, 4, mean=-10) * size
    check_close(submission.max_pool2d(x, 2, 1, 1), functional.max_pool2d(x, 2, 1, 1))


@pytest.mark.parametrize("larger", [(7, 3, 5, 6), (2, 9, 5, 6), (2, 3, 15, 6), (2, 3, 5, 18)], ids=str)
def test_max_pool2d_without_a_loop(submission, rng, larger):
    """More samples, channels or pixels take no more operations."""
    small, large = rng.normal(2, 3, 5, 6), rng.normal(*larger)
    check_vectorised(
        submission,
        lambda: submission.max_pool2d(small, 3, 2, 1),
        lambda: submission.max_pool2d(large, 3, 2, 1),
    )


def test_max_pool2d_is_made_by_hand(submission, rng, shared):
    """Torch's own pooling is not used."""
    x, forbidden = rng.normal(2, 3, 5, 6), shared.POOLINGS
    check_by_hand(submission, lambda: submission.max_pool2d(x, 3, 2, 1), forbidden, task="max_pool2d")


def test_max_pool2d_has_manners(submission, rng):
    """The images and torch's state stay as they were."""
    x = rng.normal(2, 3, 5, 6)
    check_manners(submission, lambda: submission.max_pool2d(x, 2, padding=1))


def test_max_pool2d_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.max_pool2d, rng.normal(2, 3, 5, 6), (3, 2), (2, 1), 1)
