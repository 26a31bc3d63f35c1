"""The course itself on a page: its topics and tasks, and one hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.page import Page
from grader.render.words import count

if TYPE_CHECKING:
    from grader.course import Course, Task, Topic


def as_list(course: Course) -> list[dict[str, Any]]:
    """The topics and tasks as plain values; the text of the hints stays with `grade hint`."""
    return [
        {
            "slug": topic.slug,
            "title": topic.title,
            "order": topic.order,
            "tasks": [_task(task) for task in topic.tasks],
        }
        for topic in course.topics
    ]


def show(course: Course, console: Console) -> None:
    """Write each topic with its tasks, what they are worth and what they need."""
    page = Page(console)
    for topic in course.topics:
        _topic(page, topic)
    points = sum(task.points for task in course.tasks)
    page.line((f"{count(len(course.tasks), 'task')}, {count(points, 'point')}", "bold"))


def show_hint(task: Task, number: int, console: Console) -> None:
    """Write hint `number` of a task, and how to get the next."""
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    page.labelled(f"Hint {number}/{len(task.hints)}", task.hints[number - 1], most=10_000)
    page.line()
    if number < len(task.hints):
        page.whole("Stronger", f"grade hint {task.id} {number + 1}", "cyan")
    else:
        page.line(("This is the strongest hint there is.", "dim"))


def hints(task: Task) -> str:
    """How many hints a task has, in words."""
    return count(len(task.hints), "hint")


def _topic(page: Page, topic: Topic) -> None:
    points = sum(task.points for task in topic.tasks)
    page.line(
        (topic.title, "bold"), (f"  {count(len(topic.tasks), 'task')}, {count(points, 'point')}", "dim")
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for task in topic.tasks:
        table.add_row(Text(task.id), Text(_title(task), "dim"), Text(str(task.points)))
    page.console.print(table, width=page.width)
    page.line()


def _title(task: Task) -> str:
    needs = f" (needs {', '.join(task.needs)})" if task.needs else ""
    return task.title + needs


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": task.name,
        "title": task.title,
        "points": task.points,
        "needs": list(task.needs),
        "hints": len(task.hints),
    }
