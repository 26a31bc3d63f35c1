"""fix_patches: each of its three mistakes alone, then all that the docstring says.

Bytes from 128 on are right without a conversion; of one patch no axes meet; of one channel no channels move.
"""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_device, check_dtype, check_manners, check_shape


def photos(rng, n, h, w, c, low=0):
    """Draw bytes; from 128 on they need no sign."""
    return rng.integers(low, 256, n, h, w, c).to(torch.uint8)


def by_unfold(images, size):
    """The oracle: torch's own sliding window."""
    x = images.permute(0, 3, 1, 2).double() / 128 - 1
    return functional.unfold(x, size, stride=size).transpose(1, 2).float().contiguous()


@pytest.mark.visible
def test_fix_patches_shape(submission, rng):
    """2 photos of 4 x 6 pixels, patches of 2: (2, 6, 12), float32."""
    got = submission.fix_patches(photos(rng, 2, 4, 6, 3), 2)
    check_shape(got, (2, 6, 12))
    check_dtype(got, torch.float32)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_patches_of_dark_bytes(submission):
    """Bytes below 128 become negative numbers: 0 is -1, 64 is -0.5, 128 is 0."""
    images = torch.tensor([0, 64, 128, 255], dtype=torch.uint8).reshape(1, 2, 2, 1)
    check_close(submission.fix_patches(images, 2), torch.tensor([[[-1.0, -0.5, 0.0, 0.9921875]]]))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_patches_of_colours(submission):
    """One patch of two pixels, red 129, 130 and green 160, 192: the reds come first."""
    images = torch.tensor([129, 160, 130, 192], dtype=torch.uint8).reshape(1, 1, 2, 2)
    tall = images.expand(1, 2, 2, 2).contiguous()
    want = torch.tensor([1.0, 2.0, 1.0, 2.0, 32.0, 64.0, 32.0, 64.0]) / 128
    check_close(submission.fix_patches(tall, 2), want.reshape(1, 1, 8))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_patches_of_a_grey_strip(submission):
    """Two patches side by side hold two columns each, not one row each."""
    images = torch.tensor([[128, 144, 160, 176], [192, 208, 224, 240]], dtype=torch.uint8).reshape(1, 2, 4, 1)
    want = torch.tensor([[[0.0, 0.125, 0.5, 0.625], [0.25, 0.375, 0.75, 0.875]]])
    check_close(submission.fix_patches(images, 2), want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("shape", [(3, 4, 4, 1), (1, 6, 9, 1), (2, 9, 3, 1)], ids=str)
def test_fix_patches_of_grey_photos(submission, rng, shape):
    """Bright photos of one channel are cut into squares, in rows of squares."""
    size = 2 if shape[1] == 4 else 3
    images = photos(rng, *shape, low=128)
    check_close(submission.fix_patches(images, size), by_unfold(images, size))


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(2, 4, 6, 3), (3, 6, 2, 4), (1, 8, 4, 2), (4, 2, 2, 3)], ids=str)
def test_fix_patches_matches_a_window(submission, rng, shape):
    """Random photos: every patch is what torch's sliding window sees."""
    images = photos(rng, *shape)
    check_close(submission.fix_patches(images, 2), by_unfold(images, 2))


def test_fix_patches_of_single_pixels(submission, rng):
    """With size 1 each pixel is a patch, and its channels a row."""
    images = photos(rng, 2, 3, 5, 4)
    check_close(submission.fix_patches(images, 1), by_unfold(images, 1))


@pytest.mark.detail
def test_fix_patches_when_not_contiguous(submission, rng):
    """The photos may be a part of larger ones, or lie in memory in another order."""
    large = photos(rng, 3, 9, 12, 4)
    for images in (large[:, :6, 2:8, 1:], large[:, :6, :8].transpose(1, 2), large[:1, :6, :8].expand(2, 6, 8, 4)):
        check_close(submission.fix_patches(images, 2), by_unfold(images, 2))


def test_fix_patches_manners(submission, rng):
    """The photos and torch's state stay as they were."""
    check_manners(submission, lambda: submission.fix_patches(photos(rng, 2, 4, 6, 3), 2))


def test_fix_patches_on_a_device(submission, rng):
    """The patches lie on the device of the photos."""
    check_device(submission.fix_patches, photos(rng, 2, 4, 6, 3), 2)
