"""`grade reset`: one task back to its stub."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.faults import WrongCall, course_problems
from grader.cli.learner import learners_course, needed_folder, one_task, progress_option


@click.command("reset", short_help="Put the stub of a task back.")
@click.argument("name", metavar="TASK")
@progress_option
def command(name: str, folder: Path | None) -> None:
    """Put the stub of a task back; a copy of the file is kept, and no other line of it changes."""
    from grader.learner.reset import CannotReset, reset
    from grader.learner.work import files_in

    course = learners_course(None)
    task = one_task(course, name)
    place = needed_folder(folder)
    file = files_in(place, course).get(task.topic)
    if file is None:
        raise WrongCall(f"{place} has no file of {task.topic}, or two: `grade {place}` says more")
    try:
        with course_problems():
            done = reset(course, task, file, place)
    except CannotReset as problem:
        raise WrongCall(str(problem)) from problem
    except OSError as problem:
        raise WrongCall(f"{file} stays as it is: {problem}") from problem
    if done.backup is None:
        click.echo(f"{task.id} is its stub already: nothing was changed")
    else:
        click.echo(f"{task.id} is its stub again; {file} as it was is kept in {done.backup}")
