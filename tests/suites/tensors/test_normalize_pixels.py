"""normalize_pixels: order of the operations, channels, dtype, refusals."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_dtype,
    check_manners,
    check_shape,
    check_vectorised,
)


def bytes_like(rng, *shape):
    return rng.integers(0, 256, *shape).to(torch.uint8)


def statistics(rng, channels, dtype=torch.float32):
    mean = rng.uniform(channels, low=0.2, high=0.8, dtype=dtype)
    return mean, rng.uniform(channels, low=0.1, high=0.6, dtype=dtype)


def by_loop(images, mean, std):
    channels = []
    for c in range(images.shape[1]):
        channels.append((images[:, c].double() / 255 - mean[c].double()) / std[c].double())
    return torch.stack(channels, dim=1).float()


@pytest.mark.visible
def test_normalize_pixels_shape_and_dtype(submission, rng):
    """Bytes go in, float32 of the same shape comes out."""
    got = submission.normalize_pixels(bytes_like(rng, 5, 3, 4, 2), *statistics(rng, 3))
    check_shape(got, (5, 3, 4, 2))
    check_dtype(got, torch.float32)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_normalize_pixels_values(submission):
    """0, 51 and 255 are 0, 0.2 and 1; less 0.5, over 0.25: -2, -1.2 and 2."""
    images = torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8)
    got = submission.normalize_pixels(images, torch.tensor([0.5]), torch.tensor([0.25]))
    check_close(got, torch.tensor([[[[-2.0, -1.2, 2.0]]]]))


@pytest.mark.weight(3)
def test_normalize_pixels_matches_a_loop(submission, rng):
    """Each channel is normalised by its own mean and deviation."""
    for shape in ((5, 3, 4, 2), (1, 3, 4, 2), (2, 1, 5, 7), (1, 1, 1, 1)):
        images, (mean, std) = bytes_like(rng, *shape), statistics(rng, shape[1])
        check_close(submission.normalize_pixels(images, mean, std), by_loop(images, mean, std))


def test_normalize_pixels_when_all_sizes_agree(submission, rng):
    """With C = H = W it is still the channel that picks the mean."""
    images, (mean, std) = bytes_like(rng, 3, 3, 3, 3), statistics(rng, 3)
    check_close(submission.normalize_pixels(images, mean, std), by_loop(images, mean, std))


def test_normalize_pixels_when_statistics_are_float64(submission, rng):
    """The result is float32 also when mean and std are float64."""
    images, (mean, std) = bytes_like(rng, 2, 3, 4, 5), statistics(rng, 3, torch.float64)
    check_close(submission.normalize_pixels(images, mean, std), by_loop(images, mean, std))


@pytest.mark.detail
def test_normalize_pixels_when_not_contiguous(submission, rng):
    """Images and statistics may be views with gaps in memory."""
    images = bytes_like(rng, 2, 7, 4, 3).permute(0, 3, 1, 2)
    mean, std = (value[::2] for value in statistics(rng, 6))
    check_close(submission.normalize_pixels(images, mean, std), by_loop(images, mean, std))


def test_normalize_pixels_manners(submission, rng):
    """Images, mean and std stay as they were."""
    images, (mean, std) = bytes_like(rng, 2, 3, 4, 5), statistics(rng, 3)
    check_manners(submission, lambda: submission.normalize_pixels(images, mean, std))


def test_normalize_pixels_without_a_loop(submission, rng):
    """More images and more channels take no more operations."""
    small = bytes_like(rng, 2, 2, 4, 5), *statistics(rng, 2)
    large = bytes_like(rng, 9, 8, 4, 5), *statistics(rng, 8)
    check_vectorised(
        submission, lambda: submission.normalize_pixels(*small), lambda: submission.normalize_pixels(*large)
    )


def test_normalize_pixels_on_a_device(submission, rng):
    """The result lies on the device of the images."""
    check_device(submission.normalize_pixels, bytes_like(rng, 2, 3, 4, 5), *statistics(rng, 3))
