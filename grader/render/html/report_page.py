"""The page of one report: progress by topic, every task with its tests, and what they drew."""

from __future__ import annotations

from dataclasses import dataclass

from grader.render.html.environment import page
from grader.report import Report, TaskReport, Verdict
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
    return page(
        "report.html.j2", report=report, topics=topics_of(report.tasks), tally=tally(report.tasks), failed=failed,
        first=failed or first_waiting(report),
    )  # fmt: skip


def topics_of(tasks: tuple[TaskReport, ...]) -> list[Topic]:
    """The topics with their tasks, in the report's order."""
    finished = all(task.verdict.is_right for task in tasks)
    return [Topic(slug, tuple(group), not finished and _is_quiet(group)) for slug, group in by_topic(tasks).items()]


def _is_quiet(tasks: list[TaskReport]) -> bool:
    verdicts = {task.verdict for task in tasks}
    return verdicts == {Verdict.PASS} or verdicts <= WAITING
