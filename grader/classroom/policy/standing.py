"""From a student's hand-ins and their reports to one standing: which one counts, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from grader.classroom.policy.course_policy import Counts, Policy
from grader.classroom.policy.worth import Lateness, Worth, percent_of, possible_points, worth_of
from grader.classroom.records import Adjustment, Attempt, HandIn, Outcome, Standing, Student, TaskColumn
from grader.report import Report
from grader.text.formatting import count, number


def pick(candidates: Sequence[Worth], counts: Counts) -> Worth:
    """Return the one that counts, of candidates in the order of handing in.

    What cannot be read counts only if nothing can, and what came after everything was closed only if all did.
    """
    readable = [each for each in candidates if each.unreadable is None] or candidates
    accepted = [each for each in readable if not each.closed] or readable
    if counts is Counts.BEST:
        return max(accepted, key=lambda each: each.score)  # the first of equals
    return accepted[0 if counts is Counts.FIRST else -1]


def _reason(other: Worth, picked: Worth, counts: Counts) -> str:
    """Why a hand-in does not count."""
    if other.unreadable is not None:
        return f"it cannot be read: {other.unreadable}"
    if other.closed:
        return "it was handed in after everything was closed"
    if counts is Counts.BEST:
        return "it scored no more than the one that counts"
    order = "before" if other.hand_in.attempt < picked.hand_in.attempt else "after"
    return f"it was handed in {order} the one that counts"


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
    in_order = sorted(graded, key=lambda pair: pair[0].attempt)
    every = [hand_in for hand_in, _ in in_order]
    candidates = [worth_of(*pair, policy, columns, every) for pair in in_order]
    picked = pick(candidates, policy.counts)
    outcome, reason = _outcome(candidates, picked, policy.counts)
    return Standing(
        student=student,
        outcome=outcome,
        reason=reason,
        max_score=most,
        hand_in=picked.hand_in,
        report=picked.report,
        earned=picked.earned,
        penalty=picked.penalty,
        adjustments=own,
        attempts=tuple(
            Attempt(each.hand_in, each.score, _reason(each, picked, policy.counts))
            for each in candidates
            if each is not picked
        ),
        notes=(*late_notes(policy, picked), *_later_unreadable(candidates, picked)),
    )


def _outcome(candidates: Sequence[Worth], picked: Worth, counts: Counts) -> tuple[Outcome, str]:
    if picked.unreadable is not None:
        return Outcome.UNREADABLE, picked.unreadable
    if picked.unfinished is not None:
        return Outcome.INCOMPLETE, picked.unfinished
    if counts is Counts.BEST:
        for each in candidates:
            if each.unfinished is not None and not each.closed:
                return Outcome.INCOMPLETE, f"another hand-in may be the best one: {each.unfinished}"
    return Outcome.GRADED, _why(candidates, picked, counts)


def _why(candidates: Sequence[Worth], picked: Worth, counts: Counts) -> str:
    if picked.closed:
        return "handed in after everything was closed"
    if len(candidates) == 1:
        return "handed in once"
    return f"the {counts.value} of {count(len(candidates), 'hand-in')} counts"


def _later_unreadable(candidates: Sequence[Worth], picked: Worth) -> list[str]:
    """Say so when a later hand-in is passed over because it cannot be read."""
    if picked.unreadable is not None:
        return []
    return [
        f"a later hand-in, {each.hand_in.place}, cannot be read: {each.unreadable}"
        for each in candidates
        if each.unreadable is not None and each.hand_in.attempt > picked.hand_in.attempt
    ]
