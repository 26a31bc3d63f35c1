"""The page of one report: progress by topic, what was made, and every task with its tests and what they drew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from grader.render.drawings import frame_of
from grader.render.html.environment import page
from grader.render.html.markup import drawn
from grader.report import WAITING, Path, Point, Report, TaskReport, TestReport, Verdict
from grader.report.selection import by_topic, first_failed, first_waiting
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
    made = [made_of(slug, tasks) for slug, tasks in by_topic(own for own, _ in parts if drawn(own)).items()]
    return page(
        "report.html.j2", report=report, topics=topics_of(tuple(rest for _, rest in parts)), made=made,
        shown={task.id for topic in made for task in topic.tasks}, tally=tally(report.tasks), failed=failed,
        first=failed or first_waiting(report),
    )  # fmt: skip


@dataclass(frozen=True)
class Made:
    """What right tasks of one topic have drawn, and the ways that several of them went from one start."""

    slug: str
    tasks: list[TaskReport]
    ways: list[list[tuple[TaskReport, Path]]]


def made_of(slug: str, tasks: Iterable[TaskReport]) -> Made:
    """Put paths of several tasks that have one title and one start together, so that they can be compared."""
    walked: dict[tuple[object, ...], list[tuple[TaskReport, Path]]] = {}
    for task in tasks:
        for path in (path for test in task.tests for path in test.paths):
            walked.setdefault(_walk(path), []).append((task, path))
    common = {key for key, ways in walked.items() if len({task.id for task, _ in ways}) > 1}
    rest = [replace(task, tests=tuple(_without(test, common) for test in task.tests)) for task in tasks]
    return Made(slug, list(filter(drawn, rest)), [walked[key] for key in walked if key in common])


def _walk(path: Path) -> tuple[object, ...]:
    return path.title, *path.theirs[:1]


def _without(test: TestReport, common: Collection[tuple[object, ...]]) -> TestReport:
    return replace(test, paths=tuple(path for path in test.paths if _walk(path) not in common))


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
