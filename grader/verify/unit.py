"""The parts of a proof: every known mistake against every test of a task, and the reference under seeds."""

from __future__ import annotations

import gc
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pytest

from grader.course import Course, Task
from grader.judge.diagnosis import is_telling, play_mistake, same_outcome
from grader.judge.outcome import Outcome
from grader.judge.references import References
from grader.judge.runner import Runner, is_detail, is_statistical
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.process.prepare import prepare_torch
from grader.proxy.errors import SubmissionError
from grader.report import Verdict
from grader.suite.mistakes import Mistake
from grader.verify.mutants import MutationScore, mutation_score


@dataclass(frozen=True)
class MistakeProof:
    """One known mistake and the tests that catch it."""

    name: str
    sentence: str
    caught_by: tuple[str, ...]
    alike: tuple[str, ...]  # other mistakes that do the same on every test
    by_details: bool = False  # no test of the core is among these: a task with this mistake would be right
    broken: str = ""  # why the variant itself cannot run: a name that is not there

    @property
    def named(self) -> bool:
        """Whether a submission with this mistake would be told so."""
        return bool(self.caught_by) and not self.alike


@dataclass(frozen=True)
class TaskProof:
    """One task: its mistakes, its stub, its solution, its seeds."""

    id: str
    tests: int
    mistakes: int
    caught: int
    named: int
    alike: tuple[str, ...]  # "one = other"
    stub: str  # the verdict
    solution: str  # the verdict
    seeds: int  # under which the tests that do not depend on luck were played
    seeds_passed: int
    problems: tuple[str, ...]
    rows: tuple[MistakeProof, ...] = ()
    statistical: int = 0  # tests whose passing depends on luck
    statistical_seeds: int = 0  # under which those were played; 0 where there are none
    statistical_seeds_passed: int = 0
    details: int = 0  # of the tests
    mutation: MutationScore | None = None  # if it was asked for


@dataclass(frozen=True)
class TopicProof:
    """One topic."""

    slug: str
    tasks: tuple[TaskProof, ...]


@dataclass(frozen=True)
class Verification:
    """Everything that was verified."""

    topics: tuple[TopicProof, ...]
    problems: tuple[str, ...]  # of the course as a whole: layout, stubs
    ok: bool


def prove_mistakes(runner: Runner, task: Task, items: Sequence[pytest.Item]) -> tuple[MistakeProof, ...]:
    """Play the known mistakes of a task on its tests until each is caught and told from every other.

    A mistake that has been caught and told apart stays so whatever further tests say, so it is not played on them.
    Tests that train or sample are dear, and come last. What only details catch is played on them too.
    """
    rows = {mistake: _Row(mistake) for mistake in runner.references.mistakes(task)}
    for row in rows.values():
        row.rivals = set(rows) - {row.mistake}
    for item in sorted(items, key=is_statistical):
        undecided = [row for row in rows.values() if row.rivals or row.by_details]
        for row in undecided:
            row.take(item.name, play_mistake(runner, task, row.mistake, item), is_detail(item))
        _tell_apart(undecided, rows, item.name)
    return tuple(row.proof(rows) for row in rows.values())


@dataclass
class _Row:
    """One known mistake: what it did on the tests so far, and which others did the same on all of them."""

    mistake: Mistake
    rivals: set[Mistake] = field(default_factory=set)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    caught_by: list[str] = field(default_factory=list)
    by_details: bool = True  # as long as no test of the core catches it

    def take(self, name: str, outcome: Outcome, detail: bool) -> None:
        """Take down what the mistake did on a test."""
        self.outcomes[name] = outcome
        if _catches(outcome):
            self.caught_by.append(name)
            self.by_details &= detail

    def proof(self, rows: Mapping[Mistake, _Row]) -> MistakeProof:
        """Return the row as data."""
        broken = next((str(one.problem) for one in self.outcomes.values() if _is_broken(one)), "")
        alike = tuple(other.name for other in rows if other in self.rivals)
        only = self.by_details and bool(self.caught_by)
        return MistakeProof(self.mistake.name, self.mistake.sentence, tuple(self.caught_by), alike, only, broken)


