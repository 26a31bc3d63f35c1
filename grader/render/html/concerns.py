"""What an instructor has to look at: no score, late, changed by hand, slow or out of bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.classroom.records import ClassResult, Outcome, Standing
from grader.render.html.figures import tests_of
from grader.report import Verdict

OUT_OF_BOUNDS = (Verdict.FORBIDDEN, Verdict.MEMORY, Verdict.TIMEOUT)
SLOWEST = 10
SLOW = 3.0  # times the median is slow


@dataclass(frozen=True)
class OutOfBounds:
    """What a student's code did beyond time, memory or the sandbox, for one verdict and task."""

    standing: Standing
    verdict: Verdict
    task: str
    said: str
    tests: int


def not_graded(result: ClassResult) -> list[Standing]:
    """The standings without a final score, by outcome."""
    order = list(Outcome)
    others = [each for each in result.standings if each.outcome is not Outcome.GRADED]
    return sorted(others, key=lambda each: order.index(each.outcome))


def late(result: ClassResult) -> list[Standing]:
    """Who handed in late, or lost points by it."""
    return [each for each in result.standings if each.penalty or (each.hand_in and each.hand_in.late)]


def adjusted(result: ClassResult) -> list[Standing]:
    """Whose score a person has changed."""
    return [each for each in result.standings if each.adjustments]


def slow(result: ClassResult) -> list[Standing]:
    """The slowest gradings, if they took several times as long as the one in the middle."""
    timed = sorted((each for each in result.standings if each.report), key=lambda each: -_seconds(each))
    if not timed:
        return []
    median = _seconds(timed[len(timed) // 2])
    return [each for each in timed[:SLOWEST] if _seconds(each) > SLOW * median]


def out_of_bounds(result: ClassResult) -> list[OutOfBounds]:
    """Each student and task with a verdict of that kind, the forbidden first."""
    rows = [row for standing in result.standings for row in _of(standing)]
    return sorted(rows, key=lambda row: OUT_OF_BOUNDS.index(row.verdict))


def _of(standing: Standing) -> Sequence[OutOfBounds]:
    found: dict[tuple[Verdict, str], list[str]] = {}
    for task, test in tests_of(standing, OUT_OF_BOUNDS.__contains__):
        said = (test.message.got or test.message.checked) if test.message else test.title
        found.setdefault((test.verdict, task.id), []).append(said)
    return [
        OutOfBounds(standing, verdict, task, said[0], len(said)) for (verdict, task), said in found.items()
    ]


def _seconds(standing: Standing) -> float:
    return standing.report.seconds if standing.report else 0.0
