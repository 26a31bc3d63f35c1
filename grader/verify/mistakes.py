"""Every known mistake against every test of its task."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence

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
    """Play each known mistake of a task on its tests; compare them with one another.

    Tests that train or sample are dear, and are played only for mistakes that the others leave uncaught or alike.
    """
    lucky = [item for item in items if is_statistical(item)]
    steady = [item for item in items if item not in lucky]
    played = {mistake: _play(bench, task, mistake, steady) for mistake in bench.references.mistakes(task)}
    for mistake in _undecided(played):
        played[mistake].update(_play(bench, task, mistake, lucky))
    return tuple(
        MistakeProof(
            mistake.name,
            mistake.sentence,
            tuple(name for name, outcome in outcomes.items() if _catches(outcome)),
            tuple(other.name for other in _alike(mistake, played)),
            next((str(outcome.problem) for outcome in outcomes.values() if _is_broken(outcome)), ""),
        )
        for mistake, outcomes in played.items()
    )


def _play(bench: Bench, task: Task, mistake: Mistake, items: Sequence[pytest.Item]) -> dict[str, Outcome]:
    return {item.name: play_mistake(bench, task, mistake, item) for item in items}


def _undecided(played: Mapping[Mistake, Mapping[str, Outcome]]) -> list[Mistake]:
    """Return the mistakes that no test has caught yet, or that have done the same as another."""
    return [
        mistake
        for mistake, outcomes in played.items()
        if not any(_catches(outcome) for outcome in outcomes.values()) or _alike(mistake, played)
    ]


def _catches(outcome: Outcome) -> bool:
    return is_telling(outcome) or outcome.verdict is Verdict.FORBIDDEN


def _is_broken(outcome: Outcome) -> bool:
    """Whether a variant failed for a slip of its author: such a variant proves nothing."""
    return isinstance(outcome.problem, SubmissionError) and isinstance(
        outcome.problem, (NameError, ImportError)
    )


def _alike(mistake: Mistake, played: Mapping[Mistake, Mapping[str, Outcome]]) -> list[Mistake]:
    """Return the other mistakes that did the same on every test that both were played on."""
    mine = played[mistake]
    return [
        other
        for other, theirs in played.items()
        if other is not mistake
        and all(same_outcome(outcome, theirs[name]) for name, outcome in mine.items() if name in theirs)
    ]


def failing_seeds(bench: Bench, items: Sequence[pytest.Item], seeds: range) -> dict[int, list[str]]:
    """Play the reference under each seed; return the tests that it did not pass, by seed."""
    subject, failed = ReferenceSubject(bench.references), dict[int, list[str]]()
    for seed in seeds:
        names = [item.name for item in items if bench.play(item, subject, seed).verdict is not Verdict.PASS]
        if names:
            failed[seed] = names
        gc.collect()  # a play's session is a cycle that holds its tensors: 1000 of them are gigabytes
    return failed
