"""Naming a mistake: a failure is replayed against the known wrong variants; a match is named, a guess never."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from grader.course import Task
from grader.judge.bench import Bench, is_statistical
from grader.judge.evidence import Proof, is_telling, proof_of, same_outcome
from grader.judge.outcome import Outcome
from grader.judge.sketch import sketch_of
from grader.judge.subject import NamespaceSubject
from grader.report import POSSIBLE, Verdict
from grader.suite.mistakes import Mistake

# What was forbidden gives the task no points: with another cause beside it, neither would be believed.
SILENT = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.INTERNAL, Verdict.NOT_ATTEMPTED, Verdict.FORBIDDEN)

Played = Mapping[str, Outcome]  # by test name


@dataclass(frozen=True)
class Named:
    """The one known mistake that does what the submission does."""

    mistake: Mistake
    is_proven: bool  # whether the numbers show the cause; else only the effect is known to be the same

    @property
    def sentence(self) -> str:
        """What a learner reads: no more than what is known."""
        return self.mistake.sentence if self.is_proven else f"{POSSIBLE}{self.mistake.sentence}"


def diagnose(
    bench: Bench, task: Task, items: Sequence[pytest.Item], outcomes: Played, deadline: float
) -> Named | None:
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
    matching: list[Named] = []
    for mistake in bench.references.mistakes(task):
        if time.process_time() > deadline:
            return None
        proof = compare(bench, task, mistake, in_order, outcomes)
        if proof is not Proof.NONE:
            matching.append(Named(mistake, proof is Proof.CAUSE))
    return matching[0] if len(matching) == 1 else None


def _dearness(outcome: Outcome) -> tuple[bool, float]:
    """Put failures first, which tell most, and quick tests before slow ones: most mistakes differ on the first."""
    return outcome.verdict is Verdict.PASS, outcome.seconds


def compare(
    bench: Bench, task: Task, mistake: Mistake, items: Sequence[pytest.Item], outcomes: Played
) -> Proof:
    """Return what shows that a submission has a known mistake: NONE at the first test where it does something else."""
    proof = Proof.NONE
    for item in items:
        theirs, key = outcomes[item.name], (bench.seed, task.id, item.name, mistake.name)
        known = bench.memory.get(key)
        if isinstance(known, Outcome):
            if not same_outcome(theirs, known):
                return Proof.NONE
            if known.verdict is Verdict.PASS:
                continue  # of a pass nothing is left out
        ours = play_mistake(bench, task, mistake, item)
        if (sketch := sketch_of(ours)) is not None:
            bench.memory.put(key, sketch)
        if not same_outcome(theirs, ours):
            return Proof.NONE
        proof = max(proof, proof_of(theirs, ours, by_chance=is_statistical(item)))
    return proof


def play_mistake(bench: Bench, task: Task, mistake: Mistake, item: pytest.Item) -> Outcome:
    """Play one test against a known mistake.

    An exception that no check raised is a failure here: the reference passes every test, so the variant's result
    is the cause.
    """
    variant = bench.references.with_mistake(task, mistake)
    outcome = bench.play(item, NamespaceSubject(variant, bench.references, is_explained=False))
    return replace(outcome, verdict=Verdict.FAIL) if outcome.verdict is Verdict.INTERNAL else outcome
