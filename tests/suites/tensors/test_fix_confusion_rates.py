"""fix_confusion_rates: each of its four mistakes alone, then all that the docstring says.

Labels that all occur equally often are right whatever the table is divided by; pairs that occur once each are right
also where repeated ones count once.
"""

import pytest
import torch

from grader.suite import check_close, check_device, check_dtype, check_manners, check_shape


def scores_for(predicted, k, dtype=torch.float64):
    """Return scores whose largest is at these places."""
    return torch.nn.functional.one_hot(torch.as_tensor(predicted), k).to(dtype) * 3 - 1


def by_loop(scores, labels):
    """The oracle: count sample by sample."""
    k = scores.shape[1]
    counts = [[0] * k for _ in range(k)]
    for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
        counts[label][row.index(max(row))] += 1
    return torch.tensor([[count / max(1, sum(row)) for count in row] for row in counts]).reshape(k, k)


@pytest.mark.visible
def test_fix_confusion_rates_shape(submission, rng):
    """20 samples of 3 classes: (3, 3), float32, also where the scores are float64."""
    got = submission.fix_confusion_rates(rng.normal(20, 3), rng.labels(20, 3))
    check_shape(got, (3, 3))
    check_dtype(got, torch.float32)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_confusion_rates_count_each_sample(submission):
    """Four samples of each class: three of class 0 taken for 0 are 0.75, not 0.5."""
    labels = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    scores = scores_for([0, 0, 0, 1, 1, 1, 1, 0], 2)
    got = submission.fix_confusion_rates(scores, labels)
    check_close(got, torch.tensor([[0.75, 0.25], [0.25, 0.75]]))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_confusion_rates_divide_each_row_by_its_sum(submission):
    """Class 0 has two samples and class 1 one: each row sums to 1."""
    got = submission.fix_confusion_rates(scores_for([0, 1, 1], 2), torch.tensor([0, 0, 1]))
    check_close(got, torch.tensor([[0.5, 0.5], [0.0, 1.0]]))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_confusion_rates_of_a_class_without_samples(submission):
    """The row of a class that does not occur is 0, not nan."""
    got = submission.fix_confusion_rates(scores_for([0, 2, 1], 3), torch.tensor([0, 2, 2]))
    check_close(got[1], torch.zeros(3), "the row of class 1")


@pytest.mark.visible
def test_fix_confusion_rates_of_a_class_that_is_only_predicted(submission):
    """Two samples of class 0 taken for 2 and 0: 0.5 in both places, 0 elsewhere."""
    got = submission.fix_confusion_rates(scores_for([2, 0], 3), torch.tensor([0, 0]))
    check_close(got, torch.tensor([[0.5, 0.0, 0.5], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize(("n", "k"), [(40, 3), (25, 6), (9, 2), (60, 4)])
def test_fix_confusion_rates_match_a_loop(submission, rng, n, k):
    """Random scores: every entry is the share that counting gives."""
    scores, labels = rng.normal(n, k), rng.integers(0, k, n)
    check_close(submission.fix_confusion_rates(scores, labels), by_loop(scores, labels))


def test_fix_confusion_rates_of_few_samples(submission, rng):
    """One sample, and none at all: all rows but those of the labels are 0."""
    for n in (1, 0):
        scores, labels = rng.normal(n, 4), rng.integers(0, 4, n)
        check_close(submission.fix_confusion_rates(scores, labels), by_loop(scores, labels), f"{n} samples")


def test_fix_confusion_rates_when_scores_tie(submission):
    """Among equal largest scores the first class counts, and only that one."""
    scores = torch.tensor([[2.0, 2.0, 1.0], [0.0, 5.0, 5.0], [1.0, 1.0, 1.0]])
    labels = torch.tensor([0, 1, 2])
    check_close(submission.fix_confusion_rates(scores, labels), by_loop(scores, labels))


@pytest.mark.detail
def test_fix_confusion_rates_when_not_contiguous(submission, rng):
    """Scores may be a transpose, labels every second entry."""
    scores, labels = rng.normal(4, 12).t(), rng.integers(0, 4, 24)[::2]
    check_close(submission.fix_confusion_rates(scores, labels), by_loop(scores, labels))


def test_fix_confusion_rates_manners(submission, rng):
    """Scores, labels and torch's state stay as they were."""
    check_manners(submission, lambda: submission.fix_confusion_rates(rng.normal(9, 3), rng.labels(9, 3)))


def test_fix_confusion_rates_on_a_device(submission, rng):
    """The table is made where scores and labels lie."""
    check_device(submission.fix_confusion_rates, rng.normal(12, 3, dtype=torch.float32), rng.labels(12, 3))
