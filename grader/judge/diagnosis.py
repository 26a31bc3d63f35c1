"""Naming a mistake: a failure is replayed against the known wrong variants; a match is named, a guess never."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.course import Task
from grader.judge.outcome import TELLING, Cut, Numbers, Outcome, beginning_of, fingerprint_of, kind_of_error
from grader.judge.runner import Runner, is_statistical
from grader.judge.same_start import States, digest_of, from_states
from grader.judge.subject import NamespaceSubject
from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError
from grader.proxy.handle import Handle
from grader.report import POSSIBLE, Verdict
from grader.suite.compare import tolerance
from grader.suite.failure import NETWORK, TRIED, UNNAMED, CheckFailure, Evidence, evidence_of
from grader.suite.mistakes import Mistake
from grader.wire.value import Record

OPERATORS, PROPERTY = "operators", "property"
SINGLE = (1e-4, 1e-5)  # where the dtype itself is wrong, numbers are compared as float32


def same_outcome(one: Outcome, other: Outcome) -> bool:
    """Whether verdict, failing check and everything that was seen agree, numbers within the check's tolerance.

    If `other` is a fingerprint, no means no, and yes only that the beginning is the same.
    """
    if Verdict.FORBIDDEN in (one.verdict, other.verdict):
        return True  # how a result was made says nothing about which mistake it holds
    if _passed(one) or _passed(other):
        return _passed(one) and _passed(other)
    return one.verdict is other.verdict and _same_place(one, other) and _same_problem(one.problem, other.problem)


def same_check(one: Outcome, other: Outcome) -> bool:
    """Whether one check failed in both, or all passed: after a whole training rounding has made other numbers."""
    checked = [p.checked for p in (one.problem, other.problem) if isinstance(p, CheckFailure)]
    return same_outcome(one, other) or (len(checked) == 2 and checked[0] == checked[1])


def _same_place(one: Outcome, other: Outcome) -> bool:
    """Whether two plays ended at one check of one call: of a list of bad values each is another case.

    Of a network more is asked where somebody reads why it differs.
    """
    kinds = [p.evidence.kind for p in (one.problem, other.problem) if isinstance(p, CheckFailure)]
    return NETWORK in kinds or one.place == other.place


class Proof(IntEnum):
    """What two outcomes that are the same say about their causes."""

    NONE = 0  # nothing: a pass, or exceptions with other words
    EFFECT = 1  # the same effect, which many causes have
    CAUSE = 2  # the same computation


def proof_of(theirs: Outcome, ours: Outcome, by_chance: bool = False) -> Proof:
    """Return what is shown by two plays that ended in the same way.

    No number shows its cause that was not computed (an argument as it was, or zero or nan in every element), and
    nothing like an accuracy does, where a test trains or samples (`by_chance`), nor what a check that was tried said.
    """
    if not (is_telling(theirs) and is_telling(ours)):
        return Proof.NONE
    if isinstance(theirs.problem, SubmissionError) and isinstance(ours.problem, SubmissionError):
        if _words(theirs.problem) == _words(ours.problem):
            return Proof.CAUSE
        return Proof.EFFECT if _is_refusal(theirs.problem) else Proof.NONE
    evidence = theirs.problem.evidence if isinstance(theirs.problem, CheckFailure) else None
    if evidence is None:
        return Proof.CAUSE
    vague = evidence.kind == TRIED or (by_chance and evidence.kind == PROPERTY) or _is_idle(evidence.part, theirs.given)
    return Proof.EFFECT if vague else Proof.CAUSE


def _is_refusal(problem: SubmissionError) -> bool:
    """Whether the code raised by itself, in words of its own."""
    return bool(problem.frames) and problem.frames[-1].text.strip().startswith("raise ")


def _words(problem: SubmissionError) -> str:
    """Return what an exception is about, without its numbers."""
    kind = kind_of_error(problem)
    return re.sub(r"[\d.]+", "0", problem.text) if kind == problem.kind else kind


def _is_idle(part: Any, given: Any) -> bool:
    if not isinstance(part, Tensor) or not part.is_floating_point() or part.is_meta:
        return False
    numbers = part.detach().cpu()
    empty = not numbers.any() or bool(numbers.isnan().all())
    return empty or any(_unchanged(numbers, x.detach()) for x in _tensors(given))


def _unchanged(numbers: Tensor, x: Tensor) -> bool:
    if x.shape != numbers.shape or x.dtype != numbers.dtype or x.is_meta:
        return False
    return bool(torch.allclose(numbers, x.cpu(), 0, 0, equal_nan=True))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple, Record)):
        yield from itertools.chain.from_iterable(map(_tensors, value))
    elif type(value) is dict:
        yield from _tensors(list(value.values()))


def is_telling(outcome: Outcome) -> bool:
    """Whether an outcome says something about which mistake a result holds."""
    return outcome.verdict in TELLING and not _passed(outcome)


def _passed(outcome: Outcome) -> bool:
    """Whether the result is right; a refusal in other words than asked for, but of the right class, is."""
    problem = outcome.problem
    worded = isinstance(problem, CheckFailure) and problem.evidence == UNNAMED
    return outcome.verdict is Verdict.PASS or worded


def _same_problem(one: BaseException | None, other: BaseException | None) -> bool:
    if isinstance(one, CheckFailure) and isinstance(other, CheckFailure):
        # Which sub-module of a network is named first depends on how its author cut it into sub-modules.
        place = one.evidence.kind == other.evidence.kind == NETWORK or one.checked == other.checked
        return place and same_evidence(one.evidence, other.evidence)
    if isinstance(one, SubmissionError) and isinstance(other, SubmissionError):
        seen, seen_too = evidence_of(one), evidence_of(other)
        return kind_of_error(one) == kind_of_error(other) and (
            seen is None or seen_too is None or same_evidence(seen, seen_too)
        )
    if isinstance(one, ArgumentChanged) and isinstance(other, ArgumentChanged):
        return one.name == other.name
    if isinstance(one, StateLeft) and isinstance(other, StateLeft):
        return str(one) == str(other)
    return type(one) is type(other)


def same_evidence(one: Evidence, other: Evidence) -> bool:
    """Whether two failures of one check saw the same, the whole result and not only its first difference."""
    if one.kind != other.kind:
        return False
    if one.kind == OPERATORS:
        return True  # that their number grows is the mistake; how many one round takes is style
    rtol, atol = SINGLE if one.kind == "dtype" else (one.rtol, one.atol)
    return _agree(one.got, other.got, rtol, atol)


def _agree(one: Any, other: Any, rtol: float | None, atol: float | None) -> bool:
    if isinstance(other, Cut):
        return _agree(beginning_of(one), other.beginning, rtol, atol)
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return _close(one, other, rtol, atol)
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return _close(one.tensor(), other.tensor(), rtol, atol)
    if isinstance(one, (list, tuple, Record)) and isinstance(other, (list, tuple, Record)):
        pairs = list(zip(one, other, strict=False))
        return len(one) == len(other) and all(_agree(a, b, rtol, atol) for a, b in pairs)
    if type(one) is dict and type(other) is dict:
        return one.keys() == other.keys() and all(_agree(one[key], other[key], rtol, atol) for key in one)
    if isinstance(one, Handle) or isinstance(other, Handle):
        return isinstance(one, Handle) and isinstance(other, Handle)
    if isinstance(one, float) and isinstance(other, float):
        return _close(torch.tensor(one).double(), torch.tensor(other).double(), rtol, atol)
    return type(one) is type(other) and repr(one) == repr(other)


def _close(one: Tensor, other: Tensor, rtol: float | None, atol: float | None) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
        return False
    if one.is_meta:
        return True  # it holds no numbers
    relative, absolute = tolerance(one)
    relative, absolute = relative if rtol is None else rtol, absolute if atol is None else atol
    a, b = one.detach().cpu(), other.detach().cpu()
    return bool(torch.allclose(a, b, max(relative, 1e-7), max(absolute, 1e-12), equal_nan=True))


# What was forbidden gives the task no points: with another cause beside it, neither would be believed.
SILENT = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.INTERNAL, Verdict.NOT_ATTEMPTED, Verdict.FORBIDDEN)

Played = Mapping[str, Outcome]  # by test name


@dataclass(frozen=True)
class Named:
    """A known mistake that does what the submission does."""

    mistake: Mistake
    is_proven: bool  # whether the numbers show the cause; else only the effect is known to be the same
    of_two: str = ""  # what is said where it is one of two

    @property
    def sentence(self) -> str:
        """What a learner reads: no more than what is known."""
        return self.of_two or (self.mistake.sentence if self.is_proven else f"{POSSIBLE}{self.mistake.sentence}")


def diagnose(
    runner: Runner, task: Task, items: Sequence[pytest.Item], outcomes: Played, deadline: float
) -> Named | None:
    """Return the one known mistake that does on every test what the submission did; None for none or several.

    Nothing is named where tests of the task were left out: the pattern over all of them is part of the proof.

    Args:
        runner: where tests are played.
        task: the failed task.
        items: its tests.
        outcomes: what the submission's plays gave.
        deadline: `time.process_time()` after which nothing is named.
    """
    verdicts = {outcome.verdict for outcome in outcomes.values()}
    if verdicts & set(SILENT) or not any(map(is_telling, outcomes.values())) or task.id in runner.partial:
        return None
    in_order = sorted(items, key=lambda item: _dearness(outcomes[item.name]))
    matching: list[Named] = []
    for mistake in runner.references.mistakes(task):
        if time.process_time() > deadline:
            return None
        proof = compare(runner, task, mistake, in_order, outcomes)
        if proof is not Proof.NONE:
            matching.append(Named(mistake, proof is Proof.CAUSE))
    return matching[0] if len(matching) == 1 else None


def _dearness(outcome: Outcome) -> tuple[bool, float]:
    """Put failures first, which tell most, and quick tests before slow ones: most mistakes differ on the first."""
    return outcome.verdict is Verdict.PASS, outcome.seconds


def compare(
    runner: Runner, task: Task, mistake: Mistake, items: Sequence[pytest.Item], outcomes: Played
) -> Proof:
    """Return what shows that a submission has a known mistake: NONE at the first test where it does something else."""
    proof = Proof.NONE
    for item in items:
        theirs, agree = outcomes[item.name], same_check if is_statistical(item) else same_outcome
        ours = of_mistake(runner, task, mistake, item, theirs, agree)
        if not agree(theirs, ours):
            return Proof.NONE
        if same_outcome(theirs, ours):
            proof = max(proof, proof_of(theirs, ours, by_chance=is_statistical(item)))
    return proof


def of_mistake(
    runner: Runner, task: Task, mistake: Mistake, item: pytest.Item, theirs: Outcome,
    agree: Callable[[Outcome, Outcome], bool] = same_outcome,
) -> Outcome:  # fmt: skip
    """Return what a known mistake does on a test: as it is remembered where that tells all, else played anew.

    Of a pass nothing is left out in the memory; of what does not agree with the submission no more is asked.
    """
    begun = theirs.begun if theirs.verdict in TELLING else ()
    key = runner.seed, task.id, item.name, mistake.name + digest_of(begun)
    known = runner.memory.get(key)
    if isinstance(known, Outcome) and (known.verdict is Verdict.PASS or not agree(theirs, known)):
        return known
    ours = play_mistake(runner, task, mistake, item, begun)
    if (fingerprint := fingerprint_of(ours)) is not None:
        runner.memory.put(key, fingerprint)
    return ours


def play_mistake(
    runner: Runner, task: Task, mistake: Mistake, item: pytest.Item, begun: States = ()
) -> Outcome:
    """Play one test against a known mistake, whose trainings begin where those of a submission did.

    An exception that no check raised is a failure here: the reference passes every test, so the variant's result
    is the cause.
    """
    variant = runner.references.with_variant(task, from_states(mistake.variant, begun))
    outcome = runner.play(item, NamespaceSubject(variant, runner.references, is_explained=False))
    return replace(outcome, verdict=Verdict.FAIL) if outcome.verdict is Verdict.INTERNAL else outcome
