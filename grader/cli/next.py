"""`grade next`: the one thing to do now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import WrongCall, course_problems
from grader.cli.learner import (
    current_in,
    in_the_language,
    language_option,
    learners_course,
    needed_folder,
    progress_option,
    refuse_elsewhere,
    shown_folder,
)
from grader.cli.output import show

if TYPE_CHECKING:
    from grader.course import Task
    from grader.learner import Progress


@click.command("next", short_help="Show the next open task.")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@progress_option
@language_option
def command(names: tuple[str, ...], folder: Path | None, language: str | None) -> None:
    """Show the next open task: what it builds on, where it lies, and how to grade it."""
    from grader.learner.choose import in_turn, open_needs
    from grader.learner.work import place_of
    from grader.render import course_pages as pages

    course = learners_course(language)
    place = needed_folder(folder)
    here = current_in(place, course)
    if here.problem:
        raise WrongCall(here.problem)
    with course_problems():
        asked = course.select(names)
    if names:
        refuse_elsewhere(here, place, [task.topic for task in asked])
    tasks = [task for task in here.tasks if task in asked]
    if not any(task.topic in here.files for task in tasks):
        raise WrongCall(_absent(" or ".join(names) or "any topic", place))
    waiting = in_turn(tasks, here.progress)
    waiting = tuple(sorted(waiting, key=lambda task: task.topic in here.missing))
    if not waiting:
        show(lambda console: pages.show_finished(console, len(tasks)), None)
        return
    task = waiting[0]
    entry = here.progress.of(task.id)
    step = pages.Next(
        task,
        replace(entry, failure=in_the_language(entry.failure, course, task)),
        open_needs(task, here.progress),
        place_of(task, here.files[task.topic], place)
        if task.topic in here.files
        else _absent(task.topic, place),
        f"grade {shown_folder(place)} --task {task.id}",
        f"grade {shown_folder(place)}",
        waiting[1] if len(waiting) > 1 else None,
    )
    show(lambda console: pages.show_next(step, console, _passed(tasks, here.progress), len(tasks)), None)


def _absent(topic: str, folder: Path) -> str:
    update = f"grade init {shown_folder(folder)} --update"
    return f"{folder} has no file of {topic}: put yours back, or `{update}` brings the stub"


def _passed(tasks: list[Task], progress: Progress) -> int:
    return sum(progress.of(task.id).is_passed for task in tasks)
