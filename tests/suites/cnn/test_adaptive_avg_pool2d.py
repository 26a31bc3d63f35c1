"""Suite of cnn.adaptive_avg_pool2d."""

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

SIZES = [1, 2, 3, (3, 5), (4, 2), (9, 7), (1, 7), (5, 1)]


@pytest.mark.visible
@pytest.mark.parametrize("image", [(9, 7), (4, 10)], ids=str)
def test_adaptive_avg_pool2d_shape(submission, rng, image):
    """The output has the size that is asked for, whatever the image."""
    check_shape(submission.adaptive_avg_pool2d(rng.normal(4, 2, *image), (3, 5)), (4, 2, 3, 5))


@pytest.mark.visible
def test_adaptive_avg_pool2d_by_hand(submission):
    """Seven rows in three bins: the means of rows 0-2, 2-4 and 4-6."""
    x = torch.tensor([0.0, 1.0, 5.0, 9.0, 1.0, 1.0, 1.0], dtype=torch.float64).reshape(1, 1, 7, 1)
    want = torch.tensor([2.0, 5.0, 1.0], dtype=torch.float64).reshape(1, 1, 3, 1)
    check_close(submission.adaptive_avg_pool2d(x, (3, 1)), want)


@pytest.mark.visible
def test_adaptive_avg_pool2d_to_one_pixel(submission, rng):
    """For output_size 1 each channel of each image becomes its mean."""
    x = rng.normal(4, 3, 5, 6)
    check_close(submission.adaptive_avg_pool2d(x, 1), x.mean((2, 3), keepdim=True))


@pytest.mark.weight(3)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_adaptive_avg_pool2d_matches_torch(submission, rng, size):
    """Bins of equal and of different sizes, which may overlap, are those of torch."""
    for shape, dtype in (((3, 2, 9, 7), torch.float64), ((1, 4, 11, 13), torch.float32)):
        x = rng.normal(*shape, dtype=dtype)
        check_close(submission.adaptive_avg_pool2d(x, size), functional.adaptive_avg_pool2d(x, size))


@pytest.mark.parametrize("size", [(5, 6), 8, (3, 11)], ids=str)
def test_adaptive_avg_pool2d_to_a_larger_image(submission, rng, size):
    """There may be more bins than pixels: then bins show the same pixels."""
    x = rng.normal(3, 2, 4, 5)
    check_close(submission.adaptive_avg_pool2d(x, size), functional.adaptive_avg_pool2d(x, size))


@pytest.mark.weight(2)
@pytest.mark.parametrize("size", [1, (3, 5), (4, 8)], ids=str)
def test_adaptive_avg_pool2d_gradient(submission, rng, size):
    """Each pixel of a bin gets its share, from all its bins."""
    x = rng.normal(2, 3, 9, 7).requires_grad_()
    function, oracle = submission.adaptive_avg_pool2d, functional.adaptive_avg_pool2d
    check_gradients(function, oracle, x, size, rng=rng)


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["channels last", "transposed", "cut out", "expanded"])
def test_adaptive_avg_pool2d_when_not_contiguous(submission, rng, shared, layout):
    """Images in any layout of memory give the right numbers."""
    x = shared.laid_out(rng.normal(3, 4, 7, 5), layout)
    check_close(submission.adaptive_avg_pool2d(x, (3, 2)), functional.adaptive_avg_pool2d(x, (3, 2)))


@pytest.mark.parametrize("larger", [(7, 3, 5, 6), (2, 9, 5, 6), (2, 3, 16, 6), (2, 3, 5, 19)], ids=str)
def test_adaptive_avg_pool2d_without_a_loop(submission, rng, larger):
    """More samples, channels or pixels take no more operations."""
    small, large = rng.normal(2, 3, 5, 6), rng.normal(*larger)
    check_vectorised(
        submission,
        lambda: submission.adaptive_avg_pool2d(small, (3, 4)),
        lambda: submission.adaptive_avg_pool2d(large, (3, 4)),
    )


def test_adaptive_avg_pool2d_is_made_by_hand(submission, rng, shared):
    """Torch's own pooling, convolution and interpolation are not used."""
    x, forbidden = rng.normal(2, 3, 5, 6), shared.POOLINGS + shared.CONVOLUTIONS
    call = {"forbidden": forbidden, "task": "adaptive_avg_pool2d"}
    check_by_hand(submission, lambda: submission.adaptive_avg_pool2d(x, (3, 4)), **call)


def test_adaptive_avg_pool2d_has_manners(submission, rng):
    """The images and torch's state stay as they were."""
    x = rng.normal(2, 3, 5, 6)
    check_manners(submission, lambda: submission.adaptive_avg_pool2d(x, (3, 4)))


def test_adaptive_avg_pool2d_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.adaptive_avg_pool2d, rng.normal(2, 3, 5, 6), (3, 4))
