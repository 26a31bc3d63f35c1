"""Random inputs: the same seed gives the same, and every draw keeps what its name promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from grader.suite import Random

DRAWS: dict[str, Callable[[Random], Any]] = {
    "normal": lambda rng: rng.normal(3, 4),
    "uniform": lambda rng: rng.uniform(5),
    "integers": lambda rng: rng.integers(0, 100, 6),
    "permutation": lambda rng: rng.permutation(20),
    "probabilities": lambda rng: rng.probabilities(3, 4),
    "labels": lambda rng: rng.labels(30, 10),
    "bool": lambda rng: rng.bool(40),
    "seed": lambda rng: torch.tensor(rng.seed()),
    "generator": lambda rng: torch.rand(3, generator=rng.generator()),
}


@pytest.mark.parametrize("name", DRAWS)
def test_same_seed_draws_the_same(name: str) -> None:
    draw, ours, theirs = DRAWS[name], Random(5), Random(5)
    torch.manual_seed(1)
    first = draw(ours)
    torch.manual_seed(2)
    assert torch.equal(draw(theirs), first)
    assert not torch.equal(draw(ours), first) and not torch.equal(draw(Random(6)), first)


@pytest.mark.parametrize("name", DRAWS)
def test_global_random_state_is_left_alone(name: str) -> None:
    before = torch.get_rng_state()
    DRAWS[name](Random(1))
    assert torch.equal(torch.get_rng_state(), before)


def test_shapes_and_dtypes() -> None:
    rng = Random(1)
    assert rng.normal().shape == () and rng.normal(2, 0, 3).shape == (2, 0, 3)
    assert rng.normal(2).dtype is torch.float64 and rng.normal(2, dtype=torch.float16).dtype is torch.float16
    assert rng.uniform(2, dtype=torch.float32).dtype is torch.float32
    assert rng.integers(0, 2, 3, 4).dtype is torch.int64 and rng.bool(2, 3).dtype is torch.bool


def test_single_precision_is_the_same_draw() -> None:
    assert torch.equal(Random(1).normal(9, dtype=torch.float32), Random(1).normal(9).float())


def test_ranges() -> None:
    rng = Random(1)
    uniform, integers = rng.uniform(1000, low=-2.0, high=3.0), rng.integers(-1, 2, 1000)
    assert -2 <= uniform.min() < -1.9 and 2.9 < uniform.max() < 3
    assert integers.unique().tolist() == [-1, 0, 1]
    normal = rng.normal(10_000, mean=5.0, std=2.0)
    assert abs(normal.mean() - 5) < 0.1 and abs(normal.std() - 2) < 0.1


def test_probabilities_are_positive_and_sum_to_one() -> None:
    for dim in (0, 1, -1):
        p = Random(1).probabilities(5, 4, dim=dim)
        assert (p > 0).all() and torch.allclose(p.sum(dim), torch.ones((), dtype=torch.float64))


def test_permutation_has_each_index_once() -> None:
    assert Random(1).permutation(50).sort().values.tolist() == list(range(50))


@pytest.mark.parametrize(("n", "k"), [(3, 3), (7, 3), (100, 10), (1, 1)])
def test_labels_have_every_class(n: int, k: int) -> None:
    for seed in range(20):
        labels = Random(seed).labels(n, k)
        assert labels.shape == (n,) and labels.unique().tolist() == list(range(k))


def test_labels_stay_below_the_classes_when_there_are_more_classes() -> None:
    labels = Random(1).labels(3, 10)
    assert labels.shape == (3,) and labels.min() >= 0 and labels.max() < 10
