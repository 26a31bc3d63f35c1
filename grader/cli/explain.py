"""`grade explain`: after a task has passed, the reference beside one's own code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import WrongCall
from grader.cli.learner import language_option, progress_option
from grader.cli.output import show
from grader.cli.solved import Asked, asked_for

if TYPE_CHECKING:
    from grader.learner.cost import Costs


@click.command("explain", short_help="Show the reference beside your code.")
@click.argument("name", metavar="TASK")
@click.option("--no-cost", "cheap", is_flag=True, help="Leave the measurement out, which takes seconds.")
@progress_option
@language_option
def command(name: str, cheap: bool, folder: Path | None, language: str | None) -> None:
    """Show the reference beside your code, what torch has for it, and what both cost."""
    from grader.render import explain as pages

    asked = asked_for(name, folder, language)
    task = asked.task
    if not asked.has_passed:
        raise WrongCall(
            f"{task.id} has not passed yet: `grade {asked.folder} --task {task.id}` grades it, "
            f"`grade hint {task.id}` helps, `grade solution {task.id} --give-up` ends it"
        )
    text = _module(asked)
    theirs = asked.code_in(text)
    if theirs is None:
        raise WrongCall(f"your file of {task.topic} does not define {task.name} by def or class")
    reference = asked.reference()
    asked.remember()
    costs = None if cheap else _costs(asked, text)
    show(lambda console: pages.show(task, theirs, reference, console, costs), None)


def _module(asked: Asked) -> str:
    from grader.learner.source import module_text
    from grader.learner.work import files_in

    slug = asked.task.topic
    file = files_in(asked.folder, asked.course).get(slug)
    if file is None:
        raise WrongCall(f"{asked.folder} has no file of {slug}, or two: `grade {asked.folder}` says more")
    try:
        return module_text(file, [each.name for each in asked.course.topic(slug).tasks])
    except (OSError, ValueError) as problem:
        raise WrongCall(f"{file}: {problem}") from problem


def _costs(asked: Asked, text: str) -> Costs:
    from grader.learner.cost import costs_of

    return costs_of(asked.course, asked.task, text)
