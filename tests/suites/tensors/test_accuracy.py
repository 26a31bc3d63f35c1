"""accuracy: which axis, a float in 0..1, ties, refusals."""

import pytest
import torch

from grader.suite import check_close, check_device, check_manners, check_raises, check_vectorised


def by_loop(scores, labels):
    pairs = zip(scores.tolist(), labels.tolist(), strict=True)
    return sum(row.index(max(row)) == label for row, label in pairs) / len(labels)


def check_share(got, want):
    check_close(got, want, rtol=1e-6)  # a share computed in float32 is good enough


@pytest.mark.visible
@pytest.mark.weight(2)
def test_accuracy_values(submission):
    """Three of four rows are right: the float 0.75."""
    scores = torch.tensor([[1.0, 9.0], [8.0, 2.0], [3.0, 7.0], [6.0, 4.0]])
    check_share(submission.accuracy(scores, torch.tensor([1, 0, 0, 0])), 0.75)


@pytest.mark.visible
@pytest.mark.parametrize("label", [0, 1])
def test_accuracy_at_both_ends(submission, label):
    """All right is 1.0, all wrong is 0.0, both floats."""
    scores = torch.tensor([[1.0, 9.0], [2.0, 3.0], [4.0, 7.0]])
    check_share(submission.accuracy(scores, torch.full((3,), label)), float(label))


@pytest.mark.weight(3)
def test_accuracy_matches_a_loop(submission, rng):
    """Random scores are judged row by row."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((30, 4), (7, 11), (1, 4), (5, 2), (4, 4)):
            scores, labels = rng.normal(*shape, dtype=dtype), rng.integers(0, shape[1], shape[0])
            labels[::2] = scores[::2].argmax(1)
            check_share(submission.accuracy(scores, labels), by_loop(scores, labels))


@pytest.mark.parametrize(("labels", "share"), [([0, 1], 1.0), ([1, 2], 0.0)])
def test_accuracy_when_scores_tie(submission, labels, share):
    """Among equal largest scores the first class counts, and only that one."""
    scores = torch.tensor([[5.0, 5.0, 1.0], [0.0, 2.0, 2.0]])
    check_share(submission.accuracy(scores, torch.tensor(labels)), share)


def test_accuracy_when_scores_are_negative(submission, rng):
    """Negative and infinite scores are compared like any others."""
    scores, labels = rng.normal(12, 4, mean=-1000.0), rng.labels(12, 4)
    scores[3:6, 1] = float("-inf")
    check_share(submission.accuracy(scores, labels), by_loop(scores, labels))


@pytest.mark.detail
def test_accuracy_when_not_contiguous(submission, rng):
    """Scores may be a transpose, labels every second entry."""
    scores, labels = rng.normal(4, 9).t(), rng.integers(0, 4, 18)[::2]
    check_share(submission.accuracy(scores, labels), by_loop(scores, labels))


def test_accuracy_when_scores_require_gradients(submission, rng):
    """Scores that come from a model still give a plain float."""
    scores, labels = rng.normal(9, 4), rng.labels(9, 4)
    check_share(submission.accuracy(scores.clone().requires_grad_(), labels), by_loop(scores, labels))


def test_accuracy_manners(submission, rng):
    """Scores, labels and torch's state stay as they were."""
    scores, labels = rng.normal(9, 4), rng.labels(9, 4)
    check_manners(submission, lambda: submission.accuracy(scores, labels))


def test_accuracy_without_a_loop(submission, rng):
    """More rows take no more operations."""
    small, large = (rng.normal(3, 4), rng.labels(3, 4)), (rng.normal(30, 4), rng.labels(30, 4))
    check_vectorised(submission, lambda: submission.accuracy(*small), lambda: submission.accuracy(*large))


def test_accuracy_on_a_device(submission, rng):
    """Scores and labels on an accelerator give the same float."""
    check_device(submission.accuracy, rng.normal(9, 4, dtype=torch.float32), rng.labels(9, 4))


def test_accuracy_refuses_other_shapes(submission, rng):
    """Labels that are not one for each row raise ValueError."""
    for shape in ((5, 1), (4,), (1,)):
        with check_raises(ValueError):
            submission.accuracy(rng.normal(5, 4), torch.zeros(shape, dtype=torch.int64))
