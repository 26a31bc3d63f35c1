"""one_hot: width, dtype, any axes, the ban on torch's own, refusals."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_dtype,
    check_manners,
    check_raises,
    check_shape,
    check_vectorised,
)


@pytest.mark.visible
def test_one_hot_shape_and_dtype(submission, rng):
    """Seven labels of four classes give seven rows of four integers."""
    got = submission.one_hot(rng.labels(7, 4), 4)
    check_shape(got, (7, 4))
    check_dtype(got, torch.int64)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_one_hot_values(submission):
    """Label 2 has its 1 in the third column, label 0 in the first."""
    got = submission.one_hot(torch.tensor([2, 0]), 3)
    check_close(got, torch.tensor([[0, 0, 1], [1, 0, 0]]))


@pytest.mark.weight(3)
def test_one_hot_matches_torch(submission, rng):
    """Random labels give what torch's one_hot gives."""
    for count, classes in ((9, 4), (4, 9), (1, 5), (6, 1)):
        labels = rng.integers(0, classes, count)
        check_close(submission.one_hot(labels, classes), torch.nn.functional.one_hot(labels, classes))


def test_one_hot_when_the_last_classes_are_absent(submission):
    """The width is the number of classes, not the largest label plus 1."""
    labels = torch.tensor([1, 0, 1])
    check_close(submission.one_hot(labels, 5), torch.nn.functional.one_hot(labels, 5))


def test_one_hot_of_any_axes(submission, rng):
    """The classes become a new last axis, whatever axes the labels have."""
    for shape in ((), (1,), (7, 1), (2, 3), (2, 1, 3)):
        labels = rng.integers(0, 4, *shape) if shape else torch.tensor(3)
        check_close(submission.one_hot(labels, 4), torch.nn.functional.one_hot(labels, 4))


def test_one_hot_when_empty(submission):
    """No labels give no rows, of the right width."""
    got = submission.one_hot(torch.zeros(0, dtype=torch.int64), 3)
    check_close(got, torch.zeros(0, 3, dtype=torch.int64))


@pytest.mark.detail
def test_one_hot_when_not_contiguous(submission, rng):
    """Labels may be every second entry, a transpose, or one entry shown often."""
    labels = rng.integers(0, 4, 6, 5)
    for view in (labels[::2, 1], labels.t(), labels[:1, :1].expand(3, 2)):
        check_close(submission.one_hot(view, 4), torch.nn.functional.one_hot(view, 4))


def test_one_hot_manners(submission, rng):
    """The labels and torch's state stay as they were."""
    labels = rng.labels(7, 4)
    check_manners(submission, lambda: submission.one_hot(labels, 4))


def test_one_hot_by_hand(submission, rng):
    """torch.nn.functional.one_hot is not used."""
    labels = rng.labels(7, 4)
    check_by_hand(submission, lambda: submission.one_hot(labels, 4), forbidden=("one_hot",), task="one_hot")


def test_one_hot_without_a_loop(submission, rng):
    """More labels and more classes take no more operations."""
    small, large = rng.labels(4, 3), rng.labels(40, 9)
    check_vectorised(submission, lambda: submission.one_hot(small, 3), lambda: submission.one_hot(large, 9))


def test_one_hot_on_a_device(submission, rng):
    """The rows lie on the device of the labels."""
    check_device(submission.one_hot, rng.labels(7, 4), 4)


@pytest.mark.parametrize("label", [-1, 3])
def test_one_hot_refuses_labels_out_of_range(submission, label):
    """A label below 0, or not below the number of classes, raises ValueError."""
    with check_raises(ValueError):
        submission.one_hot(torch.tensor([0, label, 2]), 3)
