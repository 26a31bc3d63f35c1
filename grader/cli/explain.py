"""`grade explain`: after a task has passed, the reference beside one's own code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import WrongCall
from grader.cli.learner import (
    language_option,
    learners_course,
    needed_folder,
    one_task,
    progress_in,
    progress_option,
    remember,
)
from grader.cli.output import show

if TYPE_CHECKING:
    from grader.course import Course, Task
    from grader.learner.cost import Costs


@click.command("explain", short_help="Show the reference beside your code.")
@click.argument("name", metavar="TASK")
@click.option("--no-cost", "cheap", is_flag=True, help="Leave the measurement out, which takes seconds.")
@progress_option
@language_option
def command(name: str, cheap: bool, folder: Path | None, language: str | None) -> None:
    """Show the reference beside your code, what torch has for it, and what both cost."""
    from grader.learner.source import source_of
    from grader.learner.step import after_solution
    from grader.learner.store import now
    from grader.render import explain as pages

    course = learners_course(language)
    task = one_task(course, name)
    place = needed_folder(folder)
    progress = progress_in(place)
    if progress is None or not progress.of(task.id).ever_passed:
        raise WrongCall(
            f"{task.id} has not passed yet: `grade {place} --task {task.id}` grades it, "
            f"`grade hint {task.id}` helps, `grade solution {task.id} --give-up` ends it"
        )
    text = _module(course, task, place)
    others = {each.name for each in course.topic(task.topic).tasks} - {task.name}
    theirs = source_of(text, task.name, others)
    if theirs is None:
        raise WrongCall(f"your file of {task.topic} does not define {task.name} by def or class")
    reference = reference_of(course, task)
    remember(place, lambda known: after_solution(known, task.id, now()))
    costs = None if cheap else _costs(course, task, text)
    show(lambda console: pages.show(task, theirs, reference, console, costs), None)


def reference_of(course: Course, task: Task) -> str:
    """Return the code of a task's solution, or refuse where the course was handed out without."""
    from grader.learner.source import source_of

    file = course.solution_file(task.topic)
    if not file.is_file():
        raise WrongCall(f"this course was handed out without its solutions: there is no {file.name}")
    others = {each.name for each in course.topic(task.topic).tasks} - {task.name}
    return source_of(file.read_text(encoding="utf-8"), task.name, others) or ""


def _module(course: Course, task: Task, folder: Path) -> str:
    from grader.learner.source import module_text
    from grader.learner.work import files_in

    file = files_in(folder, course).get(task.topic)
    if file is None:
        raise WrongCall(f"{folder} has no file of {task.topic}, or two: `grade {folder}` says more")
    try:
        return module_text(file, [each.name for each in course.topic(task.topic).tasks])
    except (OSError, ValueError) as problem:
        raise WrongCall(f"{file}: {problem}") from problem


def _costs(course: Course, task: Task, text: str) -> Costs:
    from grader.cli.faults import judge_problems
    from grader.learner.cost import costs_of

    with judge_problems():
        return costs_of(course, task, text)
