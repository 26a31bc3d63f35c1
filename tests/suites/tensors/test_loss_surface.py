"""loss_surface: which axis is which, the mean, gradient, refusals."""

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


def by_loop(w, b, x, y):
    rows = []
    for slope in w:
        rows.append(torch.stack([torch.nn.functional.mse_loss(slope * x + offset, y) for offset in b]))
    return torch.stack(rows)


def drawn(rng, slopes, offsets, count, dtype=torch.float64):
    return [rng.normal(size, dtype=dtype) for size in (slopes, offsets, count, count)]


@pytest.mark.visible
def test_loss_surface_shape(submission, rng):
    """Four slopes and three offsets make a (4, 3) surface."""
    check_shape(submission.loss_surface(*drawn(rng, 4, 3, 5)), (4, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_loss_surface_values(submission):
    """y = 2 x is met by slope 2, offset 0; slope 0 misses by 2 and 4: a mean of 10."""
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
    got = submission.loss_surface(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([0.0, 1.0]), x, y)
    check_close(got, torch.tensor([[10.0, 5.0], [2.5, 0.5], [0.0, 1.0]]))


@pytest.mark.weight(3)
def test_loss_surface_matches_a_loop(submission, rng, draw):
    """Each pair of slope and offset has the mean squared error of its own line."""
    for dtype in (torch.float32, torch.float64):
        for sizes in ((4, 3, 5), (1, 3, 5), (4, 1, 5), (4, 3, 1), (1, 1, 1), (3, 3, 3)):
            arguments = drawn(rng, *sizes, dtype=dtype)
            check_close(submission.loss_surface(*arguments), by_loop(*arguments))
    w, b, x = torch.linspace(2, -2, 41), torch.linspace(-2, 2, 41), rng.uniform(20, low=-0.5, high=2)
    line = w, b, x.float(), (x / 2 + rng.normal(20, std=0.3)).float()
    surface = submission.loss_surface(*line)
    check_close(surface, by_loop(*line))
    caption = "its root; slopes from -2 below to 2 above, offsets from -2 on the left to 2 on the right"
    draw.picture("the cost of every line", "images", surface.sqrt(), caption=caption)


def test_loss_surface_is_zero_at_the_truth(submission, rng):
    """Where the line goes through all points the loss is 0."""
    w, b, x = torch.tensor([-1.0, 0.5, 2.0]), torch.tensor([0.0, 3.0]), rng.integers(-9, 9, 7).float()
    got = submission.loss_surface(w, b, x, 0.5 * x + 3.0)
    check_shape(got, (3, 2))
    check_close(got[1, 1], torch.tensor(0.0), "loss at the true slope and offset")


@pytest.mark.weight(2)
def test_loss_surface_gradient(submission, rng):
    """Slopes, offsets, inputs and targets all receive their gradients."""
    arguments = [argument.requires_grad_() for argument in drawn(rng, 4, 3, 5)]
    check_gradients(submission.loss_surface, by_loop, *arguments, rng=rng)


def test_loss_surface_when_values_are_large(submission, rng):
    """Offsets of a thousand give losses of a million."""
    w, b, x, y = drawn(rng, 4, 3, 5)
    check_close(submission.loss_surface(w, 1000 * b, x, y), by_loop(w, 1000 * b, x, y))


@pytest.mark.detail
def test_loss_surface_when_not_contiguous(submission, rng):
    """Every argument may be every second entry, or one entry shown often."""
    w, b, x, y = rng.normal(8)[::2], rng.normal(1).expand(3), rng.normal(10)[::2], rng.normal(5, 2)[:, 1]
    check_close(submission.loss_surface(w, b, x, y), by_loop(w, b, x, y))


def test_loss_surface_manners(submission, rng):
    """The arguments and torch's state stay as they were."""
    arguments = drawn(rng, 4, 3, 5)
    check_manners(submission, lambda: submission.loss_surface(*arguments))


@pytest.mark.parametrize("sizes", [(20, 3, 3), (3, 20, 3), (3, 3, 20)])
def test_loss_surface_without_a_loop(submission, rng, sizes):
    """More slopes, offsets or data take no more operations."""
    small, large = drawn(rng, 3, 3, 3), drawn(rng, *sizes)
    check_vectorised(
        submission, lambda: submission.loss_surface(*small), lambda: submission.loss_surface(*large)
    )


def test_loss_surface_on_a_device(submission, rng):
    """The surface lies on the device of the arguments."""
    check_device(submission.loss_surface, *drawn(rng, 4, 3, 5, dtype=torch.float32))
