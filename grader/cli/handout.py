"""`grade release` and `grade export`: the course for students, and for other systems."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.shared import (
    FOLDER,
    NEW_FILE,
    SEED,
    WrongCall,
    needs_option,
    tasks_option,
    topics_option,
)

if TYPE_CHECKING:
    from grader.release.gradescope_settings import Settings
    from grader.release.student_course import StudentCourse


NAME = "torchgrade-student"


@click.command("release", short_help="Write what students get.")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--name", default=NAME, show_default=True, metavar="NAME", help="Of the course and its package."
)
@topics_option
@tasks_option
def release_command(folder: Path, name: str, topics: tuple[str, ...], tasks: tuple[str, ...]) -> None:
    """Write stubs, READMEs, data, the visible tests and the package to install into DIR, for students.

    Every visible test is cut out with what it needs and played against the reference before anything is written.
    """
    from grader.course import load_course
    from grader.release.bundle import make_bundle, refuse_occupied
    from grader.release.wheel import NAME as ALLOWED
    from grader.storage import atomic_write

    if not ALLOWED.fullmatch(name):
        raise WrongCall(f"--name {name}: use letters, digits, and - _ . between them")
    try:
        refuse_occupied(folder)
        course = load_course()
        course.require_solutions()
        for slug in topics:
            course.topic(slug)
        chosen = course.select([*topics, *tasks])
        files, students = make_bundle(course, chosen, name)
        for path, data in files.items():
            atomic_write(folder / path, data)
    except OSError as problem:
        raise WrongCall(str(problem)) from problem
    _tell_released(students, [folder, *(folder / path for path in files if path.endswith(".whl"))])


def _tell_released(students: StudentCourse, written: Sequence[Path]) -> None:
    from grader.text.formatting import count

    suites, tasks = students.suites, students.tasks
    for each in suites.kept_back:
        click.echo(f"kept back: {each}")
    for task in tasks:
        if not suites.visible[task.id]:
            click.echo(f"no visible test: {task.id}; students are told that its tests are yours")
    tests = count(sum(suites.visible.values()), "visible test")
    hidden = count(sum(suites.hidden.values()), "hidden test")
    click.echo(f"{count(len(tasks), 'task')} with {tests}; {hidden} stay here")
    for place in written:
        click.echo(f"wrote {place}")


VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")  # as Gradescope calls them


@click.group("export")
def export_command() -> None:
    """Write the course for another system to run."""


@export_command.command("gradescope")
@click.argument("file", metavar="FILE.zip", type=NEW_FILE)
@tasks_option
@click.option("--title", default="torchgrade", metavar="TEXT", help="What the assignment is called.")
@click.option("--points", type=click.FloatRange(min=0, min_open=True), metavar="N", help="Scale to N points.")
@click.option("--seed", type=SEED, metavar="N", help="Of the inputs; one is drawn if not given.")
@click.option("--visibility", type=click.Choice(VISIBILITIES), default="visible", help="Of every task.")
@click.option(
    "--late-penalty", "late_percent", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT",
    help="For each day.",
)  # fmt: skip
@click.option(
    "--grace", "grace_minutes", type=click.FloatRange(min=0), default=0.0, metavar="MINUTES",
    help="Late but not counted.",
)  # fmt: skip
@click.option("--minutes", type=click.FloatRange(2, 40), default=10.0, help="Gradescope's time limit of a run.")
@click.option("--sandbox", type=click.Choice(["auto", "strict"]), default="auto", help="As in `grade PATH`.")
@needs_option
@click.option("--torch-index", default="", metavar="URL", help="Where pip finds the CPU build of torch.")
def gradescope_command(file: Path, torch_index: str, seed: int | None, **options: Any) -> None:
    """Write an autograder that Gradescope builds and runs, with the whole course in it."""
    from grader.course import load_course
    from grader.release.gradescope_settings import Settings
    from grader.release.gradescope_zip import bundle

    if not file.parent.is_dir():
        raise WrongCall(f"{file}: there is no folder {file.parent}")
    course = load_course()
    course.require_solutions()
    settings = Settings(**options, seed=secrets.randbits(31) if seed is None else seed)
    chosen = course.select(settings.tasks)
    data = bundle(course, settings, torch_index)
    try:
        file.write_bytes(data)
    except OSError as problem:
        raise WrongCall(f"{file}: {problem.strerror}") from problem
    points = settings.points or sum(task.points for task in chosen)
    _tell_exported(file, len(data), len(chosen), points, settings)


def _tell_exported(file: Path, size: int, tasks: int, points: float, settings: Settings) -> None:
    from grader.text.formatting import count, number

    click.echo(f"wrote {file}: {count(tasks, 'task')}, {number(points)} points, {size / 1e6:.1f} MB")
    click.echo(f"inputs: seed {settings.seed}, the same for everybody")
    click.echo("It holds the solutions and the hidden tests. Its README.md says what to set: memory, time, torch.")
