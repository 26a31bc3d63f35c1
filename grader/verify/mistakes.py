"""Every known mistake against every test of its task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from grader.course import Task
from grader.judge.bench import Bench
from grader.judge.diagnosis import play_mistake
from grader.judge.evidence import is_telling, same_outcome
from grader.judge.outcome import Outcome
from grader.judge.subject import ReferenceSubject
from grader.proxy.errors import SubmissionError
from grader.report import Verdict
from grader.verify.model import MistakeProof


def prove_mistakes(bench: Bench, task: Task, items: Sequence[pytest.Item]) -> tuple[MistakeProof, ...]:
    """Play each known mistake of a task on each of its tests; compare them with one another."""
    played = {
        mistake: {item.name: play_mistake(bench, task, mistake, item) for item in items}
        for mistake in bench.references.mistakes(task)
    }
    return tuple(
        MistakeProof(
            mistake.name,
            mistake.sentence,
            tuple(name for name, outcome in outcomes.items() if _catches(outcome)),
            tuple(
                other.name
                for other, rows in played.items()
                if other is not mistake and _alike(outcomes, rows)
            ),
            next((str(outcome.problem) for outcome in outcomes.values() if _is_broken(outcome)), ""),
        )
        for mistake, outcomes in played.items()
    )


def _catches(outcome: Outcome) -> bool:
    return is_telling(outcome) or outcome.verdict is Verdict.FORBIDDEN


def _is_broken(outcome: Outcome) -> bool:
    """Whether a variant failed for a slip of its author: such a variant proves nothing."""
    return isinstance(outcome.problem, SubmissionError) and isinstance(
        outcome.problem, (NameError, ImportError)
    )


def _alike(one: Mapping[str, Outcome], other: Mapping[str, Outcome]) -> bool:
    return all(same_outcome(outcome, other[name]) for name, outcome in one.items())


def failing_seeds(bench: Bench, items: Sequence[pytest.Item], seeds: range) -> dict[int, list[str]]:
    """Play the reference under each seed; return the tests that it did not pass, by seed."""
    subject, failed = ReferenceSubject(bench.references), dict[int, list[str]]()
    for seed in seeds:
        names = [item.name for item in items if bench.play(item, subject, seed).verdict is not Verdict.PASS]
        if names:
            failed[seed] = names
    return failed
