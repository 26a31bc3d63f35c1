"""vector_norms: the two formulas, the last axis, gradient, the ban on torch.norm."""

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
    "norm", "linalg", "vector_norm", "linalg_vector_norm", "linalg_norm", "normalize", "dist", "cdist",
)  # fmt: skip


def by_torch(x):
    return torch.linalg.vector_norm(x, ord=1, dim=-1), torch.linalg.vector_norm(x, ord=2, dim=-1)


def check_norms(got, want):
    check_close(got.l1, want[0], "l1")
    check_close(got.l2, want[1], "l2")


@pytest.mark.visible
def test_vector_norms_shape(submission, rng):
    """A single vector has two norms without axes, five vectors have five each."""
    got = submission.vector_norms(rng.normal(3))
    check_shape(got.l1, (), "l1 of one vector")
    check_shape(got.l2, (), "l2 of one vector")
    check_shape(submission.vector_norms(rng.normal(5, 3)).l2, (5,), "l2 of five vectors")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_vector_norms_values(submission):
    """Of (3, -4) the L1 norm is 7 and the L2 norm is 5."""
    check_norms(submission.vector_norms(torch.tensor([3.0, -4.0])), (torch.tensor(7.0), torch.tensor(5.0)))


@pytest.mark.weight(3)
def test_vector_norms_match_torch(submission, rng):
    """Random vectors along the last axis have the norms that torch gives."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((6,), (1,), (5, 3), (1, 3), (5, 1), (4, 4), (2, 3, 5)):
            x = rng.normal(*shape, std=3.0, dtype=dtype)
            check_norms(submission.vector_norms(x), by_torch(x))


@pytest.mark.weight(2)
def test_vector_norms_gradient(submission, rng):
    """Both norms pass on the gradient that comes from above."""
    x = rng.normal(5, 3).requires_grad_()
    check_gradients(lambda v: tuple(submission.vector_norms(v)), by_torch, x, rng=rng)


def test_vector_norms_gradient_at_a_zero_entry(submission, rng):
    """Where an entry is 0, the slope of its absolute value is 0."""
    x = torch.tensor([[1.0, 0.0, -2.0]], dtype=torch.float64).requires_grad_()
    check_gradients(lambda v: tuple(submission.vector_norms(v)), by_torch, x, rng=rng)


def test_vector_norms_of_zero(submission):
    """The zero vector has the norms 0."""
    check_norms(submission.vector_norms(torch.zeros(2, 3)), (torch.zeros(2), torch.zeros(2)))


def test_vector_norms_when_entries_are_extreme(submission, rng):
    """Tiny and huge vectors keep their norms."""
    for scale in (1e-12, 1e12):
        x = rng.normal(5, 3)
        l1, l2 = by_torch(x)
        got = submission.vector_norms(x * scale)
        check_shape(got.l1, (5,), "l1")
        check_shape(got.l2, (5,), "l2")
        check_norms(got, (l1 * scale, l2 * scale))
        check_close(got.l2 / scale, l2, "l2, scaled back")
        check_close(got.l1 / scale, l1, "l1, scaled back")


@pytest.mark.detail
def test_vector_norms_when_not_contiguous(submission, rng):
    """The vectors may be columns, every second entry, or one entry shown often."""
    x = rng.normal(6, 5)
    for view in (x.t(), x[::2, 1:4], x[:, :1].expand(6, 4)):
        check_norms(submission.vector_norms(view), by_torch(view))


def test_vector_norms_manners(submission, rng):
    """The vectors and torch's state stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.vector_norms(x))


def test_vector_norms_by_hand(submission, rng):
    """No ready-made norm is used."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.vector_norms(x), forbidden=FORBIDDEN, task="vector_norms")


def test_vector_norms_without_a_loop(submission, rng):
    """More vectors and longer ones take no more operations."""
    small, large = rng.normal(2, 3), rng.normal(20, 9)
    check_vectorised(
        submission, lambda: submission.vector_norms(small), lambda: submission.vector_norms(large)
    )


def test_vector_norms_on_a_device(submission, rng):
    """The norms lie on the device of the vectors."""
    check_device(submission.vector_norms, rng.normal(5, 3, dtype=torch.float32))
