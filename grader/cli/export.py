"""`grade export`: the course in the form that other systems run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.faults import OurFault, WrongCall, course_problems

if TYPE_CHECKING:
    from grader.export.settings import Settings

VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")  # as Gradescope calls them
SHOWN = re.compile(r"([\w.]+)=(\w+)")


@click.group("export")
def command() -> None:
    """Write the course for another system to run."""


@command.command("gradescope")
@click.argument("file", metavar="FILE.zip", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task or topic; repeatable.")
@click.option("--title", default="torchgrade", metavar="TEXT", help="What the assignment is called.")
@click.option("--points", type=click.FloatRange(min=0, min_open=True), metavar="N", help="Scale to N points.")
@click.option("--seed", default="", metavar="N|each|fresh", help="Inputs: the same for all, or not.")
@click.option("--visibility", type=click.Choice(VISIBILITIES), default="visible", help="Of every task.")
@click.option("--show", multiple=True, metavar="TASK=WHEN", help="Visibility of a task or topic; repeatable.")
@click.option(
    "--late-penalty", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="For each day."
)
@click.option(
    "--grace", type=click.FloatRange(min=0), default=0.0, metavar="MINUTES", help="Late but not counted."
)
@click.option("--attempts", type=click.IntRange(min=1), metavar="N", help="Gradings in 24 hours, at most.")
@click.option(
    "--minutes", type=click.FloatRange(2, 40), default=10.0, help="Gradescope's time limit of a run."
)
@click.option("--sandbox", type=click.Choice(["auto", "strict"]), default="auto", help="As in `grade PATH`.")
@click.option(
    "--ignore-needs", "needs", is_flag=True, flag_value=False, default=True,
    help="Judge every task on its own, whatever it builds on.",
)  # fmt: skip
@click.option("--torch-index", default="", metavar="URL", help="Where pip finds the CPU build of torch.")
def gradescope_command(file: Path, torch_index: str, **options: Any) -> None:
    """Write an autograder that Gradescope builds and runs, with the whole course in it."""
    from grader.course import load_course
    from grader.export.gradescope_zip import NotInstalled, bundle

    if not file.parent.is_dir():
        raise WrongCall(f"{file}: there is no folder {file.parent}")
    with course_problems():
        course = load_course()
        course.require_solutions()
        settings = _settings(options)
        chosen = course.select(settings.tasks)
        known = {name for task in chosen for name in (task.id, task.topic)}
    for name in settings.shown:
        if name not in known:
            raise WrongCall(f"--show {name}: no task or topic of this assignment is called so")
    try:
        data = bundle(course, settings, torch_index)
    except NotInstalled as problem:
        raise OurFault(str(problem)) from problem
    try:
        file.write_bytes(data)
    except OSError as problem:
        raise WrongCall(f"{file}: {problem.strerror}") from problem
    points = settings.points or sum(task.points for task in chosen)
    _tell(file, len(data), len(chosen), points, settings, torch_index)


def _settings(options: dict[str, Any]) -> Settings:
    import secrets

    from grader.export.settings import EACH, FRESH, LARGEST_SEED, Settings

    word = options["seed"]
    if word not in ("", EACH, FRESH) and not (
        word.isascii() and word.isdigit() and int(word) <= LARGEST_SEED
    ):
        raise WrongCall(f"--seed {word}: give a whole number from 0 to 2**63 - 1, each or fresh")
    return Settings(
        title=options["title"],
        tasks=options["tasks"],
        points=options["points"],
        seed=int(word) if word.isdigit() else secrets.randbits(31),
        seeds=word if word in (EACH, FRESH) else "",
        visibility=options["visibility"],
        shown=_shown(options["show"]),
        late_percent=options["late_penalty"],
        grace_minutes=options["grace"],
        attempts_per_day=options["attempts"],
        minutes=options["minutes"],
        sandbox=options["sandbox"],
        needs=options["needs"],
    )


def _shown(pairs: Sequence[str]) -> dict[str, str]:
    shown = {}
    for pair in pairs:
        found = SHOWN.fullmatch(pair)
        if not found or found[2] not in VISIBILITIES:
            remedy = f"write it as TASK=WHEN, where WHEN is one of {', '.join(VISIBILITIES)}"
            raise WrongCall(f"--show {pair}: {remedy}")
        shown[found[1]] = found[2]
    return shown


def _tell(file: Path, size: int, tasks: int, points: float, settings: Settings, torch_index: str) -> None:
    from grader.export.gradescope_zip import PEAK, SEEDS, TIMES
    from grader.render.formatting import count, number

    inputs = SEEDS[settings.seeds].format(seed=settings.seed)
    click.echo(f"wrote {file}: {count(tasks, 'task')}, {number(points)} points, {size / 1e6:.1f} MB")
    click.echo(f"inputs: {inputs}")
    click.echo(f"memory: grading used at most {PEAK} MiB; Gradescope's 768 MB are enough, 3 GB are safer")
    click.echo(f"time:   {TIMES}")
    if not torch_index:
        click.echo(
            "torch:  from the index that pip knows, gigabytes with CUDA; PyTorch's page Get started shows for pip and"
            " CPU the address to give as --torch-index"
        )
    click.echo("It holds the solutions and the hidden tests. Its README.md says what to set on Gradescope.")
