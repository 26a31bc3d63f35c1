"""`grade next`: the one thing to do now."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import WrongCall, course_problems
from grader.cli.learner import (
    in_the_language,
    language_option,
    learners_course,
    needed_folder,
    progress_in,
    progress_option,
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
    from grader.learner import Progress
    from grader.learner.choose import in_turn, open_needs
    from grader.learner.work import as_it_stands, files_in, place_of, tasks_in
    from grader.render import next as pages

    course = learners_course(language)
    place = needed_folder(folder)
    progress = as_it_stands(progress_in(place) or Progress(), place, course)
    files = files_in(place, course)
    with course_problems():
        tasks = [task for task in course.select(names) if task in tasks_in(place, course)]
    if not any(task.topic in files for task in tasks):
        raise WrongCall(_absent(" or ".join(names) or "any topic", place))
    waiting = in_turn(tasks, progress)
    if not waiting:
        show(lambda console: pages.show_finished(console, len(tasks)), None)
        return
    task = waiting[0]
    entry = progress.of(task.id)
    step = pages.Next(
        task,
        replace(entry, failure=in_the_language(entry.failure, course, task)),
        open_needs(task, progress),
        place_of(task, files[task.topic], place) if task.topic in files else _absent(task.topic, place),
        f"grade {shlex.quote(_shown(place))} --task {task.id}",
        waiting[1] if len(waiting) > 1 else None,
    )
    show(lambda console: pages.show(step, console, _passed(tasks, progress), len(tasks)), None)


def _absent(topic: str, folder: Path) -> str:
    typed = shlex.quote(_shown(folder))
    return f"{folder} has no file of {topic}: put yours back, or `grade init {typed} --update` brings the stub"


def _passed(tasks: list[Task], progress: Progress) -> int:
    return sum(progress.of(task.id).is_passed for task in tasks)


def _shown(folder: Path) -> str:
    """A folder as it is typed from here."""
    here = Path.cwd()
    if folder.resolve() == here.resolve():
        return "."
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
