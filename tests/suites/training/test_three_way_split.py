"""Suite of training.three_way_split."""

import pytest
import torch

from grader.suite import check_close, check_dtype, check_equal, check_manners, check_that

NAMES = ("train", "validation", "test")
CASES = [
    (10, (0.5, 0.3, 0.2)),
    (100, (0.8, 0.1, 0.1)),
    (7, (0.5, 0.25, 0.25)),
    (13, (0.7, 0.15, 0.15)),
    (10, (0.34, 0.33, 0.33)),
]
IDS = [f"n={n}, {fractions}" for n, fractions in CASES]


@pytest.fixture
def parts_of(submission, shared):
    """Deal out, and return the three parts."""

    def parts(n, fractions, generator):
        found = shared.unpacked(submission.three_way_split(n, fractions, generator), *NAMES)
        for name, part in zip(NAMES, found, strict=True):
            check_dtype(part, torch.int64, f"{name} indices")
        return found

    return parts


@pytest.mark.visible
def test_three_way_split_of_ten(parts_of, rng):
    """Ten samples by 0.5, 0.3, 0.2: parts of 5, 3 and 2."""
    check_equal([len(part) for part in parts_of(10, (0.5, 0.3, 0.2), rng.generator())], [5, 3, 2], "sizes")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "fractions"), CASES, ids=IDS)
def test_three_way_split_sizes(parts_of, rng, n, fractions):
    """Validation and test are rounded, training gets the rest."""
    validation, test = round(fractions[1] * n), round(fractions[2] * n)
    got = [len(part) for part in parts_of(n, fractions, rng.generator())]
    check_equal(got, [n - validation - test, validation, test], "sizes of train, validation and test")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "fractions"), CASES, ids=IDS)
def test_three_way_split_has_each_sample_once(parts_of, rng, n, fractions):
    """Together the parts hold every sample once: none is learned from and judged."""
    got = torch.cat(parts_of(n, fractions, rng.generator()))
    check_close(got.sort().values, torch.arange(n), "all indices, sorted")


def test_three_way_split_when_a_part_is_empty(parts_of, rng):
    """A share of 0 gives a part without samples."""
    got = [len(part) for part in parts_of(9, (0.0, 1.0, 0.0), rng.generator())]
    check_equal(got, [0, 9, 0], "sizes of train, validation and test")


@pytest.mark.weight(2)
def test_three_way_split_is_shuffled(parts_of, rng):
    """Each part has samples from everywhere, and another generator deals otherwise."""
    first, second = (parts_of(90, (0.4, 0.3, 0.3), rng.generator()) for _ in range(2))
    for name, part in zip(NAMES, first, strict=True):
        steps = part.sort().values.diff()
        apart = f"samples that are all {int(steps[0])} apart"
        check_that(len(steps.unique()) > 1, f"{name} indices", "samples from everywhere", apart)
    same = all(torch.equal(a.sort().values, b.sort().values) for a, b in zip(first, second, strict=True))
    check_that(not same, None, "other parts by another generator", "the same parts")


def test_three_way_split_repeats_by_its_generator(submission, rng):
    """Equal generators give equal parts, whatever torch.manual_seed said."""

    def scenario(submission, generator, global_seed):
        torch.manual_seed(global_seed)
        return list(submission.three_way_split(40, (0.5, 0.25, 0.25), generator))

    seed = rng.seed()
    runs = [submission.run(scenario, torch.Generator().manual_seed(seed), number) for number in range(2)]
    check_close(runs[1], runs[0], "the parts under an equal generator and another global seed")


def test_three_way_split_draws_on(parts_of, rng):
    """A second call with the same generator deals anew: it is not reset."""
    generator = rng.generator()
    first, second = (parts_of(40, (0.5, 0.25, 0.25), generator) for _ in range(2))
    same = all(torch.equal(a.sort().values, b.sort().values) for a, b in zip(first, second, strict=True))
    check_that(not same, None, "other parts at the second call", "the same parts")


def test_three_way_split_has_manners(submission, rng):
    """Torch's own random state stays as it was."""
    check_manners(submission, lambda: submission.three_way_split(9, (0.4, 0.3, 0.3), rng.generator()))
