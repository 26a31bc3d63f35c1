"""Suite of tensors.check_one_hot."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_one_hot"


def own(labels, num_classes):
    """is torch's own"""
    return torch.nn.functional.one_hot(labels, num_classes)


def of_flat_labels(labels, num_classes):
    """puts all labels into one axis first"""
    return torch.nn.functional.one_hot(labels.reshape(-1), num_classes).reshape(*labels.shape, num_classes)


def with_more_classes(labels, num_classes):
    """has one class more for a while, and gives a view that is not contiguous"""
    return torch.nn.functional.one_hot(labels, num_classes + 1)[..., :num_classes]


SHOWN = [own, of_flat_labels, with_more_classes]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_one_hot_accepts_right_code(submission, rng, right):
    """A right encoding passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def scattered(labels, num_classes):
    """writes ones into zeros"""
    zeros = torch.zeros(*labels.shape, num_classes, dtype=torch.int64)
    return zeros.scatter(-1, labels.unsqueeze(-1), 1)


def of_unit_vectors(labels, num_classes):
    """picks rows of an identity matrix"""
    return torch.eye(num_classes)[labels].long()


RIGHT = [*SHOWN, scattered, of_unit_vectors]


@pytest.mark.parametrize("right", [scattered, of_unit_vectors], ids=["scattered", "of_unit_vectors"])
def test_check_one_hot_accepts_what_is_made_by_hand(submission, rng, right):
    """A right encoding that is made by hand passes the check."""
    check_accepts(submission, TASK, right, rng)


def floats(labels, num_classes):
    return torch.nn.functional.one_hot(labels, num_classes).float()


@pytest.mark.visible
def test_check_one_hot_catches_floats(submission, rng):
    """An encoding in float32 is caught."""
    check_catches(submission, TASK, floats, SHOWN, rng)


def classes_by_the_largest(labels, num_classes):
    return torch.nn.functional.one_hot(labels)


@pytest.mark.visible
def test_check_one_hot_catches_a_guessed_number_of_classes(submission, rng):
    """An encoding that takes the largest label for the last class is caught."""
    check_catches(submission, TASK, classes_by_the_largest, SHOWN, rng)


def classes_first(labels, num_classes):
    return torch.nn.functional.one_hot(labels, num_classes).movedim(-1, 0)


@pytest.mark.visible
def test_check_one_hot_catches_classes_first(submission, rng):
    """An encoding with the axis of the classes first is caught."""
    check_catches(submission, TASK, classes_first, SHOWN, rng)


def flat(labels, num_classes):
    return torch.nn.functional.one_hot(labels.flatten(), num_classes)


def test_check_one_hot_catches_what_other_shapes_show(submission, rng):
    """An encoding that is right for labels of one axis alone is caught."""
    check_catches(submission, TASK, flat, RIGHT, rng)


def squeezed(labels, num_classes):
    return torch.nn.functional.one_hot(labels, num_classes).squeeze()


def test_check_one_hot_catches_what_small_sizes_show(submission, rng):
    """An encoding that is wrong for few labels alone is caught."""
    check_catches(submission, TASK, squeezed, RIGHT, rng)


def up_to_the_label(labels, num_classes):
    return torch.nn.functional.one_hot(labels, num_classes).flip(-1).cumsum(-1).flip(-1)


def test_check_one_hot_catches_more_than_one_one(submission, rng):
    """An encoding with a wrong number of ones is caught."""
    check_catches(submission, TASK, up_to_the_label, RIGHT, rng)


def without_the_last(labels, num_classes):
    y = torch.nn.functional.one_hot(labels, num_classes)
    return y * (torch.arange(num_classes) < num_classes - 1)


def test_check_one_hot_catches_a_class_that_is_left_out(submission, rng):
    """An encoding in which one class has no 1 is caught."""
    check_catches(submission, TASK, without_the_last, RIGHT, rng)


def times_the_label(labels, num_classes):
    y = torch.nn.functional.one_hot(labels, num_classes)
    return (y * labels.unsqueeze(-1)).clamp(max=1)


def test_check_one_hot_catches_another_class_that_is_left_out(submission, rng):
    """An encoding in which another class has no 1 is caught."""
    check_catches(submission, TASK, times_the_label, RIGHT, rng)


def numbered_anew(labels, num_classes):
    _, numbers = labels.unique(return_inverse=True)
    return torch.nn.functional.one_hot(numbers, num_classes)


def test_check_one_hot_catches_what_a_missing_class_shows(submission, rng):
    """An encoding that is right where every class occurs is caught."""
    check_catches(submission, TASK, numbered_anew, RIGHT, rng)


def first_of_each(labels, num_classes):
    y = torch.nn.functional.one_hot(labels, num_classes)
    rows = y.reshape(-1, num_classes)
    return (rows * (rows.cumsum(0) == 1)).reshape(y.shape)


def test_check_one_hot_catches_what_equal_labels_show(submission, rng):
    """An encoding that is right where no label stands twice is caught."""
    check_catches(submission, TASK, first_of_each, RIGHT, rng)


def in_order(labels, num_classes):
    rows = labels.flatten().sort().values.reshape(labels.shape)
    return torch.nn.functional.one_hot(rows, num_classes)


def test_check_one_hot_catches_rows_in_another_order(submission, rng):
    """An encoding with its rows in another order is caught."""
    check_catches(submission, TASK, in_order, RIGHT, rng)


def grows_the_labels(labels, num_classes):
    zeros = torch.zeros(*labels.shape, num_classes, dtype=torch.int64)
    return zeros.scatter_(-1, labels.unsqueeze_(-1), 1)


def test_check_one_hot_catches_what_is_left_behind(submission, rng):
    """An encoding that does not leave things as it found them is caught."""
    check_catches(submission, TASK, grows_the_labels, RIGHT, rng)


def short_integers(labels, num_classes):
    return torch.nn.functional.one_hot(labels, num_classes).to(torch.int32)


def test_check_one_hot_catches_the_wrong_kind(submission, rng):
    """An encoding in integers of another size is caught."""
    check_catches(submission, TASK, short_integers, RIGHT, rng)
