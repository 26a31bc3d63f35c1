"""The next open task on a page: what it is, how it stands, where it lies, and how to grade it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from grader.render.page import Page
from grader.render.words import MARKS, count, word
from grader.report import Verdict
from grader.text import say

if TYPE_CHECKING:
    from grader.course import Task
    from grader.learner import TaskProgress

LONG = 10_000


@dataclass(frozen=True)
class Next:
    """A task to do, and what a learner has to know about it now."""

    task: Task
    entry: TaskProgress
    needs: tuple[str, ...]  # that are still open
    place: str  # file:line
    grade: str  # the command
    everything: str  # the command that grades the whole folder
    after: Task | None = None  # the open task behind it


def show(step: Next, console: Console, passed: int, of: int) -> None:
    """Write one task as the next to do."""
    page, task = Page(console), step.task
    page.line((say("tasks.passed_of_all", passed=passed, tasks=count(of, "task")), "dim"))
    page.line()
    page.labelled("Next", f"{task.id}: {task.title} ({count(task.points, 'point')})", "bold", most=LONG)
    _state(page, step)
    if step.needs:
        page.labelled("Builds on", say("next.needs", tasks=", ".join(step.needs)), most=LONG)
    page.whole("Open", step.place)
    page.whole("Grade", step.grade, "cyan")
    page.whole("Everything", step.everything, "cyan")
    page.whole("Hint", f"grade hint {task.id}", "cyan")
    if step.after is not None:
        page.labelled("After it", f"{step.after.id}: {step.after.title}", "dim", most=LONG)


def show_finished(console: Console, of: int) -> None:
    """Write that nothing is left to do."""
    page = Page(console)
    page.line((say("next.finished"), "bold green"), f"  {count(of, 'task')}")


def _state(page: Page, step: Next) -> None:
    entry = step.entry
    if entry.last is None or entry.last is Verdict.NOT_ATTEMPTED:
        return
    mark, style = MARKS[entry.last]
    state = page.alphabet.of(f"{mark} {word(entry.last)}")
    words = say("next.state", verdict=state, attempts=count(entry.attempts, "attempt"))
    page.labelled("Stands at", words, style, most=LONG)
    failure = entry.failure
    if failure is not None and failure.checked:
        page.labelled("Checked", failure.checked, most=LONG)
    if failure is not None and failure.likely:
        page.labelled("Likely", failure.likely, "yellow", most=LONG)
