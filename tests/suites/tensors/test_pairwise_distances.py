"""pairwise_distances: broadcasting, precision, the slope of the root at 0, the ban on cdist."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_shape,
    check_vectorised,
)

FORBIDDEN = (
    "cdist", "pdist", "dist", "pairwise_distance", "norm", "linalg", "vector_norm", "linalg_vector_norm",
    "linalg_norm",
)  # fmt: skip


def by_cdist(x, y):
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


@pytest.mark.visible
def test_pairwise_distances_shape(submission, rng):
    """Five rows against four give a (5, 4) matrix."""
    check_shape(submission.pairwise_distances(rng.normal(5, 3), rng.normal(4, 3)), (5, 4))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_pairwise_distances_values(submission):
    """From the origin to (3, 4) it is 5, to (6, 8) it is 10."""
    x, y = torch.tensor([[0.0, 0.0], [3.0, 4.0]]), torch.tensor([[3.0, 4.0], [6.0, 8.0]])
    check_close(submission.pairwise_distances(x, y), torch.tensor([[5.0, 10.0], [0.0, 5.0]]))


@pytest.mark.weight(3)
def test_pairwise_distances_match_torch(submission, rng):
    """Random points are as far apart as torch's cdist says."""
    for dtype in (torch.float32, torch.float64):
        for sizes in ((5, 4, 3), (1, 4, 3), (5, 1, 2), (2, 3, 1), (1, 1, 1), (4, 4, 4)):
            n, m, d = sizes
            x, y = rng.normal(n, d, dtype=dtype), rng.normal(m, d, dtype=dtype)
            check_close(submission.pairwise_distances(x, y), by_cdist(x, y))


def test_pairwise_distances_of_identical_rows(submission, rng):
    """A row is exactly 0 away from itself."""
    x = rng.normal(5, 3, dtype=torch.float32, mean=10.0)
    got = submission.pairwise_distances(x, x)
    check_shape(got, (5, 5))
    check_close(got.diagonal(), torch.zeros(5), "distance of a row to itself", rtol=0.0, atol=0.0)


@pytest.mark.weight(2)
def test_pairwise_distances_gradient(submission, rng):
    """The gradients of both arguments are right."""
    x, y = rng.normal(5, 3).requires_grad_(), rng.normal(4, 3).requires_grad_()
    check_gradients(submission.pairwise_distances, by_cdist, x, y, rng=rng)


@pytest.mark.weight(2)
def test_pairwise_distances_gradient_of_identical_rows(submission, rng):
    """A pair of identical rows contributes the gradient 0, not nan."""
    x, y = rng.normal(5, 3), rng.normal(4, 3)
    y[:2] = x[1:3]
    check_gradients(submission.pairwise_distances, by_cdist, x.requires_grad_(), y.requires_grad_(), rng=rng)


def test_pairwise_distances_of_close_points_far_from_zero(submission, rng):
    """Points 0.01 apart around 1000 keep their distance in float32."""
    x = rng.normal(5, 3, mean=1000.0, dtype=torch.float32)
    y = x[:4] + rng.uniform(4, 3, low=0.01, high=0.02, dtype=torch.float32)
    check_close(submission.pairwise_distances(x, y), by_cdist(x.double(), y.double()).float())


@pytest.mark.detail
def test_pairwise_distances_when_not_contiguous(submission, rng):
    """The points may be a transpose, every second row, or one row shown often."""
    x, y = rng.normal(3, 5).t(), rng.normal(8, 3)[::2]
    check_close(submission.pairwise_distances(x, y), by_cdist(x, y))
    check_close(submission.pairwise_distances(x, y[:1].expand(6, 3)), by_cdist(x, y[:1].expand(6, 3)))


def test_pairwise_distances_manners(submission, rng):
    """The points and torch's state stay as they were."""
    x, y = rng.normal(5, 3), rng.normal(4, 3)
    check_manners(submission, lambda: submission.pairwise_distances(x, y))


def test_pairwise_distances_by_hand(submission, rng):
    """Neither cdist nor a ready-made norm is used."""
    x, y = rng.normal(5, 3), rng.normal(4, 3)
    check_by_hand(
        submission,
        lambda: submission.pairwise_distances(x, y),
        forbidden=FORBIDDEN,
        task="pairwise_distances",
    )


@pytest.mark.parametrize(("n", "m"), [(20, 3), (3, 20)])
def test_pairwise_distances_without_a_loop(submission, rng, n, m):
    """More rows take no more operations."""
    small, large = (rng.normal(3, 4), rng.normal(3, 4)), (rng.normal(n, 4), rng.normal(m, 4))
    check_vectorised(
        submission,
        lambda: submission.pairwise_distances(*small),
        lambda: submission.pairwise_distances(*large),
    )


def test_pairwise_distances_on_a_device(submission, rng):
    """The distances lie on the device of the points."""
    x, y = rng.normal(5, 3, dtype=torch.float32), rng.normal(4, 3, dtype=torch.float32)
    check_device(submission.pairwise_distances, x, y)
