"""The parts of a proof, small enough to be shared out among processes: one task, and some seeds."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pytest

from grader.course import Course
from grader.judge.bench import Bench, is_statistical
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.verify.mistakes import failing_seeds, prove_mistakes
from grader.verify.model import MistakeProof

FIRST_SEED = 1
SEEDS_AT_ONCE = 50
HAVE_IDS = (str, bytes, int, float, complex, type(None))  # whose own text is their id


class Kind(StrEnum):
    """What is played."""

    MISTAKES = "mistakes"  # every known mistake on every test, under the first seed
    SEEDS = "seeds"  # the reference on the tests that do not depend on luck
    STATISTICAL = "statistical seeds"  # the reference on those that do


@dataclass(frozen=True)
class Unit:
    """One part; plain data, so that it can go to another process."""

    task_id: str
    kind: Kind
    first: int = FIRST_SEED
    last: int = FIRST_SEED

    def __str__(self) -> str:
        """Name the part for somebody who watches."""
        which = "" if self.kind is Kind.MISTAKES else f" {self.first} to {self.last}"
        return f"{self.task_id}, {self.kind}{which}"


@dataclass(frozen=True)
class Found:
    """What came of one part."""

    unit: Unit
    tests: int
    statistical: int
    rows: tuple[MistakeProof, ...] = ()
    failed: dict[int, list[str]] = field(default_factory=dict)  # names of tests by seed
    numbered: tuple[str, ...] = ()  # tests whose cases are told apart by a number alone


class Prover:
    """Plays parts in this process, one after the other."""

    def __init__(self, course: Course) -> None:
        """Load nothing yet."""
        self._course, self._references = course, References(course)

    def play(self, unit: Unit) -> Found:
        """Play one part."""
        task, kept = self._course.task(unit.task_id), list[Found]()

        def play(bench: Bench, by_task: dict[str, list[pytest.Item]]) -> None:
            items = by_task.get(task.id, [])
            lucky = [item for item in items if is_statistical(item)]
            if unit.kind is Kind.MISTAKES:
                rows = prove_mistakes(bench, task, items)
                kept.append(Found(unit, len(items), len(lucky), rows, numbered=_numbered(items)))
                return
            chosen = lucky if unit.kind is Kind.STATISTICAL else [item for item in items if item not in lucky]
            failed = failing_seeds(bench, chosen, range(unit.first, unit.last + 1))
            kept.append(Found(unit, len(items), len(lucky), failed=failed))

        subject = ReferenceSubject(self._references)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what our own files are warned of is no author's
            run_session(Bench(self._course, self._references, subject, FIRST_SEED), [task], "", play)
        return kept[0]


def _numbered(items: Sequence[pytest.Item]) -> tuple[str, ...]:
    """Return the tests with a case that pytest could only number, as `f0`: an id says what differs."""
    names = dict[str, None]()
    for item in items:
        spec = getattr(item, "callspec", None)
        if spec is None:
            continue
        for name, value in spec.params.items():
            if not isinstance(value, HAVE_IDS) and re.search(rf"(?:^|-){re.escape(name)}\d+(?:-|$)", spec.id):
                names[item.name.partition("[")[0]] = None
    return tuple(names)


def seed_units(found: Found, seeds: int, statistical_seeds: int) -> list[Unit]:
    """Return the parts that are left of a task once its tests are known, which its mistakes tell."""
    if found.unit.kind is not Kind.MISTAKES:
        return []
    task_id, steady = found.unit.task_id, found.tests - found.statistical
    units = _spread(task_id, Kind.SEEDS, seeds) if steady else []
    return units + (_spread(task_id, Kind.STATISTICAL, statistical_seeds) if found.statistical else [])


def _spread(task_id: str, kind: Kind, seeds: int) -> list[Unit]:
    last = FIRST_SEED + seeds - 1
    starts: Sequence[int] = range(FIRST_SEED, last + 1, SEEDS_AT_ONCE)
    return [Unit(task_id, kind, start, min(start + SEEDS_AT_ONCE - 1, last)) for start in starts]
