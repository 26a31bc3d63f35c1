"""From a student's hand-ins and their reports to one standing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.classroom.model import Adjustment, HandIn, Outcome, Standing, Student, TaskColumn
from grader.classroom.policy.choose import Candidate, others, pick
from grader.classroom.policy.model import Counts, Policy
from grader.classroom.policy.points import on_scale, possible_points, worth_of
from grader.classroom.policy.wording import late_notes
from grader.render.words import count
from grader.report import Report


def standing_of(
    student: Student,
    graded: Sequence[tuple[HandIn, Report | None]],
    policy: Policy,
    columns: Sequence[TaskColumn],
    adjustments: Iterable[Adjustment] = (),
    *,
    unknown: str | None = None,
) -> Standing:
    """Return how a student stands.

    Args:
        student: whose standing it is.
        graded: each hand-in with its report; None for one that is unreadable, or that was not graded.
        policy: what the course has decided.
        columns: its tasks, from `columns_of`.
        adjustments: points that people gave or took; those of other students are left out.
        unknown: why this student belongs to nobody on the roster, if so.
    """
    own = tuple(given for given in adjustments if given.student_id == student.id)
    most = float(possible_points(columns))
    if not graded:
        zero = policy.missing_is_zero
        reason = "nothing was handed in" + (", which is 0 points here" if zero else "")
        return Standing(student, Outcome.MISSING, reason, most, adjustments=own, is_zero=zero)
    candidates = _candidates(graded, policy, columns)
    picked = pick(candidates, policy.counts)
    outcome, reason = _outcome(candidates, picked, policy.counts)
    return Standing(
        student=student,
        outcome=outcome if unknown is None else Outcome.UNKNOWN,
        reason=reason if unknown is None else unknown,
        max_score=most,
        hand_in=picked.hand_in,
        report=picked.report,
        earned=picked.worth.earned,
        penalty=picked.worth.penalty,
        adjustments=own,
        attempts=others(candidates, picked, policy.counts),
        notes=(*late_notes(policy, picked.worth), *_later_unreadable(candidates, picked)),
    )


def _candidates(
    graded: Sequence[tuple[HandIn, Report | None]], policy: Policy, columns: Sequence[TaskColumn]
) -> list[Candidate]:
    """Return the hand-ins in the order in which they came, their reports with the points of the class."""
    in_order = sorted(graded, key=lambda pair: pair[0].attempt)
    ordered = [(hand_in, report and on_scale(report, columns)) for hand_in, report in in_order]
    all_hand_ins = [hand_in for hand_in, _ in ordered]
    return [
        Candidate(hand_in, report, worth_of(hand_in, report, policy, columns, all_hand_ins))
        for hand_in, report in ordered
    ]


def _outcome(candidates: Sequence[Candidate], picked: Candidate, counts: Counts) -> tuple[Outcome, str]:
    if picked.unreadable is not None:
        return Outcome.UNREADABLE, picked.unreadable
    if picked.unfinished is not None:
        return Outcome.INCOMPLETE, picked.unfinished
    if counts is Counts.BEST:
        for each in candidates:
            if each.unfinished is not None and not each.worth.closed:
                return Outcome.INCOMPLETE, f"another hand-in may be the best one: {each.unfinished}"
    return Outcome.GRADED, _why(candidates, picked, counts)


def _why(candidates: Sequence[Candidate], picked: Candidate, counts: Counts) -> str:
    if picked.worth.closed:
        return "handed in after everything was closed"
    if len(candidates) == 1:
        return "handed in once"
    return f"the {counts.value} of {count(len(candidates), 'hand-in')} counts"


def _later_unreadable(candidates: Sequence[Candidate], picked: Candidate) -> list[str]:
    """Say so when a later hand-in is passed over because it cannot be read."""
    if picked.unreadable is not None:
        return []
    return [
        f"a later hand-in, {each.hand_in.place}, cannot be read: {each.unreadable}"
        for each in candidates
        if each.unreadable is not None and each.hand_in.attempt > picked.hand_in.attempt
    ]
