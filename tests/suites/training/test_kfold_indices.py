"""Suite of training.kfold_indices."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_manners,
    check_shape,
    check_that,
)

SIZES = [(5, 2), (12, 4), (13, 5), (7, 7), (9, 2), (11, 3)]


def checked(folds, k, shared):
    """Return the folds as pairs, after a look at their kinds."""
    check_that(
        type(folds) is list, "what is returned", "a list", f"an object of class {type(folds).__name__}"
    )
    check_equal(len(folds), k, "number of folds")
    pairs = [shared.unpacked(fold, "train", "validation") for fold in folds]
    for train, validation in pairs:
        check_dtype(train, torch.int64, "training indices")
        check_dtype(validation, torch.int64, "validation indices")
    return pairs


@pytest.fixture
def folds_of(submission, shared):
    """Deal out, and return the folds as pairs."""
    return lambda n, k, generator: checked(submission.kfold_indices(n, k, generator), k, shared)


@pytest.fixture
def parts_of(folds_of):
    """Deal out, and return the validation parts, sorted."""
    return lambda n, k, generator: [part.sort().values for _, part in folds_of(n, k, generator)]


@pytest.mark.visible
def test_kfold_indices_of_five_in_two(folds_of, rng):
    """Five samples in two folds: the first validates on three and trains on two."""
    (train, validation), (train2, validation2) = folds_of(5, 2, rng.generator())
    check_shape(validation, (3,), "validation indices of the first fold")
    check_shape(train, (2,), "training indices of the first fold")
    check_shape(validation2, (2,), "validation indices of the second fold")
    check_shape(train2, (3,), "training indices of the second fold")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "k"), SIZES)
def test_kfold_indices_sizes(folds_of, rng, n, k):
    """The first n % k validation parts are one larger than the others."""
    got = [len(validation) for _, validation in folds_of(n, k, rng.generator())]
    check_equal(got, [n // k + (i < n % k) for i in range(k)], "sizes of the validation parts")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "k"), SIZES)
def test_kfold_indices_validate_each_sample_once(folds_of, rng, n, k):
    """Together the validation parts hold every sample once."""
    got = torch.cat([validation for _, validation in folds_of(n, k, rng.generator())])
    check_close(got.sort().values, torch.arange(n), "all validation indices, sorted")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "k"), SIZES)
def test_kfold_indices_train_on_all_others(folds_of, rng, n, k):
    """A fold trains on exactly the samples that it does not validate on."""
    for train, validation in folds_of(n, k, rng.generator()):
        held_out = set(validation.tolist())
        want = torch.tensor([i for i in range(n) if i not in held_out])
        check_close(train.sort().values, want, "training indices of a fold, sorted")


@pytest.mark.weight(2)
def test_kfold_indices_are_shuffled(parts_of, rng):
    """Neighbours do not stay together, and another generator deals otherwise."""
    first, second = (parts_of(60, 4, rng.generator()) for _ in range(2))
    for part in first:
        steps = part.diff()
        apart = f"samples that are all {int(steps[0])} apart"
        check_that(len(steps.unique()) > 1, None, "samples from everywhere", apart)
    same = all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    check_that(not same, None, "other folds by another generator", "the same folds")


def test_kfold_indices_repeat_by_their_generator(submission, rng):
    """Equal generators give equal folds, whatever torch.manual_seed said."""

    def scenario(submission, generator, global_seed):
        torch.manual_seed(global_seed)
        return [validation for _, validation in submission.kfold_indices(40, 3, generator)]

    seed = rng.seed()
    runs = [submission.run(scenario, torch.Generator().manual_seed(seed), number) for number in range(2)]
    check_close(runs[1], runs[0], "the validation parts under an equal generator and another global seed")


def test_kfold_indices_draw_on(parts_of, rng):
    """A second call with the same generator deals anew: it is not reset."""
    generator = rng.generator()
    first, second = (parts_of(40, 3, generator) for _ in range(2))
    same = all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    check_that(not same, None, "other folds at the second call", "the same folds")


def test_kfold_indices_have_manners(submission, rng):
    """Torch's own random state stays as it was."""
    check_manners(submission, lambda: submission.kfold_indices(9, 3, rng.generator()))
