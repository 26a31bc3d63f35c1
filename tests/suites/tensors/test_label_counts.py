"""label_counts: repeated labels, absent classes, the ban on bincount, refusals."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_dtype,
    check_manners,
    check_shape,
    check_vectorised,
)

FORBIDDEN = ("bincount", "histc", "histogram", "unique", "unique_consecutive")


@pytest.mark.visible
def test_label_counts_shape_and_dtype(submission, rng):
    """Nine labels of four classes give four integers."""
    got = submission.label_counts(rng.labels(9, 4), 4)
    check_shape(got, (4,))
    check_dtype(got, torch.int64)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_label_counts_values(submission):
    """0 occurs twice, 1 once, 2 never."""
    check_close(submission.label_counts(torch.tensor([0, 0, 1]), 3), torch.tensor([2, 1, 0]))


@pytest.mark.weight(3)
def test_label_counts_match_torch(submission, rng):
    """Random labels give what torch's bincount gives."""
    for count, classes in ((50, 4), (3, 9), (1, 5), (6, 1)):
        labels = rng.integers(0, classes, count)
        check_close(submission.label_counts(labels, classes), torch.bincount(labels, minlength=classes))


def test_label_counts_when_classes_are_absent(submission):
    """A class that does not occur counts 0, in the middle and at the end."""
    check_close(submission.label_counts(torch.tensor([3, 1, 3]), 6), torch.tensor([0, 1, 0, 2, 0, 0]))


def test_label_counts_when_all_labels_agree(submission):
    """A thousand times the same label counts a thousand."""
    labels = torch.full((1000,), 2)
    check_close(submission.label_counts(labels, 4), torch.tensor([0, 0, 1000, 0]))


def test_label_counts_when_empty(submission):
    """No labels give zeros."""
    check_close(submission.label_counts(torch.zeros(0, dtype=torch.int64), 3), torch.tensor([0, 0, 0]))


@pytest.mark.detail
def test_label_counts_when_not_contiguous(submission, rng):
    """Labels may be a column of a table, or one label shown often."""
    labels = rng.integers(0, 4, 20, 3)
    for view in (labels[:, 1], labels[0, :1].expand(7)):
        check_close(submission.label_counts(view, 4), torch.bincount(view, minlength=4))


def test_label_counts_manners(submission, rng):
    """The labels and torch's state stay as they were."""
    labels = rng.labels(9, 4)
    check_manners(submission, lambda: submission.label_counts(labels, 4))


def test_label_counts_by_hand(submission, rng):
    """Neither bincount nor histc nor unique is used."""
    labels = rng.labels(9, 4)
    check_by_hand(
        submission, lambda: submission.label_counts(labels, 4), forbidden=FORBIDDEN, task="label_counts"
    )


@pytest.mark.parametrize(("count", "classes"), [(40, 3), (40, 20)])
def test_label_counts_without_a_loop(submission, rng, count, classes):
    """More labels and more classes take no more operations."""
    small, large = rng.labels(5, 3), rng.labels(count, classes)
    check_vectorised(
        submission, lambda: submission.label_counts(small, 3), lambda: submission.label_counts(large, classes)
    )


def test_label_counts_on_a_device(submission, rng):
    """The counts lie on the device of the labels."""
    check_device(submission.label_counts, rng.labels(9, 4), 4)
