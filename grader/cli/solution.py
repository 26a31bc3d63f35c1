"""`grade solution`: the reference, after passing or after giving up."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.explain import reference_of
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


@click.command("solution", short_help="Show the reference, passed or given up.")
@click.argument("name", metavar="TASK")
@click.option("--give-up", is_flag=True, help="Show it although the task has not passed; that is remembered.")
@progress_option
@language_option
def command(name: str, give_up: bool, folder: Path | None, language: str | None) -> None:
    """Show the reference of a task that you have passed, or that you give up."""
    from grader.learner.step import after_solution
    from grader.learner.store import now
    from grader.render import explain as pages

    course = learners_course(language)
    task = one_task(course, name)
    place = needed_folder(folder)
    progress = progress_in(place)
    if not give_up and (progress is None or not progress.of(task.id).ever_passed):
        raise WrongCall(
            f"{task.id} has not passed yet: `grade hint {task.id}` helps; --give-up shows the solution all the "
            "same, and is remembered"
        )
    reference = reference_of(course, task)
    remember(place, lambda known: after_solution(known, task.id, now()))
    show(lambda console: pages.show_solution(task, reference, console), None)
