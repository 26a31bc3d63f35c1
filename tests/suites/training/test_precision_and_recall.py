"""Suite of training.precision_and_recall."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_fields, check_manners, to_device

NAMES = ("precision", "recall", "f1")


def judged(scores, labels, threshold):
    """Return what is asked for, by a loop and by the definition."""
    hits = alarms = positives = 0
    for score, label in zip(scores.tolist(), labels.tolist(), strict=True):
        alarms += score >= threshold
        positives += label == 1
        hits += score >= threshold and label == 1
    precision = hits / alarms if alarms else 0.0
    recall = hits / positives if positives else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


@pytest.fixture
def check_judged(submission, shared):
    def check(scores, labels, threshold):
        got = shared.unpacked(submission.precision_and_recall(scores, labels, threshold), *NAMES)
        for name, mine, want in zip(NAMES, got, judged(scores.cpu(), labels.cpu(), threshold), strict=True):
            check_close(mine, want, name)

    return check


@pytest.mark.visible
def test_precision_and_recall_of_five(submission, shared):
    """Two alarms, one true, and three samples of label 1: 1/2, 1/3 and 0.4."""
    scores, labels = torch.tensor([0.9, 0.8, 0.3, 0.1, 0.2]), torch.tensor([1, 0, 1, 1, 0])
    got = shared.unpacked(submission.precision_and_recall(scores, labels, 0.5), *NAMES)
    for name, mine, want in zip(NAMES, got, (1 / 2, 1 / 3, 0.4), strict=True):
        check_close(mine, want, name)


def test_precision_and_recall_has_names(submission):
    """What comes back is a named tuple: precision, recall, f1."""
    got = submission.precision_and_recall(torch.tensor([0.9, 0.8]), torch.tensor([1, 0]), 0.5)
    check_fields(got, NAMES)


@pytest.mark.weight(3)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9], ids=["few of label 1", "half of label 1", "most of label 1"])
def test_precision_and_recall_matches_a_loop(check_judged, rng, share):
    """Random scores and labels give what counting one by one gives."""
    for _ in range(4):
        labels = (rng.uniform(60) < share).to(torch.int64)
        check_judged(rng.normal(60), labels, rng.normal(1).item())


@pytest.mark.weight(2)
def test_precision_and_recall_at_the_threshold(check_judged):
    """A score that equals the threshold raises an alarm."""
    check_judged(torch.tensor([0.5, 0.25, 0.5, 0.75]), torch.tensor([1, 1, 0, 0]), 0.5)


@pytest.mark.weight(2)
def test_precision_and_recall_of_any_scores(check_judged, rng):
    """Scores need not be probabilities: also far below 0 a threshold divides them."""
    scores = rng.normal(40, mean=-30.0, std=10.0)
    check_judged(scores, rng.integers(0, 2, 40), -30.0)


@pytest.mark.weight(2)
def test_precision_and_recall_when_a_divisor_is_zero(check_judged):
    """Without an alarm, without label 1, or without both the shares are 0.0."""
    scores = torch.tensor([0.1, 0.2, 0.3])
    check_judged(scores, torch.tensor([1, 0, 1]), 0.9)
    check_judged(scores, torch.tensor([0, 0, 0]), 0.0)
    check_judged(scores, torch.tensor([0, 0, 0]), 0.9)


def test_precision_and_recall_without_a_hit(check_judged):
    """Alarms that are all false give 0.0 three times, f1 too."""
    check_judged(torch.tensor([0.9, 0.1]), torch.tensor([0, 1]), 0.5)


def test_precision_and_recall_when_all_is_right(check_judged):
    """With every alarm true and none missed all three are 1."""
    check_judged(torch.tensor([0.9, 0.1, 0.6]), torch.tensor([1, 0, 1]), 0.5)


def test_precision_and_recall_returns_floats(submission, shared):
    """All three are Python floats, also where they are 0 or 1."""
    got = shared.unpacked(
        submission.precision_and_recall(torch.tensor([0.9, 0.1]), torch.tensor([1, 0]), 0.5), *NAMES
    )
    for name, mine in zip(NAMES, got, strict=True):
        check_equal(mine, 1.0, name)


def test_precision_and_recall_has_manners(submission, rng):
    """Scores, labels and torch's state stay as they were."""
    scores, labels = rng.normal(9), rng.integers(0, 2, 9)
    check_manners(submission, lambda: submission.precision_and_recall(scores, labels, 0.0))


def test_precision_and_recall_on_a_device(check_judged, rng):
    """Scores and labels may lie on an accelerator."""
    scores, labels = rng.normal(30, dtype=torch.float32), rng.integers(0, 2, 30)
    check_judged(to_device(scores), to_device(labels), 0.25)
