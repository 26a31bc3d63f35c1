"""Suite of cnn.corr2d_multi."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_raises,
    check_shape,
)


def oracle(x, k):
    """Return what torch's own convolution makes of one sample."""
    return functional.conv2d(x[None], k)[0]


@pytest.mark.visible
def test_corr2d_multi_shape(submission, rng):
    """Four filters of 2 x 3 on 3 channels of 5 x 9 pixels give 4 images of 4 x 7."""
    check_shape(submission.corr2d_multi(rng.normal(3, 5, 9), rng.normal(4, 3, 2, 3)), (4, 4, 7))


@pytest.mark.visible
def test_corr2d_multi_by_hand(submission):
    """The channels answer 19 and 37 at the top left: 19 + 37 = 56."""
    x = torch.stack([torch.arange(9.0), torch.arange(1.0, 10.0)]).reshape(2, 3, 3)
    k = torch.stack([torch.arange(4.0), torch.arange(1.0, 5.0)]).reshape(1, 2, 2, 2)
    got = submission.corr2d_multi(x, torch.cat([k, -k]))
    want = torch.tensor([[[56.0, 72.0], [104.0, 120.0]]])
    check_close(got, torch.cat([want, -want]))


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_corr2d_multi_of_one_channel(submission, rng, chosen):
    """A filter that is 0 but for one channel sees that channel alone."""
    x, k = rng.normal(3, 4, 5), torch.zeros(2, 3, 2, 2, dtype=torch.float64)
    k[1, chosen] = rng.normal(2, 2)
    check_close(submission.corr2d_multi(x, k), oracle(x, k))


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    ("image", "filters"),
    [((3, 6, 7), (4, 2, 5)), ((1, 5, 4), (3, 2, 1)), ((4, 5, 6), (1, 1, 3)), ((2, 4, 3), (2, 4, 3)),
     ((5, 3, 4), (2, 1, 1))],
    ids=str,
)  # fmt: skip
def test_corr2d_multi_matches_torch(submission, rng, image, filters):
    """Any number of channels and filters gives what torch gives."""
    for dtype in (torch.float64, torch.float32):
        x, k = rng.normal(*image, dtype=dtype), rng.normal(filters[0], image[0], *filters[1:], dtype=dtype)
        check_close(submission.corr2d_multi(x, k), oracle(x, k))


@pytest.mark.weight(2)
def test_corr2d_multi_gradients(submission, rng):
    """The gradients of image and kernels are right."""
    x, k = rng.normal(2, 5, 6).requires_grad_(), rng.normal(3, 2, 3, 2).requires_grad_()
    check_gradients(submission.corr2d_multi, oracle, x, k, rng=rng)


@pytest.mark.detail
def test_corr2d_multi_when_not_contiguous(submission, rng):
    """Images and kernels in another order of memory give the right numbers."""
    x, k = rng.normal(5, 6, 3).permute(2, 0, 1), rng.normal(3, 4, 2, 3).transpose(0, 1)
    check_close(submission.corr2d_multi(x, k), oracle(x, k))


@pytest.mark.parametrize(("channels", "kernels"), [(3, 1), (3, 2), (1, 3)])
def test_corr2d_multi_refuses_other_channels(submission, rng, channels, kernels):
    """Filters for another number of channels raise a ValueError about k."""
    with check_raises(ValueError, naming="k"):
        submission.corr2d_multi(rng.normal(channels, 4, 6), rng.normal(2, kernels, 2, 2))


def test_corr2d_multi_is_made_by_hand(submission, rng, shared):
    """Torch's own convolution is not used."""
    x, k = rng.normal(2, 4, 5), rng.normal(3, 2, 2, 3)
    call = {"forbidden": shared.CONVOLUTIONS, "task": "corr2d_multi"}
    check_by_hand(submission, lambda: submission.corr2d_multi(x, k), **call)


def test_corr2d_multi_has_manners(submission, rng):
    """Image, kernels and torch's state stay as they were."""
    x, k = rng.normal(2, 4, 5), rng.normal(3, 2, 2, 3)
    check_manners(submission, lambda: submission.corr2d_multi(x, k))


def test_corr2d_multi_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.corr2d_multi, rng.normal(2, 4, 5), rng.normal(3, 2, 2, 3))
