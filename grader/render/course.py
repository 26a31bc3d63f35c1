"""The course itself on a page: its topics and tasks with what is known of them, and one hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.page import Page
from grader.render.words import MARKS, count
from grader.text import label, say

if TYPE_CHECKING:
    from grader.course import Course, Task, Topic
    from grader.learner import Progress
    from grader.learner.hints import Help

LONG = 10_000  # a hint is the course's own text, and is never cut


def as_list(
    course: Course, tasks: Sequence[Task] | None = None, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """The topics and tasks as plain values; the text of the hints stays with `grade hint`."""
    chosen = course.tasks if tasks is None else tasks
    return [
        {
            "slug": topic.slug,
            "title": topic.title,
            "order": topic.order,
            "tasks": [_task(task, progress) for task in topic.tasks if task in chosen],
        }
        for topic in course.topics
        if any(task.topic == topic.slug for task in chosen)
    ]


def show(
    course: Course, console: Console, tasks: Sequence[Task] | None = None, progress: Progress | None = None
) -> None:
    """Write each topic with its tasks, what they are worth, what they need, and what became of them."""
    page = Page(console)
    chosen = course.tasks if tasks is None else tasks
    for topic in course.topics:
        if of_topic := [task for task in chosen if task.topic == topic.slug]:
            _topic(page, topic, of_topic, progress)
    points = sum(task.points for task in chosen)
    total = f"{count(len(chosen), 'task')}, {count(points, 'point')}"
    page.line((total, "bold"), _passed(chosen, progress))


def show_hint(task: Task, help_: Help, console: Console, *, keeps: bool = False) -> None:
    """Write what went wrong, a hint, or both, and how to get the next.

    Args:
        task: what it is about.
        help_: what to show.
        console: where to.
        keeps: whether it is remembered which hints were shown, so that the next one needs no number.
    """
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    for words, text, style in _about(help_):
        page.labelled(words, text, style, most=LONG)
    if help_.number is not None:
        which = f"{label('Hint')} {help_.number}/{len(task.hints)}"
        page.labelled(which, task.hints[help_.number - 1], most=LONG)
    page.line()
    if help_.left:
        number = "" if keeps else f" {(help_.number or 0) + 1}"
        page.whole("Stronger", f"grade hint {task.id}{number}", "cyan")
    else:
        page.line((say("hint.strongest"), "dim"))


def _about(help_: Help) -> list[tuple[str, str, str]]:
    """The lines about what went wrong, as far as anything is known."""
    failure = help_.failure
    if failure is None:
        return []
    lines = (
        ("Failed", failure.checked, ""),
        ("Likely", failure.likely, "yellow"),
        ("Advice", help_.advice, ""),
    )
    return [(words, text, style) for words, text, style in lines if text]


def hints(task: Task) -> str:
    """How many hints a task has, in words."""
    return count(len(task.hints), "hint")


def _topic(page: Page, topic: Topic, tasks: Sequence[Task], progress: Progress | None) -> None:
    points = sum(task.points for task in tasks)
    facts = f"  {count(len(tasks), 'task')}, {count(points, 'point')}"
    page.line((topic.title, "bold"), (facts, "dim"), _passed(tasks, progress))
    table = Table.grid(padding=(0, 2, 0, 0))
    if progress is not None:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for task in tasks:
        mark = [] if progress is None else [_mark(page, task, progress)]
        table.add_row(*mark, Text(task.id), Text(_title(task, progress), "dim"), Text(str(task.points)))
    page.console.print(table, width=page.width)
    page.line()


def _passed(tasks: Sequence[Task], progress: Progress | None) -> str:
    if progress is None:
        return ""
    passed = sum(progress.of(task.id).is_passed for task in tasks)
    return ", " + say("tasks.passed", passed=passed)


def _mark(page: Page, task: Task, progress: Progress) -> Text:
    last = progress.of(task.id).last
    return Text(" ") if last is None else Text(page.alphabet.of(MARKS[last][0]), MARKS[last][1])


def _title(task: Task, progress: Progress | None) -> str:
    if progress is None:
        return task.title + (" " + say("task.needs", tasks=", ".join(task.needs)) if task.needs else "")
    from grader.learner.choose import open_needs

    waiting = open_needs(task, progress)
    needs = " " + say("task.builds_on", tasks=", ".join(waiting)) if waiting else ""
    given_up = " " + say("task.given_up") if progress.of(task.id).given_up else ""
    return task.title + needs + given_up


def _task(task: Task, progress: Progress | None) -> dict[str, Any]:
    known = {
        "id": task.id,
        "name": task.name,
        "title": task.title,
        "points": task.points,
        "needs": list(task.needs),
        "hints": len(task.hints),
    }
    if progress is None:
        return known
    from grader.learner.choose import open_needs

    entry = progress.of(task.id)
    return {
        **known,
        "verdict": entry.last and entry.last.value,
        "attempts": entry.attempts,
        "first_passed": entry.passed,
        "open_needs": list(open_needs(task, progress)),
    }
