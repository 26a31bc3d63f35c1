"""From a student's hand-ins and their reports to one standing: which one counts, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from grader.classroom.policy.course_policy import Counts, Policy
from grader.classroom.policy.worth import Lateness, Worth, on_scale, percent_of, possible_points, worth_of
from grader.classroom.records import Adjustment, Attempt, HandIn, Outcome, Standing, Student, TaskColumn
from grader.report import Report
from grader.text.formatting import count, number

UNGRADED = "it was not graded"


@dataclass(frozen=True)
class GradedHandIn:
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


def pick(candidates: Sequence[GradedHandIn], counts: Counts) -> GradedHandIn:
    """Return the one that counts, of candidates in the order of handing in.

    What cannot be read counts only if nothing can, and what came after everything was closed only if all did.
    """
    readable = [each for each in candidates if each.unreadable is None] or list(candidates)
    accepted = [each for each in readable if not each.worth.closed] or readable
    if counts is Counts.BEST:
        return max(accepted, key=lambda each: each.worth.score)  # the first of equals
    return accepted[0 if counts is Counts.FIRST else -1]


def others(candidates: Sequence[GradedHandIn], picked: GradedHandIn, counts: Counts) -> tuple[Attempt, ...]:
    """Return the other hand-ins, each with the reason why it does not count."""
    at = next(number for number, each in enumerate(candidates) if each is picked)
    return tuple(
        Attempt(each.hand_in, each.worth.score, _reason(each, earlier=number < at, counts=counts))
        for number, each in enumerate(candidates)
        if number != at
    )


def _reason(candidate: GradedHandIn, *, earlier: bool, counts: Counts) -> str:
    if candidate.unreadable is not None:
        return f"it cannot be read: {candidate.unreadable}"
    if candidate.worth.closed:
        return "it was handed in after everything was closed"
    if counts is Counts.BEST:
        return "it scored no more than the one that counts"
    return f"it was handed in {'before' if earlier else 'after'} the one that counts"


def late_notes(policy: Policy, worth: Worth) -> tuple[str, ...]:
    """One sentence for all topics that are equally late, and none for what is in time."""
    groups: dict[Lateness, list[str]] = {}
    for topic in worth.topics:
        if topic.late.units or topic.late.closed:
            groups.setdefault(topic.late, []).append(topic.topic)
    return tuple(
        f"{_named(topics, worth)}handed in {how_late(late)}{_cost(policy, late, topics, worth)}"
        for late, topics in groups.items()
    )


def how_late(late: Lateness) -> str:
    """How late: `2 days 3 hours late`."""
    if late.closed:
        return "after it was closed"
    return f"{spoken(late.by)} late" if late.by else "late, as it is marked"


def spoken(span: timedelta) -> str:
    """A span of time in its two largest units: `2 days 3 hours`."""
    minutes, seconds = divmod(-(-span // timedelta(seconds=1)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    first = next((at for at, (size, _) in enumerate(parts) if size), 3)
    return " ".join(count(size, unit) for size, unit in parts[first : first + 2] if size) or "0 seconds"


def _named(topics: Sequence[str], worth: Worth) -> str:
    return "" if len(topics) == len(worth.topics) else f"{', '.join(topics)}: "


def _cost(policy: Policy, late: Lateness, topics: Iterable[str], worth: Worth) -> str:
    percent = percent_of(policy, late)
    if not percent:
        return ""
    points = sum(topic.penalty for topic in worth.topics if topic.topic in topics)
    taken = "1 point is" if points == 1 else f"{number(float(points))} points are"
    return f": {taken} taken ({number(float(percent))} %)"


def standing_of(
    student: Student,
    graded: Sequence[tuple[HandIn, Report | None]],
    policy: Policy,
    columns: Sequence[TaskColumn],
    adjustments: Iterable[Adjustment] = (),
) -> Standing:
    """Return how a student stands.

    Args:
        student: whose standing it is.
        graded: each hand-in with its report; None for one that is unreadable, or that was not graded.
        policy: what the course has decided.
        columns: its tasks, from `columns_of`.
        adjustments: points that people gave or took; those of other students are left out.
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
        outcome=outcome,
        reason=reason,
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
) -> list[GradedHandIn]:
    """Return the hand-ins in the order in which they came, their reports with the points of the class."""
    in_order = sorted(graded, key=lambda pair: pair[0].attempt)
    ordered = [(hand_in, report and on_scale(report, columns)) for hand_in, report in in_order]
    all_hand_ins = [hand_in for hand_in, _ in ordered]
    return [
        GradedHandIn(hand_in, report, worth_of(hand_in, report, policy, columns, all_hand_ins))
        for hand_in, report in ordered
    ]


def _outcome(candidates: Sequence[GradedHandIn], picked: GradedHandIn, counts: Counts) -> tuple[Outcome, str]:
    if picked.unreadable is not None:
        return Outcome.UNREADABLE, picked.unreadable
    if picked.unfinished is not None:
        return Outcome.INCOMPLETE, picked.unfinished
    if counts is Counts.BEST:
        for each in candidates:
            if each.unfinished is not None and not each.worth.closed:
                return Outcome.INCOMPLETE, f"another hand-in may be the best one: {each.unfinished}"
    return Outcome.GRADED, _why(candidates, picked, counts)


def _why(candidates: Sequence[GradedHandIn], picked: GradedHandIn, counts: Counts) -> str:
    if picked.worth.closed:
        return "handed in after everything was closed"
    if len(candidates) == 1:
        return "handed in once"
    return f"the {counts.value} of {count(len(candidates), 'hand-in')} counts"


def _later_unreadable(candidates: Sequence[GradedHandIn], picked: GradedHandIn) -> list[str]:
    """Say so when a later hand-in is passed over because it cannot be read."""
    if picked.unreadable is not None:
        return []
    return [
        f"a later hand-in, {each.hand_in.place}, cannot be read: {each.unreadable}"
        for each in candidates
        if each.unreadable is not None and each.hand_in.attempt > picked.hand_in.attempt
    ]
