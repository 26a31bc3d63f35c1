"""Suite of cnn.avg_pool2d."""

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


def oracle(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    """Return torch's own means; it takes ceil_mode before count_include_pad."""
    return functional.avg_pool2d(x, kernel_size, stride, padding, False, count_include_pad)


@pytest.mark.visible
def test_avg_pool2d_shape(submission, rng):
    """Windows of 2 on 9 x 7 pixels, side by side, give 4 x 3."""
    check_shape(submission.avg_pool2d(rng.normal(3, 2, 9, 7), 2), (3, 2, 4, 3))


@pytest.mark.visible
def test_avg_pool2d_by_hand(submission):
    """The mean of 1 2 / 4 3 is 2.5; that of 0 5 / 6 0 is 2.75."""
    x = torch.tensor([[[[1.0, 2.0, 0.0, 5.0], [4.0, 3.0, 6.0, 0.0]]]], dtype=torch.float64)
    check_close(submission.avg_pool2d(x, 2), torch.tensor([[[[2.5, 2.75]]]]).double())


@pytest.mark.visible
@pytest.mark.parametrize("counted", [True, False])
def test_avg_pool2d_in_a_corner(submission, counted):
    """On ones, a corner of a 3 x 3 window with padding 1 is 4/9, or 1 uncounted."""
    x = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    ninths = torch.tensor([[[[4.0, 6.0, 4.0], [6.0, 9.0, 6.0], [4.0, 6.0, 4.0]]]]).double()
    got = submission.avg_pool2d(x, 3, 1, 1, count_include_pad=counted)
    check_close(got, ninths / 9 if counted else x)


@pytest.mark.weight(2)
@pytest.mark.parametrize("kernel", [2, 3, (3, 1), (2, 4), (9, 7), 1], ids=str)
def test_avg_pool2d_side_by_side(submission, rng, kernel):
    """Without a stride the windows do not overlap, and what is left over is dropped."""
    for shape, dtype in (
        ((2, 3, 9, 7), torch.float64),
        ((1, 4, 9, 7), torch.float64),
        ((3, 1, 9, 7), torch.float32),
    ):
        x = rng.normal(*shape, dtype=dtype)
        check_close(submission.avg_pool2d(x, kernel), oracle(x, kernel))


@pytest.mark.parametrize("stride", [1, 2, (2, 1), (1, 3), 7], ids=str)
def test_avg_pool2d_with_stride(submission, rng, stride):
    """Windows may overlap, or leave pixels out between them."""
    x = rng.normal(2, 3, 9, 7)
    check_close(submission.avg_pool2d(x, (3, 2), stride), oracle(x, (3, 2), stride))


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(("kernel", "padding"), [(2, 1), (3, 1), ((4, 3), (2, 0)), ((2, 5), (0, 2))], ids=str)
def test_avg_pool2d_with_padding(submission, rng, kernel, padding, counted):
    """The zeros of the border count as pixels, or do not."""
    x = rng.normal(2, 3, 9, 7, mean=3)
    options = {"padding": padding, "count_include_pad": counted}
    check_close(submission.avg_pool2d(x, kernel, **options), oracle(x, kernel, **options))


def test_avg_pool2d_of_black_pixels(submission, rng):
    """A pixel of the image counts, also where it is 0."""
    x = rng.normal(2, 3, 9, 7) * rng.bool(2, 3, 9, 7)
    options = {"padding": 1, "count_include_pad": False}
    check_close(submission.avg_pool2d(x, 3, **options), oracle(x, 3, **options))


@pytest.mark.weight(2)
def test_avg_pool2d_with_everything(submission, rng):
    """Kernel, stride, padding and counting work together, in every combination."""
    x = rng.normal(2, 3, 9, 7)
    sizes = (2, (3, 2), (2, 5)), (None, 1, (3, 2)), (0, 1, (1, 0)), (True, False)
    for options in itertools.product(*sizes):
        check_close(submission.avg_pool2d(x, *options), oracle(x, *options))


@pytest.mark.weight(2)
@pytest.mark.parametrize("options", [(2,), (3, 1, 1), ((3, 2), (2, 1), (1, 0), False)], ids=str)
def test_avg_pool2d_gradient(submission, rng, options):
    """Each pixel of a window gets its share, from all its windows."""
    x = rng.normal(2, 3, 9, 7).requires_grad_()
    check_gradients(submission.avg_pool2d, oracle, x, *options, rng=rng)


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["channels last", "transposed", "cut out", "expanded"])
def test_avg_pool2d_when_not_contiguous(submission, rng, shared, layout):
    """Images in any layout of memory give the right numbers."""
    x = shared.laid_out(rng.normal(3, 4, 7, 5), layout)
    check_close(submission.avg_pool2d(x, (3, 2), (2, 1)), oracle(x, (3, 2), (2, 1)))


@pytest.mark.parametrize("larger", [(7, 3, 5, 6), (2, 9, 5, 6), (2, 3, 15, 6), (2, 3, 5, 18)], ids=str)
def test_avg_pool2d_without_a_loop(submission, rng, larger):
    """More samples, channels or pixels take no more operations."""
    small, large = rng.normal(2, 3, 5, 6), rng.normal(*larger)
    check_vectorised(
        submission,
        lambda: submission.avg_pool2d(small, 3, 2, 1, False),
        lambda: submission.avg_pool2d(large, 3, 2, 1, False),
    )


def test_avg_pool2d_is_made_by_hand(submission, rng, shared):
    """Torch's own pooling and convolution are not used."""
    x, call = rng.normal(2, 3, 5, 6), {"forbidden": shared.POOLINGS + shared.CONVOLUTIONS}
    check_by_hand(submission, lambda: submission.avg_pool2d(x, 3, 2, 1, False), **call, task="avg_pool2d")


def test_avg_pool2d_has_manners(submission, rng):
    """The images and torch's state stay as they were."""
    x = rng.normal(2, 3, 5, 6)
    check_manners(submission, lambda: submission.avg_pool2d(x, 2, padding=1, count_include_pad=False))


@pytest.mark.parametrize("counted", [True, False])
def test_avg_pool2d_on_a_device(submission, rng, counted):
    """On an accelerator the result is the same and stays there."""
    x = rng.normal(2, 3, 5, 6)
    check_device(submission.avg_pool2d, x, (3, 2), (2, 1), 1, count_include_pad=counted)
