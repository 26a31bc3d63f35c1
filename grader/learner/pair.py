"""Two submissions under the meter, each in a worker of its own: the same play, turn by turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.learner.measure import Meter
from grader.learner.play import Play, packed
from grader.proxy.session import Session
from grader.wire.frame import BadFrame

SEED = 1
LEAST_ROUNDS, MOST_ROUNDS = 3, 10
MOST_SECONDS = 2.0  # of all rounds but the least
BURST = 0.02  # seconds of one side in one round
SLOW = 0.5  # seconds of one play from which it is played once


class NothingRan(Exception):
    """The play did not run the task. Remedy: another play."""


@dataclass(frozen=True)
class Cost:
    """What one play costs."""

    operators: int
    seconds: float  # the median of many plays, or the only one
    bytes: int  # the most that its results held at once; what was there before is left out


@dataclass(frozen=True)
class Measured:
    """What both sides cost, and what the play asks of the task."""

    theirs: Cost
    reference: Cost
    once: bool  # each side was timed in one play alone
    calls: dict[str, int] = field(default_factory=dict)  # by function or method
    # The arguments of the first call, each with its name if it was named.
    first: Sequence[tuple[str, str]] = ()


def measured(sessions: tuple[Session, Session], task: str, play: Play) -> Measured:
    """Measure a play of a task on theirs and on the reference, which has its worker for itself.

    Raises:
        NothingRan: the play does not run the task.
        Exception: whatever keeps a worker from answering, or what its code raises.
    """
    # The reference first: a play that cannot be is then its doing.
    meters = [_meter(session, task, play) for session in reversed(sessions)]
    first = [_seconds(meter.once()) for meter in meters]
    (reference, calls, named), (theirs, _, _) = map(_count, (meter.count() for meter in meters))
    if not calls:
        raise NothingRan(f"{task} was not called")
    once = max(first) > SLOW
    if not once:
        first = _medians(meters)
    costs = Cost(theirs[0], first[1], theirs[1]), Cost(reference[0], first[0], reference[1])
    return Measured(*costs, once, calls, named)


def _meter(session: Session, task: str, play: Play) -> Any:
    scratch = session.transport.scratch
    steps = packed(list(play.before), scratch), packed(play.step, scratch)
    return session.ship(Meter, True, (task, *steps, SEED), {})


def _medians(meters: Sequence[Any]) -> list[float]:
    """Return the median of what each took in its turns, so that a busy moment meets both."""
    rounds: list[list[float]] = []
    until = time.monotonic() + MOST_SECONDS
    while len(rounds) < LEAST_ROUNDS or (len(rounds) < MOST_ROUNDS and time.monotonic() < until):
        rounds.append([_seconds(meter.burst(BURST)) for meter in meters])
    return [statistics.median(row) for row in zip(*rounds, strict=True)]


def _seconds(value: Any) -> float:
    if type(value) is not float or not 0 <= value < 1e6:
        raise BadFrame("a time that is none")
    return value


def _count(value: Any) -> tuple[tuple[int, int], dict[str, int], list[tuple[str, str]]]:
    operators, held, calls, first = value
    if any(type(number) is not int for number in (operators, held, *calls.values())):
        raise BadFrame("a count that is none")
    return (operators, held), {str(key): calls[key] for key in calls}, [(str(a), str(b)) for a, b in first]
