"""The page of one report: progress by topic, what was made, and every task with its tests and what they drew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from grader.render.drawings import frame_of
from grader.render.html.environment import page
from grader.render.html.markup import drawn
from grader.report import Path, Point, Report, TaskReport, TestReport, Verdict
from grader.report.selection import WAITING, by_topic, first_failed, first_waiting
from grader.text.formatting import tally


@dataclass(frozen=True)
class Topic:
    """The tasks of one topic, with their sums."""

    slug: str
    tasks: tuple[TaskReport, ...]
    quiet: bool  # nothing to look at now: all done, or all untouched, while there is something elsewhere

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> float:
        """Points there were to earn."""
        return sum(task.max_points for task in self.tasks)

    @property
    def tally(self) -> str:
        """How many tasks there are of each verdict."""
        return tally(self.tasks)


def report_page(report: Report) -> str:
    """The whole report as one page for a browser."""
    failed = first_failed(report)
    parts = [parted(task) for task in report.tasks]
    made = [own for own, _ in parts if drawn(own)]
    return page(
        "report.html.j2", report=report, topics=topics_of(tuple(rest for _, rest in parts)), made=by_topic(made),
        shown={task.id for task in made}, tally=tally(report.tasks), failed=failed,
        first=failed or first_waiting(report),
    )  # fmt: skip


def parted(task: TaskReport) -> tuple[TaskReport, TaskReport]:
    """A task with what the gallery shows of it, and without, so that no picture stands on a page twice.

    The gallery takes what is the learner's own from passed tests of right tasks: paths, pictures, and curves that stand
    alone. A curve beside the reference is there to find a fault, and stays with its test.
    """
    if not task.verdict.is_right:
        return replace(task, tests=()), task
    own, rest = zip(*map(_parted, task.tests), strict=True) if task.tests else ((), ())
    return replace(task, tests=own), replace(task, tests=rest)


def _parted(test: TestReport) -> tuple[TestReport, TestReport]:
    if test.verdict is not Verdict.PASS:
        return replace(test, curves=(), paths=(), tables=(), pictures=()), test
    alone, beside = (tuple(each for each in test.curves if bool(each.reference) is kept) for kept in (False, True))
    paths = tuple(map(_alone, test.paths))
    return replace(test, curves=alone, paths=paths, tables=()), replace(test, curves=beside, paths=(), pictures=())


def _alone(path: Path) -> Path:
    """A path without the reference where that goes the same way, as it does unless it is another method's."""
    ranges = [high - low for low, high in frame_of(path)]
    pairs = zip_longest(path.theirs, path.reference)
    same = all(one and other and _near(one, other, ranges) for one, other in pairs)
    return replace(path, reference=()) if same else path


def _near(one: Point, other: Point, ranges: Sequence[float]) -> bool:
    return all(abs(a - b) <= whole / 200 for a, b, whole in zip(one, other, ranges, strict=True))


def topics_of(tasks: tuple[TaskReport, ...]) -> list[Topic]:
    """The topics with their tasks, in the report's order."""
    finished = all(task.verdict.is_right for task in tasks)
    return [Topic(slug, tuple(group), not finished and _is_quiet(group)) for slug, group in by_topic(tasks).items()]


def _is_quiet(tasks: list[TaskReport]) -> bool:
    verdicts = {task.verdict for task in tasks}
    return verdicts == {Verdict.PASS} or verdicts <= WAITING
