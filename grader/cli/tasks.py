"""`grade list` and `grade hint`: what there is to solve, and help with one of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from grader.cli.faults import WrongCall, course_problems
from grader.cli.output import FORMATS, show, write

if TYPE_CHECKING:
    from grader.course import Course, Task


@click.command("list")
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What the list looks like.")
def list_command(kind: str) -> None:
    """Show the topics and tasks of the course."""
    from grader.render import course as pages

    course = _course()
    if kind == "json":
        write(json.dumps(pages.as_list(course), indent=2) + "\n", None)
    else:
        show(lambda console: pages.show(course, console), None)


@click.command("hint")
@click.argument("name", metavar="TASK")
@click.argument("number", metavar="[N]", type=click.IntRange(min=1), default=1)
def hint_command(name: str, number: int) -> None:
    """Show hint N of a task; each is stronger than the one before."""
    from grader.render import course as pages

    task = _one_task(_course(), name)
    if number > len(task.hints):
        raise WrongCall(f"{task.id} has {pages.hints(task)}: there is no hint {number}")
    show(lambda console: pages.show_hint(task, number, console), None)


def _course() -> Course:
    from grader.course import load_course

    with course_problems():
        return load_course()


def _one_task(course: Course, name: str) -> Task:
    with course_problems():
        tasks = course.select([name])
    if len(tasks) != 1:
        raise WrongCall(f"{name!r} is a topic: name one of its tasks, such as {tasks[0].id}")
    return tasks[0]
