"""Suite of cnn.corr2d."""

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
)


def oracle(x, k):
    """Return what torch's own convolution makes of one image."""
    return functional.conv2d(x[None, None], k[None, None])[0, 0]


@pytest.mark.visible
def test_corr2d_shape(submission, rng):
    """A kernel of 2 x 4 on 5 x 9 pixels gives 4 x 6."""
    check_shape(submission.corr2d(rng.normal(5, 9), rng.normal(2, 4)), (4, 6))


@pytest.mark.visible
def test_corr2d_by_hand(submission):
    """Top left: 0 * 0 + 1 * 1 + 2 * 3 + 3 * 4 = 19."""
    x, k = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    check_close(submission.corr2d(x, k), torch.tensor([[19.0, 25.0], [37.0, 43.0]]))


@pytest.mark.visible
def test_corr2d_finds_a_step(submission):
    """The kernel (-1, 1) answers 1 where dark turns to bright, and -1 back."""
    x = torch.tensor([[0.0, 0.0, 1.0, 1.0, 0.0]]).expand(3, 5)
    want = torch.tensor([[0.0, 1.0, 0.0, -1.0]]).expand(3, 4)
    check_close(submission.corr2d(x, torch.tensor([[-1.0, 1.0]])), want)


@pytest.mark.weight(3)
@pytest.mark.parametrize("kernel", [(2, 3), (4, 1), (1, 1), (5, 7), (3, 7)], ids=str)
def test_corr2d_matches_torch(submission, rng, kernel):
    """Kernels of any shape, up to that of the image, give what torch gives."""
    for dtype in (torch.float64, torch.float32):
        x, k = rng.normal(5, 7, dtype=dtype), rng.normal(*kernel, dtype=dtype)
        check_close(submission.corr2d(x, k), oracle(x, k))


@pytest.mark.weight(2)
def test_corr2d_gradients(submission, rng):
    """The gradients of image and kernel are right."""
    x, k = rng.normal(5, 7).requires_grad_(), rng.normal(3, 2).requires_grad_()
    check_gradients(submission.corr2d, oracle, x, k, rng=rng)


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["transposed", "cut out", "expanded"])
def test_corr2d_when_not_contiguous(submission, rng, layout):
    """Transposes, cut-outs and one row shown often give the right numbers."""
    x = rng.normal(7, 5).t() if layout == "transposed" else rng.normal(9, 16)[2:7, ::2][:, 1:]
    x = rng.normal(1, 7).expand(5, 7) if layout == "expanded" else x
    k = rng.normal(2, 3).t()
    check_close(submission.corr2d(x, k), oracle(x, k))


def test_corr2d_is_made_by_hand(submission, rng, shared):
    """Torch's own convolution is not used."""
    x, k = rng.normal(4, 5), rng.normal(2, 3)
    check_by_hand(submission, lambda: submission.corr2d(x, k), shared.CONVOLUTIONS, task="corr2d")


def test_corr2d_has_manners(submission, rng):
    """Image, kernel and torch's state stay as they were."""
    x, k = rng.normal(4, 5), rng.normal(2, 3)
    check_manners(submission, lambda: submission.corr2d(x, k))


def test_corr2d_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.corr2d, rng.normal(4, 5), rng.normal(2, 3))
