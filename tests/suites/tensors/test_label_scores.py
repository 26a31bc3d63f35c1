"""label_scores: which axis, batch of one, infinite scores, gradient, refusals."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_owns_memory,
    check_raises,
    check_shape,
    check_vectorised,
)


def by_loop(scores, labels):
    return torch.stack([scores[n, label] for n, label in enumerate(labels.tolist())])


@pytest.mark.visible
def test_label_scores_shape(submission, rng):
    """Five rows give five scores."""
    check_shape(submission.label_scores(rng.normal(5, 4), rng.labels(5, 4)), (5,))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_label_scores_values(submission):
    """Label 0 picks 0.1 from the first row, label 2 picks 0.5 from the second."""
    scores = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
    check_close(submission.label_scores(scores, torch.tensor([0, 2])), torch.tensor([0.1, 0.5]))


@pytest.mark.weight(3)
def test_label_scores_match_a_loop(submission, rng):
    """Each row gives the score of its own label, also a batch of one."""
    for dtype in (torch.int64, torch.float32, torch.float64):
        for shape in ((5, 4), (4, 9), (1, 4), (5, 1), (1, 1), (4, 4)):
            scores, labels = (100 * rng.normal(*shape)).to(dtype), rng.integers(0, shape[1], shape[0])
            check_close(submission.label_scores(scores, labels), by_loop(scores, labels))


@pytest.mark.weight(2)
def test_label_scores_gradient(submission, rng):
    """The gradient goes to the picked scores and nowhere else."""
    scores, labels = rng.normal(5, 4).requires_grad_(), rng.labels(5, 4)
    check_gradients(submission.label_scores, by_loop, scores, labels, rng=rng)


def test_label_scores_when_others_are_infinite(submission, rng):
    """Infinite scores of other classes leave no nan."""
    scores, labels = rng.normal(5, 4), rng.integers(0, 3, 5)
    scores[:, 3] = float("-inf")
    check_close(submission.label_scores(scores, labels), by_loop(scores, labels))


def test_label_scores_when_all_labels_agree(submission, rng):
    """The same label everywhere picks one column."""
    scores = rng.normal(5, 4)
    check_close(submission.label_scores(scores, torch.full((5,), 2)), scores[:, 2])


@pytest.mark.detail
def test_label_scores_when_not_contiguous(submission, rng):
    """Scores may be a transpose or one row shown often, labels every second entry."""
    labels = rng.integers(0, 4, 10)[::2]
    for scores in (rng.normal(4, 5).t(), rng.normal(1, 4).expand(5, 4)):
        check_close(submission.label_scores(scores, labels), by_loop(scores, labels))


@pytest.mark.detail
def test_label_scores_are_a_new_tensor(submission, rng):
    """The result does not share memory with the scores, which stay as they were."""
    scores, labels = rng.normal(5, 4), rng.labels(5, 4)
    check_owns_memory(submission.label_scores(scores, labels), scores)
    check_manners(submission, lambda: submission.label_scores(scores, labels))


def test_label_scores_without_a_loop(submission, rng):
    """More rows and more classes take no more operations."""
    small, large = (rng.normal(3, 4), rng.labels(3, 4)), (rng.normal(30, 9), rng.labels(30, 9))
    check_vectorised(
        submission, lambda: submission.label_scores(*small), lambda: submission.label_scores(*large)
    )


def test_label_scores_on_a_device(submission, rng):
    """The result lies on the device of the scores."""
    check_device(submission.label_scores, rng.normal(5, 4, dtype=torch.float32), rng.labels(5, 4))


@pytest.mark.parametrize("label", [-1, 4])
def test_label_scores_refuse_labels_out_of_range(submission, rng, label):
    """A label below 0, or not below the number of classes, raises ValueError."""
    with check_raises(ValueError):
        submission.label_scores(rng.normal(3, 4), torch.tensor([0, label, 2]))


def test_label_scores_refuse_other_shapes(submission, rng):
    """Labels that are not one for each row raise ValueError."""
    for shape in ((4,), (5, 1), (1,)):
        with check_raises(ValueError):
            submission.label_scores(rng.normal(5, 4), torch.zeros(shape, dtype=torch.int64))
