"""Suite of cnn.conv2d_im2col."""

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

PRODUCTS = ("mm", "bmm", "addmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "matmul", "linear", "einsum")


def arguments(rng, image=(3, 2, 9, 7), filters=4, kernel=(3, 2), dtype=torch.float64):
    """Draw x, weight and bias."""
    weight = rng.normal(filters, image[1], *kernel, dtype=dtype)
    return rng.normal(*image, dtype=dtype), weight, rng.normal(filters, dtype=dtype)


@pytest.mark.visible
def test_conv2d_im2col_shape(submission, rng):
    """Three images of 2 x 9 x 7 and four filters of 3 x 2 give (3, 4, 7, 6)."""
    check_shape(submission.conv2d_im2col(*arguments(rng)), (3, 4, 7, 6))


@pytest.mark.visible
def test_conv2d_im2col_by_hand(submission):
    """The row (0 1 2 3) times the columns of 0..8 gives 19, 25, 37, 43."""
    x = torch.arange(9.0, dtype=torch.float64).reshape(1, 1, 3, 3)
    weight = torch.arange(4.0, dtype=torch.float64).reshape(1, 1, 2, 2)
    want = torch.tensor([[[[19.0, 25.0], [37.0, 43.0]]]]).double()
    check_close(submission.conv2d_im2col(x, weight), want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("kernel", [(3, 2), (1, 4), (1, 1), (9, 7)], ids=str)
def test_conv2d_im2col_of_a_batch(submission, rng, kernel):
    """Any number of samples, channels and filters gives what torch gives."""
    for image, dtype in (
        ((3, 2, 9, 7), torch.float64),
        ((1, 2, 9, 7), torch.float64),
        ((2, 1, 9, 7), torch.float32),
    ):
        x, weight, bias = arguments(rng, image, kernel=kernel, dtype=dtype)
        check_close(submission.conv2d_im2col(x, weight), functional.conv2d(x, weight))
        check_close(submission.conv2d_im2col(x, weight, bias), functional.conv2d(x, weight, bias))


@pytest.mark.parametrize(
    "options",
    [{"stride": 2}, {"stride": (1, 3)}, {"padding": 1}, {"padding": (2, 0)}, {"dilation": 2}, {"dilation": (1, 3)}],
    ids=str,
)  # fmt: skip
def test_conv2d_im2col_with_an_option(submission, rng, options):
    """Stride, padding and dilation, one at a time, give what torch gives."""
    args = arguments(rng)
    check_close(submission.conv2d_im2col(*args, **options), functional.conv2d(*args, **options))


@pytest.mark.weight(2)
def test_conv2d_im2col_with_everything(submission, rng):
    """Stride, padding and dilation work together, in every combination."""
    args = arguments(rng)
    for options in itertools.product((1, (3, 2)), (0, 1, (2, 3)), (1, (3, 1))):
        check_close(submission.conv2d_im2col(*args, *options), functional.conv2d(*args, *options))


@pytest.mark.weight(2)
@pytest.mark.parametrize("options", [(1, 0, 1), ((3, 2), (1, 2), (2, 1))], ids=str)
def test_conv2d_im2col_gradients(submission, rng, options):
    """The gradients of x, weight and bias are right."""
    args = [value.requires_grad_() for value in arguments(rng)]
    check_gradients(submission.conv2d_im2col, functional.conv2d, *args, *options, rng=rng)


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["channels last", "transposed", "cut out"])
def test_conv2d_im2col_when_not_contiguous(submission, rng, shared, layout):
    """Images and kernels in any layout of memory give the right numbers."""
    x, weight, bias = arguments(rng)
    x, weight = shared.laid_out(x, layout), shared.laid_out(weight, layout)
    check_close(submission.conv2d_im2col(x, weight, bias), functional.conv2d(x, weight, bias))


@pytest.mark.weight(2)
def test_conv2d_im2col_is_one_product(submission, rng):
    """One matrix product takes the whole batch."""
    args = arguments(rng)
    with submission.recording() as records:
        submission.conv2d_im2col(*args, stride=2, padding=1)
    count = sum(record["operators"].get(name, 0) for record in records for name in PRODUCTS)
    check_that(count == 1, "matrix products of one call", "1", str(count))


LARGER = {"samples": (7, 3, 5, 6, 4), "channels": (2, 9, 5, 6, 4), "filters": (2, 3, 5, 6, 12)}
LARGER |= {"rows": (2, 3, 15, 6, 4), "columns": (2, 3, 5, 18, 4)}


@pytest.mark.parametrize("larger", LARGER)
def test_conv2d_im2col_without_a_loop(submission, rng, larger):
    """More samples, channels, filters or pixels take no more operations."""
    small, large = (arguments(rng, image, filters) for *image, filters in ((2, 3, 5, 6, 4), LARGER[larger]))
    check_vectorised(
        submission,
        lambda: submission.conv2d_im2col(*small, 2, 1),
        lambda: submission.conv2d_im2col(*large, 2, 1),
    )


def test_conv2d_im2col_is_made_by_hand(submission, rng, shared):
    """Torch's own convolution and unfold are not used."""
    args, call = arguments(rng), {"forbidden": shared.CONVOLUTIONS, "task": "conv2d_im2col"}
    check_by_hand(submission, lambda: submission.conv2d_im2col(*args, 2, 1), **call)


def test_conv2d_im2col_has_manners(submission, rng):
    """Arguments and torch's state stay as they were."""
    args = arguments(rng)
    check_manners(submission, lambda: submission.conv2d_im2col(*args, padding=1))


def test_conv2d_im2col_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.conv2d_im2col, *arguments(rng), (2, 1), 1, (1, 2))
