"""Suite of training.standardize."""

import math

import pytest
import torch

from grader.suite import check_close, check_device, check_manners


def standardize_by_loops(train, test):
    """Standardise in float64, column by column."""
    done = [[], []]
    for column in range(train.shape[1]):
        entries = train[:, column].double().tolist()
        mean = math.fsum(entries) / len(entries)
        std = math.sqrt(math.fsum((entry - mean) ** 2 for entry in entries) / len(entries))
        if len(set(entries)) == 1:
            mean, std = entries[0], 1.0
        for rows, part in zip(done, (train, test), strict=True):
            rows.append([(entry - mean) / std for entry in part[:, column].double().tolist()])
    return tuple(torch.tensor(rows, dtype=torch.float64).t().to(train.dtype) for rows in done)


@pytest.fixture
def both(submission, shared):
    """Standardise, and return the two parts as a pair."""
    return lambda train, test: shared.unpacked(submission.standardize(train, test), "train", "test")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_standardize_keeps_shapes_and_dtype(both, rng, dtype):
    """Both parts keep their shape and dtype; there may be no test row at all."""
    for rows in (4, 1, 0):
        train, test = rng.normal(6, 3, dtype=dtype), rng.normal(rows, 3, dtype=dtype)
        got = [torch.zeros_like(part) for part in both(train, test)]
        check_close(got, [torch.zeros(6, 3, dtype=dtype), torch.zeros(rows, 3, dtype=dtype)])


@pytest.mark.visible
def test_standardize_two_patients(both):
    """Entries 1 and 3 have mean 2 and deviation 1, so a test entry of 4 becomes 2."""
    train, test = torch.tensor([[1.0, 5.0], [3.0, 5.0]]), torch.tensor([[4.0, 6.0]])
    first, second = both(train, test)
    check_close(first, torch.tensor([[-1.0, 0.0], [1.0, 0.0]]), "the training rows")
    check_close(second, torch.tensor([[2.0, 1.0]]), "the test row")


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_standardize_training_rows(both, rng, dtype):
    """Each column of the training rows goes by its own mean and deviation."""
    train = rng.normal(7, 4, dtype=dtype) * torch.tensor([1, 9, 0.3, 4], dtype=dtype) + rng.normal(
        4, dtype=dtype
    )
    test = rng.normal(5, 4, dtype=dtype)
    check_close(both(train, test)[0], standardize_by_loops(train, test)[0], "the training rows")


@pytest.mark.weight(3)
def test_standardize_test_rows_by_the_training_rows(both, rng):
    """The test rows go by the mean and deviation of the training rows."""
    train, test = rng.normal(7, 4) * 3 - 2, rng.normal(5, 4) + 4
    check_close(both(train, test)[1], standardize_by_loops(train, test)[1], "the test rows")


def test_standardize_one_test_row_as_many(both, rng):
    """A test row becomes the same, alone or among others."""
    train, test = rng.normal(8, 3), rng.normal(5, 3)
    got = torch.cat([both(train, test[i : i + 1])[1] for i in range(5)])
    check_close(got, standardize_by_loops(train, test)[1], "test rows, given one by one")


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_standardize_constant_columns(both, rng, dtype):
    """A column of equal entries becomes 0, and is not divided."""
    for rows in (7, 11, 1):
        train, test = rng.normal(1, 6, dtype=dtype).repeat(rows, 1), rng.normal(4, 6, dtype=dtype)
        first, second = both(train, test)
        check_close(first, torch.zeros_like(train), "training rows of equal entries")
        check_close(second, test - train[0], "test rows")


def test_standardize_small_and_large_columns(both, rng):
    """A column with a deviation of 1e-7 is divided like any other."""
    train = rng.normal(9, 3) * torch.tensor([1e-7, 1.0, 1e6], dtype=torch.float64) + torch.tensor([0, 1e6, 3])
    test = train[:4] * 1.5
    first, second = both(train, test)
    want = standardize_by_loops(train, test)
    close = {"rtol": 1e-8, "atol": 1e-6}  # all who do not divide 1e-7 answer alike, whatever they subtract
    check_close(first, want[0], "the training rows", **close)
    check_close(second, want[1], "the test rows", **close)


def test_standardize_has_manners(submission, rng):
    """The arguments and torch's random state stay as they were."""
    train, test = rng.normal(6, 3), rng.normal(5, 3)
    check_manners(submission, lambda: submission.standardize(train, test))


def test_standardize_on_a_device(both, rng):
    """On an accelerator the rows are the same and stay there."""
    train, test = rng.normal(6, 3), rng.normal(5, 3)
    train[:, 1] = 0.5
    check_device(both, train, test)
