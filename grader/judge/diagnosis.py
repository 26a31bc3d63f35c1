"""Naming a mistake: a failure is replayed against the known wrong variants; a match is named, a guess never."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from grader.course import Task
from grader.judge.bench import Bench
from grader.judge.evidence import is_telling, same_outcome
from grader.judge.outcome import Outcome
from grader.judge.sketch import sketch_of
from grader.judge.subject import NamespaceSubject
from grader.report import Verdict
from grader.suite.mistakes import Mistake

# What was forbidden gives the task no points: with another cause beside it, neither would be believed.
SILENT = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.INTERNAL, Verdict.NOT_ATTEMPTED, Verdict.FORBIDDEN)

Played = Mapping[str, Outcome]  # by test name


def diagnose(
    bench: Bench, task: Task, items: Sequence[pytest.Item], outcomes: Played, deadline: float
) -> Mistake | None:
    """Return the one known mistake that does on every test what the submission did; None for none or several.

    Nothing is named where tests of the task were left out: the pattern over all of them is part of the proof.

    Args:
        bench: where tests are played.
        task: the failed task.
        items: its tests.
        outcomes: what the submission's plays gave.
        deadline: `time.process_time()` after which nothing is named.
    """
    verdicts = {outcome.verdict for outcome in outcomes.values()}
    if verdicts & set(SILENT) or not any(map(is_telling, outcomes.values())) or task.id in bench.partial:
        return None
    in_order = sorted(items, key=lambda item: _dearness(outcomes[item.name]))
    matching: list[Mistake] = []
    for mistake in bench.references.mistakes(task):
        if time.process_time() > deadline:
            return None
        if matches(bench, task, mistake, in_order, outcomes):
            matching.append(mistake)
    return matching[0] if len(matching) == 1 else None


def _dearness(outcome: Outcome) -> tuple[bool, float]:
    """Put failures first, which tell most, and quick tests before slow ones: most mistakes differ on the first."""
    return outcome.verdict is Verdict.PASS, outcome.seconds


def matches(
    bench: Bench, task: Task, mistake: Mistake, items: Sequence[pytest.Item], outcomes: Played
) -> bool:
    """Whether a known mistake does the same on every test; stops at the first difference."""
    agreed = False
    for item in items:
        theirs, key = outcomes[item.name], (bench.seed, task.id, item.name, mistake.name)
        known = bench.memory.get(key)
        if isinstance(known, Outcome):
            if not same_outcome(theirs, known):
                return False
            if known.verdict is Verdict.PASS:
                continue  # of a pass nothing is left out
        ours = play_mistake(bench, task, mistake, item)
        if (sketch := sketch_of(ours)) is not None:
            bench.memory.put(key, sketch)
        if not same_outcome(theirs, ours):
            return False
        agreed |= is_telling(theirs) and is_telling(ours)
    return agreed


def play_mistake(bench: Bench, task: Task, mistake: Mistake, item: pytest.Item) -> Outcome:
    """Play one test against a known mistake.

    An exception that no check raised is a failure here: the reference passes every test, so the variant's result
    is the cause.
    """
    variant = bench.references.with_mistake(task, mistake)
    outcome = bench.play(item, NamespaceSubject(variant, bench.references, is_explained=False))
    return replace(outcome, verdict=Verdict.FAIL) if outcome.verdict is Verdict.INTERNAL else outcome
