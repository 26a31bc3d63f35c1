"""Suite of losses.calibration_error."""

import pytest
import torch

from grader.suite import (
    SUMMED,
    check_close,
    check_device,
    check_dtype,
    check_equal,
    check_fields,
    check_manners,
    check_shape,
)

PROBS = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]


def recomputed(logits, labels, num_bins):
    """Sort samples into lists, one by one."""
    bins = [[] for _ in range(num_bins)]
    for row, label in zip(torch.softmax(logits.double(), 1).tolist(), labels.tolist(), strict=True):
        confidence = max(row)
        bins[min(int(confidence * num_bins), num_bins - 1)].append((confidence, row.index(confidence) == label))
    means = [[sum(part) / len(some) for part in zip(*some, strict=True)] if some else [0.0, 0.0] for some in bins]
    gaps = [len(some) * abs(a - b) for some, (a, b) in zip(bins, means, strict=True)]
    return {
        "error": torch.tensor(sum(gaps) / len(labels), dtype=torch.float64),
        "confidence": torch.tensor([a for a, _ in means], dtype=torch.float64),
        "accuracy": torch.tensor([b for _, b in means], dtype=torch.float64),
        "count": torch.tensor([len(some) for some in bins]),
    }


def clear(rng, n, k, num_bins, scale=1.5):
    """Draw logits whose confidences keep away from the edges of bins."""
    logits = scale * rng.normal(6 * n, k)
    position = torch.softmax(logits, 1).amax(1) * num_bins
    return logits[(position - position.round()).abs() > 1e-3][:n]


def check_table(got, want):
    """Compare all four parts; the shares of bins may be made in float32, as a quotient of two counts is."""
    check_fields(got, ("error", "confidence", "accuracy", "count"))
    check_close({name: getattr(got, name) for name in want}, want, **SUMMED)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_calibration_error_shape_and_dtype(submission, rng, dtype):
    """The table has a place for each bin; count is int64, the rest like logits."""
    got = submission.calibration_error(rng.normal(9, 3, dtype=dtype), rng.labels(9, 3), 4)
    check_fields(got, ("error", "confidence", "accuracy", "count"))
    for name, shape in (("error", ()), ("confidence", (4,)), ("accuracy", (4,))):
        check_shape(getattr(got, name), shape, name)
        check_dtype(getattr(got, name), dtype, name)
    check_shape(got.count, (4,), "count")
    check_dtype(got.count, torch.int64, "count")


@pytest.mark.visible
def test_calibration_error_of_four_samples(submission):
    """Confidences 0.9, 0.8, 0.6 and 0.7 in four bins; the second answer is wrong."""
    logits = torch.tensor(PROBS, dtype=torch.float64).log()
    got = submission.calibration_error(logits, torch.tensor([0, 0, 0, 1]), 4)
    want = {"error": 0.35, "confidence": [0.0, 0.0, 0.65, 0.85], "accuracy": [0.0, 0.0, 1.0, 0.5]}
    table = {name: torch.tensor(value, dtype=torch.float64) for name, value in want.items()}
    check_table(got, {**table, "count": torch.tensor([0, 0, 2, 2])})


@pytest.mark.visible
def test_calibration_error_of_one_bin(submission):
    """With one bin it is the gap of all samples: 0.75 sure on average, 0.75 right."""
    logits = torch.tensor(PROBS, dtype=torch.float64).log()
    got = submission.calibration_error(logits, torch.tensor([0, 0, 0, 1]), 1)
    check_close(got.error, torch.zeros((), dtype=torch.float64), "error", **SUMMED)
    check_close(got.confidence, torch.tensor([0.75], dtype=torch.float64), "confidence")


@pytest.mark.visible
def test_calibration_error_of_a_sure_net(submission):
    """Logits of 1000 give the confidence 1, which belongs to the last bin."""
    logits = torch.tensor([[1000.0, 0.0, 0.0], [0.0, 0.0, 1000.0]], dtype=torch.float64)
    got = submission.calibration_error(logits, torch.tensor([0, 1]), 3)
    check_equal(got.count.tolist(), [0, 0, 2], "count")
    check_close(got.error, torch.tensor(0.5, dtype=torch.float64), "error")


@pytest.mark.weight(2)
@pytest.mark.parametrize("num_bins", [1, 3, 7, 10, 15])
def test_calibration_error_is_recomputed(submission, rng, num_bins):
    """The table is that of a loop over the samples."""
    logits = clear(rng, 60, 4, num_bins)
    labels = rng.labels(len(logits), 4)
    check_table(submission.calibration_error(logits, labels, num_bins), recomputed(logits, labels, num_bins))


def test_calibration_error_of_a_good_net(submission, rng):
    """Also where most answers are right."""
    logits = clear(rng, 40, 3, 5, scale=3.0)
    labels = torch.where(rng.uniform(len(logits)) < 0.8, logits.argmax(1), rng.labels(len(logits), 3))
    check_table(submission.calibration_error(logits, labels, 5), recomputed(logits, labels, 5))


def test_calibration_error_of_one_sample(submission):
    """One sample fills one bin, and all others are 0."""
    logits = torch.tensor([[0.7, 0.3]], dtype=torch.float64).log()
    got = submission.calibration_error(logits, torch.tensor([1]), 5)
    check_close(got.error, torch.tensor(0.7, dtype=torch.float64), "error")
    check_equal(got.count.tolist(), [0, 0, 0, 1, 0], "count")
    check_close(got.accuracy, torch.zeros(5, dtype=torch.float64), "accuracy")


def test_calibration_error_changes_with_the_temperature(submission, rng):
    """Logits ten times as large: the same answers, other confidences."""
    logits = rng.normal(30, 3)
    logits = logits[(torch.softmax(10 * logits, 1).amax(1) * 5 % 1 - 0.5).abs() < 0.49]
    labels = rng.labels(len(logits), 3)
    got = submission.calibration_error(10 * logits, labels, 5)
    check_table(got, recomputed(10 * logits, labels, 5))


@pytest.mark.detail
def test_calibration_error_keeps_no_graph(submission, rng):
    """All parts are outside the graph, also where logits require a gradient."""
    got = submission.calibration_error(rng.normal(8, 3).requires_grad_(), rng.labels(8, 3), 4)
    for name in ("error", "confidence", "accuracy"):
        check_equal(getattr(got, name).requires_grad, False, f"whether {name} requires a gradient")


def test_calibration_error_has_manners(submission, rng):
    """Arguments, the random state and the modes stay as they were."""
    logits, labels = rng.normal(8, 3), rng.labels(8, 3)
    check_manners(submission, lambda: submission.calibration_error(logits, labels, 4))


def test_calibration_error_on_a_device(submission, rng):
    """On an accelerator the table is the same and stays there."""
    logits = clear(rng, 20, 3, 4).float()
    labels = rng.labels(len(logits), 3)
    check_device(lambda x, y: tuple(submission.calibration_error(x, y, 4)), logits, labels)
