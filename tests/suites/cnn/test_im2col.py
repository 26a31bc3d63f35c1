"""Suite of cnn.im2col."""

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
    check_vectorised,
)


def oracle(x, kernel_size, stride=1, padding=0, dilation=1):
    """Return torch's own columns; it takes its options in another order."""
    return functional.unfold(x, kernel_size, dilation, padding, stride)


@pytest.mark.visible
def test_im2col_shape(submission, rng):
    """Windows of 3 x 2 on (5, 4, 7, 8) have 24 pixels and 5 * 7 places."""
    check_shape(submission.im2col(rng.normal(5, 4, 7, 8), (3, 2)), (5, 24, 35))


@pytest.mark.visible
def test_im2col_by_hand(submission):
    """The first column holds the window at the top left: 0, 1, 3, 4."""
    rows = [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]
    want = torch.tensor([rows], dtype=torch.float64)
    check_close(submission.im2col(torch.arange(9.0, dtype=torch.float64).reshape(1, 1, 3, 3), 2), want)


@pytest.mark.visible
def test_im2col_by_hand_with_channels(submission):
    """A column holds all of the first channel's window, then the second's."""
    x = torch.tensor([[[[1.0, 2.0, 3.0]], [[10.0, 20.0, 30.0]]]])
    want = torch.tensor([[[1.0, 2.0], [2.0, 3.0], [10.0, 20.0], [20.0, 30.0]]])
    check_close(submission.im2col(x, (1, 2)), want)


@pytest.mark.parametrize("kernel", [(3, 2), (1, 4), 1, 2, (9, 7)], ids=str)
def test_im2col_of_a_batch(submission, rng, kernel):
    """Rows and columns stand in the order of torch, for any sizes."""
    for shape, dtype in (
        ((3, 2, 9, 7), torch.float64),
        ((1, 4, 9, 7), torch.float64),
        ((2, 1, 9, 7), torch.float32),
    ):
        x = rng.normal(*shape, dtype=dtype)
        check_close(submission.im2col(x, kernel), oracle(x, kernel))


@pytest.mark.parametrize("stride", [2, (2, 1), (1, 3), 8], ids=str)
def test_im2col_with_stride(submission, rng, stride):
    """The window moves by (sh, sw), and never beyond the image."""
    x = rng.normal(2, 3, 9, 7)
    check_close(submission.im2col(x, (3, 2), stride), oracle(x, (3, 2), stride))


@pytest.mark.parametrize("padding", [1, (2, 0), (0, 3)], ids=str)
def test_im2col_with_padding(submission, rng, padding):
    """Zeros are added above and below (ph), left and right (pw)."""
    x = rng.normal(2, 3, 9, 7)
    check_close(submission.im2col(x, (3, 2), padding=padding), oracle(x, (3, 2), padding=padding))


@pytest.mark.parametrize("dilation", [2, (2, 1), (1, 3)], ids=str)
def test_im2col_with_dilation(submission, rng, dilation):
    """The pixels of a window lie (dh, dw) apart."""
    x = rng.normal(2, 3, 9, 7)
    check_close(submission.im2col(x, (3, 2), dilation=dilation), oracle(x, (3, 2), dilation=dilation))


@pytest.mark.weight(2)
def test_im2col_with_everything(submission, rng):
    """Stride, padding and dilation work together, in every combination."""
    x = rng.normal(2, 3, 9, 7)
    for options in itertools.product((1, (3, 2)), (0, 1, (2, 3)), (1, (3, 1))):
        check_close(submission.im2col(x, (3, 2), *options), oracle(x, (3, 2), *options))


@pytest.mark.weight(2)
@pytest.mark.parametrize("options", [(1, 0, 1), (1, (2, 1), 1), ((3, 2), 1, (2, 3))], ids=str)
def test_im2col_gradient(submission, rng, options):
    """A pixel gets the sum of what all its windows send back."""
    x = rng.normal(2, 3, 9, 7).requires_grad_()
    check_gradients(submission.im2col, oracle, x, (3, 2), *options, rng=rng)


@pytest.mark.parametrize("layout", ["channels last", "transposed", "cut out", "expanded"])
def test_im2col_when_not_contiguous(submission, rng, shared, layout):
    """Images in any layout of memory give the right columns."""
    x = shared.laid_out(rng.normal(3, 4, 7, 5), layout)
    check_close(submission.im2col(x, (3, 2)), oracle(x, (3, 2)))


@pytest.mark.parametrize("larger", [(7, 3, 5, 6), (2, 9, 5, 6), (2, 3, 15, 6), (2, 3, 5, 18)], ids=str)
def test_im2col_without_a_loop(submission, rng, larger):
    """More samples, channels or pixels take no more operations."""
    small, large = rng.normal(2, 3, 5, 6), rng.normal(*larger)
    check_vectorised(
        submission, lambda: submission.im2col(small, 2, 2, 1), lambda: submission.im2col(large, 2, 2, 1)
    )


def test_im2col_is_made_by_hand(submission, rng, shared):
    """Torch's own unfold and convolution are not used."""
    x = rng.normal(2, 3, 5, 6)
    check_by_hand(submission, lambda: submission.im2col(x, 2, 2, 1), shared.CONVOLUTIONS, task="im2col")


def test_im2col_has_manners(submission, rng):
    """The images and torch's state stay as they were."""
    x = rng.normal(2, 3, 5, 6)
    check_manners(submission, lambda: submission.im2col(x, 2, padding=1))


def test_im2col_on_a_device(submission, rng):
    """On an accelerator the columns are the same and stay there."""
    check_device(submission.im2col, rng.normal(2, 3, 5, 6), (3, 2), (2, 1), 1, (1, 2))
