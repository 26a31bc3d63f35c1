"""Suite of rnn.gradient_through_time."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_dtype,
    check_manners,
    check_shape,
    check_that,
)


def by_hand(w, steps):
    """The oracle: singular values of each power, in float64."""
    powers = [torch.linalg.matrix_power(w.double(), t) for t in range(steps + 1)]
    return torch.stack([torch.linalg.svdvals(power).max() for power in powers]).to(w.dtype)


def value_of(submission):
    """Return the function without the graph that its result may have."""
    return lambda w, steps: submission.gradient_through_time(w, steps).detach()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradient_through_time_shape_and_dtype(submission, rng, dtype):
    """T steps give T + 1 numbers in the dtype of w."""
    got = submission.gradient_through_time(0.5 * rng.normal(3, 3, dtype=dtype), 5)
    check_shape(got, (6,))
    check_dtype(got, dtype)


@pytest.mark.visible
def test_gradient_through_time_of_a_diagonal(submission):
    """0.5 and 2 on the diagonal: the larger one wins, 1, 2, 4, 8."""
    got = submission.gradient_through_time(torch.tensor([[0.5, 0.0], [0.0, 2.0]]), 3)
    check_close(got, torch.tensor([1.0, 2.0, 4.0, 8.0]))


@pytest.mark.visible
def test_gradient_through_time_may_end_at_once(submission):
    """[[0, 3], [0, 0]] stretches by 3 once; its square is 0."""
    got = submission.gradient_through_time(torch.tensor([[0.0, 3.0], [0.0, 0.0]]), 3)
    check_close(got, torch.tensor([1.0, 3.0, 0.0, 0.0]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("size, steps", [(4, 6), (1, 3), (2, 1), (7, 2)])
def test_gradient_through_time_of_a_random_matrix(submission, rng, size, steps):
    """Each number is the largest singular value of a power of w."""
    w = 0.7 * rng.normal(size, size)
    check_close(submission.gradient_through_time(w, steps), by_hand(w, steps))


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5])
def test_gradient_through_time_of_a_rotation(submission, rng, scale):
    """A rotation keeps every length: what scales it is all that grows or fades."""
    w = scale * torch.linalg.qr(rng.normal(4, 4))[0]
    want = scale ** torch.arange(31, dtype=torch.float64)
    check_close(submission.gradient_through_time(w, 30), want)


def test_gradient_through_time_rises_before_it_falls(submission):
    """A matrix whose eigenvalues are below 1 may stretch for some steps."""
    w = torch.tensor([[0.5, 4.0], [0.0, 0.5]], dtype=torch.float64)
    check_close(submission.gradient_through_time(w, 12), by_hand(w, 12))


def test_gradient_through_time_vanishes_and_explodes(submission, rng):
    """After 60 steps scales 0.5 and 2 of one matrix are 36 powers of ten apart."""
    w = torch.linalg.qr(rng.normal(3, 3))[0]
    small, large = (submission.gradient_through_time(scale * w, 60) for scale in (0.5, 2.0))
    for got, power in ((small, -60), (large, 60)):
        check_close(got[-1].detach(), torch.tensor(2.0, dtype=torch.float64) ** power, rtol=1e-9, atol=0.0)
    check_that(len(small) == len(large), "how many numbers there are", "as many for both", "other numbers")


@pytest.mark.detail
def test_gradient_through_time_when_not_contiguous(submission, rng):
    """A transposed matrix gives what its copy gives, and w is no vector of rows."""
    w = rng.normal(5, 5).mul(0.5).t()
    check_close(submission.gradient_through_time(w, 4), by_hand(w, 4))


def test_gradient_through_time_has_manners(submission, rng):
    """The matrix and torch's random state stay as they were."""
    w = rng.normal(3, 3)
    check_manners(submission, lambda: submission.gradient_through_time(w, 4))


def test_gradient_through_time_on_a_device(submission, rng):
    """On an accelerator the numbers are the same and stay there."""
    check_device(value_of(submission), 0.5 * rng.normal(4, 4), 5)
