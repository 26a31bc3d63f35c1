"""roll: direction, shifts below 0 and beyond N, rows as a whole, gradient, the ban on torch.roll, no loop."""

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

FORBIDDEN = ("roll", "cat", "concat", "concatenate", "stack", "hstack", "vstack")


@pytest.mark.visible
def test_roll_shape(submission, rng):
    """Five rows stay five rows."""
    check_shape(submission.roll(rng.normal(5, 3), 2), (5, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_roll_values(submission):
    """10, 20, 30, 40 moved by 1 are 40, 10, 20, 30."""
    got = submission.roll(torch.tensor([10, 20, 30, 40]), 1)
    check_close(got, torch.tensor([40, 10, 20, 30]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("shift", [0, 1, 3, 4, -1, -4], ids=lambda shift: f"shift={shift}")
def test_roll_matches_torch(submission, rng, shift):
    """A shift moves towards the end, one below 0 towards the front."""
    x = rng.normal(5)
    check_close(submission.roll(x, shift), x.roll(shift, 0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("shift", [5, 7, 23, -5, -8, -31], ids=lambda shift: f"shift={shift}")
def test_roll_when_the_shift_is_large(submission, rng, shift):
    """A shift of N or more goes round more than once."""
    x = rng.normal(5)
    check_close(submission.roll(x, shift), x.roll(shift, 0))


@pytest.mark.weight(2)
def test_roll_of_rows(submission, rng):
    """Of a table, or more axes, the rows move as a whole."""
    for x in (rng.normal(5, 3), rng.normal(4, 2, 3), rng.normal(3, 5).to(torch.int64)):
        for shift in (2, -1):
            check_close(submission.roll(x, shift), x.roll(shift, 0))


def test_roll_of_a_single_entry(submission, rng):
    """One entry stays where it is, whatever the shift."""
    x = rng.normal(1)
    check_close(submission.roll(x, 3), x)


def test_roll_of_other_dtypes(submission, rng):
    """Truth values, bytes and float32 keep their dtype."""
    for dtype in (torch.bool, torch.uint8, torch.float32):
        x = (10 * rng.uniform(6)).to(dtype)
        check_close(submission.roll(x, 2), x.roll(2, 0))


@pytest.mark.weight(2)
def test_roll_gradient(submission, rng):
    """The gradient moves back."""
    x = rng.normal(5, 2).requires_grad_()
    check_gradients(lambda x: submission.roll(x, 2), lambda x: x.roll(2, 0), x, rng=rng)


@pytest.mark.detail
def test_roll_when_not_contiguous(submission, rng):
    """The vector may be a column of a table."""
    x = rng.normal(5, 3)[:, 1]
    check_close(submission.roll(x, 2), x.roll(2, 0))


def test_roll_manners(submission, rng):
    """The vector and torch's state stay as they were."""
    x = rng.normal(5)
    check_manners(submission, lambda: submission.roll(x, 2))


def test_roll_by_hand(submission, rng):
    """Neither torch.roll nor a function that joins parts is used."""
    x = rng.normal(5)
    check_by_hand(submission, lambda: submission.roll(x, 2), forbidden=FORBIDDEN, task="roll")


def test_roll_without_a_loop(submission, rng):
    """A longer vector and a larger shift take no more operations."""
    small, large = rng.normal(3), rng.normal(20)
    check_vectorised(submission, lambda: submission.roll(small, 1), lambda: submission.roll(large, 17))


def test_roll_on_a_device(submission, rng):
    """The result lies on the device of the vector."""
    check_device(lambda x: submission.roll(x, 2), rng.normal(5, dtype=torch.float32))
