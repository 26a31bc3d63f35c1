"""Every known mistake against every test of its task."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from grader.course import Task
from grader.judge.bench import Bench, is_statistical
from grader.judge.diagnosis import play_mistake
from grader.judge.evidence import is_telling, same_outcome
from grader.judge.outcome import Outcome
from grader.judge.subject import ReferenceSubject
from grader.proxy.errors import SubmissionError
from grader.report import Verdict
from grader.suite.mistakes import Mistake
from grader.verify.model import MistakeProof


def prove_mistakes(bench: Bench, task: Task, items: Sequence[pytest.Item]) -> tuple[MistakeProof, ...]:
    """Play the known mistakes of a task on its tests until each is caught and told from every other.

    A mistake that has been caught and told apart stays so whatever further tests say, so it is not played on them.
    Tests that train or sample are dear, and come last.
    """
    rows = {mistake: _Row(mistake) for mistake in bench.references.mistakes(task)}
    for row in rows.values():
        row.rivals = set(rows) - {row.mistake}
    for item in sorted(items, key=is_statistical):
        undecided = [row for row in rows.values() if row.rivals or not row.caught_by]
        for row in undecided:
            row.take(item.name, play_mistake(bench, task, row.mistake, item))
        _tell_apart(undecided, rows, item.name)
    return tuple(row.proof(rows) for row in rows.values())


@dataclass
class _Row:
    """One known mistake: what it did on the tests so far, and which others did the same on all of them."""

    mistake: Mistake
    rivals: set[Mistake] = field(default_factory=set)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    caught_by: list[str] = field(default_factory=list)

    def take(self, name: str, outcome: Outcome) -> None:
        """Take down what the mistake did on a test."""
        self.outcomes[name] = outcome
        if _catches(outcome):
            self.caught_by.append(name)

    def proof(self, rows: Mapping[Mistake, _Row]) -> MistakeProof:
        """Return the row as data."""
        broken = next((str(one.problem) for one in self.outcomes.values() if _is_broken(one)), "")
        alike = tuple(other.name for other in rows if other in self.rivals)
        return MistakeProof(self.mistake.name, self.mistake.sentence, tuple(self.caught_by), alike, broken)


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


def failing_seeds(bench: Bench, items: Sequence[pytest.Item], seeds: range) -> dict[int, list[str]]:
    """Play the reference under each seed; return the tests that it did not pass, by seed."""
    subject, failed = ReferenceSubject(bench.references), dict[int, list[str]]()
    for seed in seeds:
        names = [item.name for item in items if bench.play(item, subject, seed).verdict is not Verdict.PASS]
        if names:
            failed[seed] = names
        gc.collect()  # a play's session is a cycle that holds its tensors: 1000 of them are gigabytes
    return failed
