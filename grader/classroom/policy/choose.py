"""Which of a student's hand-ins counts, and why the others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.classroom.model import Attempt, HandIn
from grader.classroom.policy.model import Counts
from grader.classroom.policy.points import Worth
from grader.report import Report

UNGRADED = "it was not graded"


@dataclass(frozen=True)
class Candidate:
    """A hand-in with what was found, and what that is worth."""

    hand_in: HandIn
    report: Report | None
    worth: Worth

    @property
    def unreadable(self) -> str | None:
        """Why nothing of it can be graded."""
        return self.hand_in.problem

    @property
    def unfinished(self) -> str | None:
        """Why its grading is not to be relied on: the fault is ours."""
        if self.hand_in.problem is not None:
            return None
        return UNGRADED if self.report is None else self.report.incomplete


def pick(candidates: Sequence[Candidate], counts: Counts) -> Candidate:
    """Return the one that counts, of candidates in the order of handing in.

    What cannot be read counts only if nothing can, and what came after everything was closed only if all did.
    """
    readable = [each for each in candidates if each.unreadable is None] or list(candidates)
    accepted = [each for each in readable if not each.worth.closed] or readable
    if counts is Counts.BEST:
        return max(accepted, key=lambda each: each.worth.score)  # the first of equals
    return accepted[0 if counts is Counts.FIRST else -1]


def others(candidates: Sequence[Candidate], picked: Candidate, counts: Counts) -> tuple[Attempt, ...]:
    """Return the other hand-ins, each with the reason why it does not count."""
    at = next(number for number, each in enumerate(candidates) if each is picked)
    return tuple(
        Attempt(each.hand_in, each.worth.score, _reason(each, earlier=number < at, counts=counts))
        for number, each in enumerate(candidates)
        if number != at
    )


def _reason(candidate: Candidate, *, earlier: bool, counts: Counts) -> str:
    if candidate.unreadable is not None:
        return f"it cannot be read: {candidate.unreadable}"
    if candidate.worth.closed:
        return "it was handed in after everything was closed"
    if counts is Counts.BEST:
        return "it scored no more than the one that counts"
    return f"it was handed in {'before' if earlier else 'after'} the one that counts"
