"""channel_statistics: which axes disappear, which deviation, precision, gradient."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_shape,
    check_vectorised,
)


def by_loop(images):
    means, deviations = [], []
    for c in range(images.shape[1]):
        values = images[:, c].double().flatten()
        means.append(values.sum() / len(values))
        deviations.append(((values - means[-1]).square().sum() / len(values)).sqrt())
    return torch.stack(means), torch.stack(deviations)


def check_statistics(got, want):
    check_close(got.mean, want[0], "mean of each channel")
    check_close(got.std, want[1], "standard deviation of each channel")


@pytest.mark.visible
def test_channel_statistics_shape(submission, rng):
    """Three channels have three means and three deviations."""
    got = submission.channel_statistics(rng.normal(5, 3, 4, 2))
    check_shape(got.mean, (3,), "mean")
    check_shape(got.std, (3,), "std")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_channel_statistics_values(submission):
    """Of 1, 3, 5, 7 the mean is 4 and the population's variance (9 + 1 + 1 + 9) / 4."""
    images = torch.tensor([[[[1.0, 3.0]]], [[[5.0, 7.0]]]])
    check_statistics(submission.channel_statistics(images), (torch.tensor([4.0]), torch.tensor([5.0]).sqrt()))


@pytest.mark.weight(3)
def test_channel_statistics_match_a_loop(submission, rng):
    """Each channel is measured over all images, rows and columns at once."""
    for shape in ((5, 3, 4, 2), (1, 3, 2, 4), (3, 1, 2, 5), (2, 3, 1, 1)):
        images = rng.normal(*shape, mean=2.0, std=3.0)
        check_statistics(submission.channel_statistics(images), by_loop(images))


def test_channel_statistics_keep_dtype(submission, rng):
    """float32 images have float32 statistics, float64 images float64 ones."""
    for dtype in (torch.float32, torch.float64):
        images = rng.uniform(5, 3, 4, 2, dtype=dtype)
        mean, std = by_loop(images)
        check_statistics(submission.channel_statistics(images), (mean.to(dtype), std.to(dtype)))


def test_channel_statistics_when_images_differ_in_brightness(submission, rng):
    """Bright and dark images widen the deviation of the whole set."""
    images = rng.normal(4, 3, 2, 5, std=0.1) + torch.arange(4.0, dtype=torch.float64)[:, None, None, None]
    check_statistics(submission.channel_statistics(images), by_loop(images))


@pytest.mark.weight(2)
def test_channel_statistics_gradient(submission, rng):
    """Mean and deviation pass on the gradient that comes from above."""
    images = rng.normal(3, 2, 4, 5).requires_grad_()

    def oracle(x):
        std, mean = torch.std_mean(x, dim=(0, 2, 3), correction=0)
        return mean, std

    check_gradients(lambda x: tuple(submission.channel_statistics(x)), oracle, images, rng=rng)


def test_channel_statistics_of_one_pixel(submission, rng):
    """One pixel is its own mean, and its deviation is 0."""
    images = rng.normal(1, 3, 1, 1)
    want = images.flatten(), torch.zeros(3, dtype=torch.float64)
    check_statistics(submission.channel_statistics(images), want)


def test_channel_statistics_are_accurate_when_the_mean_is_large(submission, rng):
    """A spread of 0.1 around 1000 is measured in float32."""
    images = rng.normal(6, 3, 5, 4, mean=1000.0, std=0.1, dtype=torch.float32)
    mean, std = by_loop(images)
    got = submission.channel_statistics(images)
    check_close(got.mean, mean.float(), "mean of each channel")
    check_close(got.std, std.float(), "standard deviation of each channel", rtol=1e-2)


@pytest.mark.detail
def test_channel_statistics_when_not_contiguous(submission, rng):
    """Images with the channels last in memory, or one shown often, are alike."""
    images = rng.normal(5, 4, 2, 3).permute(0, 3, 1, 2)
    check_statistics(submission.channel_statistics(images), by_loop(images))
    images = rng.normal(1, 3, 4, 2).expand(5, 3, 4, 2)
    check_statistics(submission.channel_statistics(images), by_loop(images))


def test_channel_statistics_manners(submission, rng):
    """The images and torch's state stay as they were."""
    images = rng.normal(2, 3, 4, 5)
    check_manners(submission, lambda: submission.channel_statistics(images))


def test_channel_statistics_without_a_loop(submission, rng):
    """More images and more channels take no more operations."""
    small, large = rng.normal(2, 2, 3, 4), rng.normal(9, 8, 3, 4)
    check_vectorised(
        submission, lambda: submission.channel_statistics(small), lambda: submission.channel_statistics(large)
    )


def test_channel_statistics_on_a_device(submission, rng):
    """The statistics lie on the device of the images."""
    check_device(submission.channel_statistics, rng.normal(2, 3, 4, 5, dtype=torch.float32))
