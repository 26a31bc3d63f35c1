"""`grade solution`: the reference, after passing or after giving up."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.faults import WrongCall
from grader.cli.learner import language_option, progress_option
from grader.cli.output import show
from grader.cli.solved import asked_for


@click.command("solution", short_help="Show the reference, passed or given up.")
@click.argument("name", metavar="TASK")
@click.option("--give-up", is_flag=True, help="Show it although the task has not passed; that is remembered.")
@progress_option
@language_option
def command(name: str, give_up: bool, folder: Path | None, language: str | None) -> None:
    """Show the reference of a task that you have passed, or that you give up."""
    from grader.render import explain as pages

    asked = asked_for(name, folder, language)
    if not give_up and not asked.has_passed:
        raise WrongCall(
            f"{asked.task.id} has not passed yet: `grade hint {asked.task.id}` helps; --give-up shows the "
            "solution all the same, and is remembered"
        )
    reference = asked.reference()
    asked.remember()
    show(lambda console: pages.show_solution(asked.task, reference, console), None)
