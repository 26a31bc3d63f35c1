"""Naming slips where no single one explains every failure.

Two are named where each is shown by tests of its own and they explain the rest together. Else one is named in the tests
where the code does the same, as a part of what is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from grader.course import Task
from grader.judge.diagnosis import (
    SILENT,
    Named,
    Played,
    Proof,
    is_telling,
    of_mistake,
    proof_of,
    same_outcome,
)
from grader.judge.outcome import Outcome
from grader.judge.runner import Runner, is_statistical, takes_long
from grader.report import AND_BESIDES, IN_PART, TWO_THINGS
from grader.suite.failure import CheckFailure
from grader.suite.mistakes import Mistake
from grader.suite.relations import relations

Explained = dict[str, Named]  # by test


@dataclass(frozen=True)
class _Row:
    """What a known mistake does on the tests that the submission fails; it fails no other."""

    mistake: Mistake
    fails: frozenset[str]
    agrees: frozenset[str]  # of these, where it does the same
    proves: frozenset[str]  # of these, where numbers show the cause


class _Late(Exception):
    """The time is spent: what was not played proves nothing."""


@dataclass(frozen=True)
class _Search:
    runner: Runner
    task: Task
    items: Mapping[str, pytest.Item]
    outcomes: Played
    labels: Mapping[str, Mapping[str, bool]]  # relations by failed test
    deadline: float
    played: dict[tuple[str, str], tuple[bool, Proof | None]] = field(default_factory=dict)  # by mistake and test

    @property
    def failures(self) -> frozenset[str]:
        """The tests that the submission fails."""
        return frozenset(self.labels)

    def plays(self, mistake: Mistake, name: str) -> tuple[bool, Proof | None]:
        """Return whether a mistake fails a test, and if it does what the submission does, what that proves."""
        if (mistake.name, name) not in self.played:
            self.played[mistake.name, name] = self._play(mistake, name)
        return self.played[mistake.name, name]

    def _play(self, mistake: Mistake, name: str) -> tuple[bool, Proof | None]:
        if time.process_time() > self.deadline:
            raise _Late
        item, theirs = self.items[name], self.outcomes[name]
        ours = of_mistake(self.runner, self.task, mistake, item, theirs)
        fails = is_telling(ours)  # what it used says nothing: known mistakes are made of torch's parts
        same = fails and same_outcome(theirs, ours)
        return fails, proof_of(theirs, ours, by_chance=is_statistical(item)) if same else None

    def rows(self, failed: str) -> Iterator[_Row]:
        """Yield the mistakes that do on one failed test what the submission does, and fail no test that it passes."""
        for mistake in self.runner.references.mistakes(self.task):
            if self.plays(mistake, failed)[1] is None:
                continue
            passed = (name for name in self.items if name not in self.failures)
            if any(self.plays(mistake, name)[0] for name in passed):
                continue
            found = {name: self.plays(mistake, name) for name in self.failures}
            fails = frozenset(name for name, (fails, _) in found.items() if fails)
            agrees = frozenset(name for name in fails if found[name][1] is not None)
            yield _Row(mistake, fails, agrees, frozenset(name for name in agrees if found[name][1] is Proof.CAUSE))


def two_causes(
    runner: Runner, task: Task, items: Sequence[pytest.Item], outcomes: Played, deadline: float
) -> Explained:
    """Return by test the mistake that explains it, where two things together explain every failure, or one a part.

    Of two each has tests that the other does not fail, no passed test speaks against one, and no other two would do.

    Args:
        runner: where tests are played.
        task: the failed task, which no single mistake explains.
        items: its tests.
        outcomes: what the submission's plays gave.
        deadline: `time.process_time()` after which nothing is named.
    """
    items = [item for item in items if not takes_long(item)]  # a whole training takes the time of all other tests
    failures = [item.name for item in items if is_telling(outcomes[item.name])]
    verdicts = {outcome.verdict for outcome in outcomes.values()}
    if verdicts & set(SILENT) or len(failures) < 2 or task.id in runner.partial:
        return {}
    labels = {name: _labels(outcomes[name]) for name in failures}
    search = _Search(runner, task, {item.name: item for item in items}, outcomes, labels, deadline)
    first = labels[failures[0]]  # if a relation explains it, a mistake has to explain what that does not
    start = next((name for name in failures if not first.keys() & labels[name].keys()), failures[0])
    try:
        found = dict(pair for row in search.rows(start) for pair in _completed(search, row))
        return next(iter(found.values())) if len(found) == 1 else _among_several(search)
    except _Late:
        return {}


def _among_several(search: _Search) -> Explained:
    """Return by test a mistake that does the same there, where other tests show that it is not alone.

    Of several that do the same on a test the one counts that does so on all tests where another does, and on more.
    """
    checked = [name for name in search.labels if isinstance(search.outcomes[name].problem, CheckFailure)]
    checked.sort(key=lambda name: search.outcomes[name].seconds)
    rows = {name: list(search.rows(name)) for name in checked[:-1]}
    for dearest in checked[-1:]:  # who is shown does the same on another test too, and needs no play of all here
        others = {row.mistake.name: row for each in rows.values() for row in each}
        rows[dearest] = [row for row in others.values() if dearest in row.agrees]
    best = {name: _largest(each, name) for name, each in rows.items()}
    found = {name: row for name, row in best.items() if row is not None and _is_shown(row, checked)}
    shown: list[_Row] = []
    for row in sorted(found.values(), key=lambda row: -len(row.agrees)):
        if all(_get_along(row, other) for other in shown):
            shown.append(row)
    return {name: _part(row, search) for name, row in found.items() if row in shown}


def _largest(rows: Sequence[_Row], test: str) -> _Row | None:
    """Return the row that proves a test, and of all rows that agree on it agrees on most."""
    best = [row for row in rows if all(row is other or row.agrees > other.agrees for other in rows)]
    return next((row for row in best if test in row.proves), None)


def _get_along(one: _Row, other: _Row) -> bool:
    """Whether two can be there together: where one alone explains what was seen, the other changes nothing."""
    return one.fails & other.agrees <= one.agrees and other.fails & one.agrees <= other.agrees


def _part(row: _Row, search: _Search) -> Named:
    words = IN_PART.format(len(row.agrees), len(search.labels))
    return Named(row.mistake, True, words + row.mistake.sentence)


def _is_shown(row: _Row, checked: Sequence[str]) -> bool:
    """Whether a mistake does the same on half of the tests that it fails, which more than one result proves."""
    return len(row.proves.intersection(checked)) > 1 and 2 * len(row.agrees) >= len(row.fails)


def _completed(search: _Search, one: _Row) -> Iterator[tuple[frozenset[str], Explained]]:
    """Yield what explains all failures together with one mistake, another or one relation, by the names of both."""
    rest = search.failures - one.fails
    others = [other for other in search.rows(min(rest)) if _fit(one, other, rest)] if rest else []
    for other in others:
        mine, ours = one.agrees - other.fails, other.agrees - one.fails
        both = _named(one, ours, other.mistake.sentence) | _named(other, mine, one.mistake.sentence)
        yield frozenset({one.mistake.name, other.mistake.name}), both
    alone = bool(rest) and not others and one.agrees == one.fails and bool(one.proves)
    relation = _shared([search.labels[name] for name in rest]) if alone else None
    if relation:
        yield frozenset({one.mistake.name, relation}), _named(one, rest, relation)


def _fit(one: _Row, other: _Row, rest: frozenset[str]) -> bool:
    """Whether each is proven by tests that it alone fails: what both fail may do neither, as they act together."""
    mine = one.fails - other.fails
    return bool(mine & one.proves) and bool(rest & other.proves) and mine <= one.agrees and rest <= other.agrees


def _labels(outcome: Outcome) -> dict[str, bool]:
    """Return the relations that say how the numbers of a failure were made, each with whether it is sure."""
    problem = outcome.problem
    facts = relations(problem.evidence, outcome.given) if isinstance(problem, CheckFailure) else []
    places = ("the numbers are", "wrong where")  # these say where something is wrong, and not how it was made
    made = [each for each in facts if "the expected" in each.text and not each.text.startswith(places)]
    by_size = [each.kind if "the expected" in each.kind and "{" not in each.kind else each.text for each in made]
    return {label: each.is_sure for label, each in zip(by_size, made, strict=True)}


def _shared(labels: Sequence[Mapping[str, bool]]) -> str | None:
    """Return the simplest relation that all of several failures share, and that is sure in one of them."""
    common = (label for label in labels[0] if all(label in each for each in labels))
    return next((label for label in common if any(each[label] for each in labels)), None)


def _named(row: _Row, others: frozenset[str], sentence: str) -> Explained:
    """Return a mistake for the tests where it does the same, with what is said of both."""
    counts = f"{TWO_THINGS}{len(row.agrees)} and {len(others)} tests: "
    named = Named(row.mistake, True, f"{counts}{row.mistake.sentence}{AND_BESIDES}{sentence}")
    return dict.fromkeys(row.agrees, named)
