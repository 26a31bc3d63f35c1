"""`grade release DIR`: what students get, without solutions, hidden tests and known mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import OurFault, WrongCall, judge_problems

if TYPE_CHECKING:
    from grader.course import Task
    from grader.release.bundle import Bundle

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
def command(
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
    _tell(bundle, folder, archive)


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


def _tell(bundle: Bundle, folder: Path, archive: Path | None) -> None:
    from grader.render.formatting import count

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