def _tell_apart(played: Sequence[_Row], rows: Mapping[Mistake, _Row], test: str) -> None:
    """Let go of those rivals that did something else on the last test."""
    for row in played:
        for rival in [rival for rival in row.rivals if test in rows[rival].outcomes]:
            if not same_outcome(row.outcomes[test], rows[rival].outcomes[test]):
                row.rivals.discard(rival)
                rows[rival].rivals.discard(row.mistake)


def _catches(outcome: Outcome) -> bool:
    return is_telling(outcome) or outcome.verdict is Verdict.FORBIDDEN


def _is_broken(outcome: Outcome) -> bool:
    """Whether a variant failed for a slip of its author: such a variant proves nothing."""
    return isinstance(outcome.problem, SubmissionError) and isinstance(
        outcome.problem, (NameError, ImportError)
    )


def failing_seeds(runner: Runner, items: Sequence[pytest.Item], seeds: range) -> dict[int, list[str]]:
    """Play the reference under each seed; return the tests that it did not pass, by seed."""
    subject, failed = ReferenceSubject(runner.references), dict[int, list[str]]()
    for seed in seeds:
        names = [item.name for item in items if runner.play(item, subject, seed).verdict is not Verdict.PASS]
        if names:
            failed[seed] = names
        gc.collect()  # a play's session is a cycle that holds its tensors: 1000 of them are gigabytes
    return failed


FIRST_SEED = 1
SEEDS_AT_ONCE = 50
HAVE_IDS = (str, bytes, int, float, complex, type(None))  # whose own text is their id


class Kind(StrEnum):
    """What is played."""

    MISTAKES = "mistakes"  # every known mistake on every test, under the first seed
    SEEDS = "seeds"  # the reference on the tests that do not depend on luck
    STATISTICAL = "statistical seeds"  # the reference on those that do
    MUTANTS = "mutants"  # every small change of the reference on every test, under the first seed


@dataclass(frozen=True)
class Unit:
    """One part; plain data, so that it can go to another process."""

    task_id: str
    kind: Kind
    first: int = FIRST_SEED
    last: int = FIRST_SEED

    def __str__(self) -> str:
        """Name the part for somebody who watches."""
        which = f" {self.first} to {self.last}" if self.kind in (Kind.SEEDS, Kind.STATISTICAL) else ""
        return f"{self.task_id}, {self.kind}{which}"


@dataclass(frozen=True)
class Found:
    """What came of one part."""

    unit: Unit
    tests: int
    statistical: int
    rows: tuple[MistakeProof, ...] = ()
    failed: dict[int, list[str]] = field(default_factory=dict)  # names of tests by seed
    details: int = 0  # of the tests
    numbered: tuple[str, ...] = ()  # tests whose cases are told apart by a number alone
    mutation: MutationScore | None = None


class Prover:
    """Plays parts in this process, one after the other."""

    def __init__(self, course: Course) -> None:
        """Prepare torch for the accelerator in use; load nothing yet."""
        prepare_torch()
        self._course, self._references = course, References(course)

    def play(self, unit: Unit) -> Found:
        """Play one part."""
        task, found = self._course.task(unit.task_id), list[Found]()
        runner = Runner(self._course, self._references, ReferenceSubject(self._references), FIRST_SEED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what our own files are warned of is no author's
            run_session(runner, [task], "", lambda: found.append(_played(unit, runner, task)))
        return found[0]


def _played(unit: Unit, runner: Runner, task: Task) -> Found:
    items = runner.by_task.get(task.id, [])
    lucky = [item for item in items if is_statistical(item)]
    if unit.kind is Kind.MISTAKES:
        rows = prove_mistakes(runner, task, items)
        details = sum(map(is_detail, items))
        return Found(unit, len(items), len(lucky), rows, details=details, numbered=_numbered(items))
    if unit.kind is Kind.MUTANTS:
        return Found(unit, len(items), len(lucky), mutation=mutation_score(runner, task, items))
    chosen = lucky if unit.kind is Kind.STATISTICAL else [item for item in items if item not in lucky]
    failed = failing_seeds(runner, chosen, range(unit.first, unit.last + 1))
    return Found(unit, len(items), len(lucky), failed=failed)


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
