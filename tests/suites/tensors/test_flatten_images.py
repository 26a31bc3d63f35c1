"""flatten_images: order of the numbers, memory, odd layouts, gradient, refusals."""

import pytest
import torch

from grader.suite import (
    check_aliases,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_shape,
)


@pytest.mark.visible
def test_flatten_images_shape(submission, rng):
    """Five images of (3, 4, 2) give five rows of 24 numbers."""
    check_shape(submission.flatten_images(rng.normal(5, 3, 4, 2)), (5, 24))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_flatten_images_values(submission):
    """A row holds the first channel row by row, then the second."""
    image = torch.tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    want = torch.tensor([[1, 2, 3, 4, 5, 6, 7, 8], [10, 20, 30, 40, 50, 60, 70, 80]])
    check_close(submission.flatten_images(torch.stack([image, 10 * image])), want)


@pytest.mark.weight(3)
def test_flatten_images_matches_a_loop(submission, rng):
    """Every number stands where the formula puts it, also for a single image."""
    for shape in ((1, 3, 4, 2), (4, 1, 1, 1), (1, 1, 1, 1), (2, 5, 3, 7)):
        images = rng.normal(*shape)
        want = torch.stack([torch.cat([row for channel in image for row in channel]) for image in images])
        check_close(submission.flatten_images(images), want)


def test_flatten_images_keeps_dtype(submission, rng):
    """Bytes stay bytes, float64 stays float64."""
    for dtype in (torch.uint8, torch.int64, torch.float32, torch.float64):
        images = rng.integers(0, 256, 2, 3, 4, 5).to(dtype)
        check_close(submission.flatten_images(images), torch.flatten(images, 1))


@pytest.mark.detail
def test_flatten_images_shares_memory_when_contiguous(submission, rng):
    """Contiguous images are not copied: the rows are a view of them."""
    images = rng.normal(4, 3, 2, 5)
    check_aliases(submission.flatten_images(images), images)


@pytest.mark.weight(2)
def test_flatten_images_gradient(submission, rng):
    """The gradient comes back in the shape of the images."""
    images = rng.normal(2, 3, 4, 5).requires_grad_()
    check_gradients(submission.flatten_images, lambda x: torch.flatten(x, 1), images, rng=rng)


@pytest.mark.detail
def test_flatten_images_when_not_contiguous(submission, rng):
    """Images whose memory has the channels last give the same rows."""
    images = rng.normal(5, 4, 2, 3).permute(0, 3, 1, 2)
    check_close(submission.flatten_images(images), torch.flatten(images, 1))


def test_flatten_images_when_expanded(submission, rng):
    """One grey channel shown three times gives three equal thirds."""
    images = rng.normal(5, 1, 4, 2).expand(5, 3, 4, 2)
    check_close(submission.flatten_images(images), torch.flatten(images, 1))


def test_flatten_images_manners(submission, rng):
    """The images and torch's state stay as they were."""
    images = rng.normal(2, 3, 4, 5)
    check_manners(submission, lambda: submission.flatten_images(images))


def test_flatten_images_on_a_device(submission, rng):
    """The rows lie on the device of the images."""
    check_device(submission.flatten_images, rng.normal(2, 3, 4, 5, dtype=torch.float32))
