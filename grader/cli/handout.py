"""`grade release` and `grade export`: the course for students, and for other systems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exit_codes import OurFault, WrongCall, course_problems, judge_problems

if TYPE_CHECKING:
    from grader.course import Task
    from grader.release.bundle import Bundle
    from grader.release.gradescope_settings import Settings


NAME = "torchgrade-student"


@click.command("release", short_help="Write what students get.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--name", default=NAME, show_default=True, metavar="NAME", help="Of the course and its package."
)
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic; repeatable.")
@click.option("--task", "names", multiple=True, metavar="TASK", help="Only this task or topic; repeatable.")
@click.option(
    "--zip", "archive", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="A zip too."
)
@click.option("--wheel", "with_wheel", is_flag=True, help="Put the package in it that students install.")
@click.option("--notebooks", is_flag=True, help="Put notebooks in it besides the modules.")
def release_command(
    folder: Path, name: str, topics: tuple[str, ...], names: tuple[str, ...], archive: Path | None,
    with_wheel: bool, notebooks: bool,
) -> None:  # fmt: skip
    """Write stubs, READMEs, data and the visible tests into DIR, for students.

    Every visible test is cut out with what it needs and played against the reference before anything is written.
    """
    from grader.release.wheel import NAME as ALLOWED

    if not ALLOWED.fullmatch(name):
        raise WrongCall(f"--name {name}: use letters, digits, and - _ . between them")
    if archive is not None and not archive.parent.is_dir():
        raise WrongCall(f"--zip {archive}: there is no folder {archive.parent}")
    with _problems():
        bundle = _make(folder, name, [*topics, *names], topics, with_wheel, notebooks)
        _write(bundle, folder, archive, name)
    _tell_released(bundle, folder, archive)


def _make(
    folder: Path, name: str, patterns: Sequence[str], topics: Sequence[str], with_wheel: bool, notebooks: bool
) -> Bundle:
    from grader.course import load_course
    from grader.release.bundle import make_bundle, refuse_occupied

    refuse_occupied(folder)
    course = load_course()
    course.require_solutions()
    for slug in topics:
        course.topic(slug)
    return make_bundle(course, course.select(patterns), name, with_wheel=with_wheel, notebooks=notebooks)


@contextmanager
def _problems() -> Iterator[None]:
    from grader.release.secrets import CannotRelease

    try:
        with judge_problems():
            yield
    except CannotRelease as problem:
        raise OurFault(str(problem)) from problem
    except OSError as problem:
        raise WrongCall(str(problem)) from problem


def _write(bundle: Bundle, folder: Path, archive: Path | None, name: str) -> None:
    from grader.release.bundle import write_folder, write_zip

    write_folder(bundle.files, folder)
    if archive is not None:
        write_zip(bundle.files, archive, name)


def _tell_released(bundle: Bundle, folder: Path, archive: Path | None) -> None:
    from grader.text.formatting import count

    suites, tasks = bundle.students.suites, bundle.students.tasks
    for each in suites.kept_back:
        click.echo(f"kept back: {each.task}, {each.test}: {each.reason}")
    for task in _untested(tasks, suites.visible):
        click.echo(f"no visible test: {task.id}; students are told that its tests are yours")
    tests = count(sum(suites.visible.values()), "visible test")
    hidden = count(sum(suites.hidden.values()), "hidden test")
    click.echo(f"{count(len(tasks), 'task')} with {tests}; {hidden} stay here")
    for place in (folder, archive, *(folder / name for name in bundle.files if name.endswith(".whl"))):
        if place is not None:
            click.echo(f"wrote {place}")


def _untested(tasks: Sequence[Task], visible: dict[str, int]) -> list[Task]:
    return [task for task in tasks if not visible[task.id]]


VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")  # as Gradescope calls them
SHOWN = re.compile(r"([\w.]+)=(\w+)")


@click.group("export")
def export_command() -> None:
    """Write the course for another system to run."""


@export_command.command("gradescope")
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
    from grader.release.gradescope_zip import NotInstalled, bundle

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
    _tell_exported(file, len(data), len(chosen), points, settings, torch_index)


def _settings(options: dict[str, Any]) -> Settings:
    import secrets

    from grader.release.gradescope_settings import EACH, FRESH, LARGEST_SEED, Settings

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


def _tell_exported(
    file: Path, size: int, tasks: int, points: float, settings: Settings, torch_index: str
) -> None:
    from grader.release.gradescope_zip import PEAK, SEEDS, TIMES
    from grader.text.formatting import count, number

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
