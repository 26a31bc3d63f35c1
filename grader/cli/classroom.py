"""`grade class`, `grade runs`, `grade adjust`: a class graded, and what its gradebook holds."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exit_codes import OURS, OurFault, WrongCall, judge_problems
from grader.cli.output import FORMATS, device_option, open_console, show, write

if TYPE_CHECKING:
    from grader.classroom.gradebook.book import Gradebook
    from grader.classroom.grading.asked import Asked
    from grader.classroom.pages.terminal import ClassProgress
    from grader.classroom.records import ClassResult


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("class", short_help="Grade a whole class.")
@click.argument("paths", nargs=-1, required=True, metavar="SUBMISSIONS...", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("results"), show_default=True,
    metavar="FOLDER", help="Where the gradebook and all pages go.",
)  # fmt: skip
@click.option("--roster", type=FILE, metavar="FILE", help="The class list, a CSV file: id, name, email, ...")
@click.option(
    "--policy", type=FILE, metavar="FILE", help="course.toml; the one beside the roster if not given."
)
@click.option("--layout", default="auto", metavar="NAME", help="How the hand-ins lie, if it cannot be told.")
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task or topic; repeatable.")
@click.option(
    "--student",
    "students",
    multiple=True,
    metavar="WHO",
    help="Only this id, name or address; all others stay.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="The first run's if not given.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Gradings at the same time.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on this Dask cluster.")
@click.option(
    "--sandbox", type=click.Choice(["auto", "strict", "none"]), default="auto",
    help="Confinement: the strongest there is, all or nothing, or none.",
)  # fmt: skip
@device_option
@click.option("--canvas", type=FILE, metavar="CSV", help="Fill in this gradebook, as Canvas exported it.")
@click.option("--assignment", metavar="TITLE", help="The column of --canvas: its title or its id.")
@click.option("--moodle", type=FILE, metavar="CSV", help="Fill in this grading worksheet of Moodle.")
@click.option("--scale", is_flag=True, help="Turn scores into the points of --canvas or --moodle.")
@click.option("--diff", is_flag=True, help="Show what changed since the run before.")
@click.option("--dry-run", is_flag=True, help="Only show who would be graded, with which files.")
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What the summary looks like.")
def class_command(paths: tuple[Path, ...], dry_run: bool, kind: str, **options: Any) -> int:
    """Grade everything under SUBMISSIONS: folders, archives, downloads of Canvas, Moodle or Gradescope, repositories.

    What is graded is kept at once: after Ctrl-C, or a power cut, the same command goes on where it stopped.
    """
    from grader.classroom.grading.asked import Asked

    if options["canvas"] and not options["assignment"]:
        raise WrongCall("--canvas needs --assignment: the title or the id of the column to fill in")
    asked = Asked(paths=paths, **options)
    with _problems():
        return _dry_run(asked, kind) if dry_run else _run(asked, kind)


@contextmanager
def _problems() -> Iterator[None]:
    from grader.classroom.gradebook.database import BookProblem
    from grader.classroom.grading.out_folder import NotWritten
    from grader.classroom.policy.course_policy import PolicyProblem
    from grader.classroom.reading.tree import ClassProblem
    from grader.classroom.tables.roster_files import RosterProblem
    from grader.classroom.tables.sheet import CannotFill

    try:
        with judge_problems():
            yield
    except (BookProblem, CannotFill, ClassProblem, NotWritten, PolicyProblem, RosterProblem) as problem:
        raise WrongCall(str(problem)) from problem


def _dry_run(asked: Asked, kind: str) -> int:
    from grader.classroom.grading.asked import only, policy_of, read_intake
    from grader.classroom.pages import dry_run

    intake, zone = only(read_intake(asked), asked.students), policy_of(asked).zone
    if kind == "json":
        write(json.dumps(dry_run.as_dict(intake), indent=2, ensure_ascii=False) + "\n", None)
    else:
        show(lambda console: dry_run.show(intake, console, zone), None)
    return 0


def _run(asked: Asked, kind: str) -> int:
    from grader.classroom.grading.command import run_class

    try:
        result, notes = run_class(asked, _progress())
    except KeyboardInterrupt:
        click.echo(
            f"Stopped. What was graded is kept in {asked.book}; the same command goes on from there.",
            err=True,
        )
        raise
    _present(asked, result, kind)
    for note in notes:
        click.echo(note)
    return OURS if any(standing.outcome == "incomplete" for standing in result.standings) else 0


def _progress() -> ClassProgress:
    from grader.classroom.pages.terminal import ClassProgress, LiveClassProgress

    return LiveClassProgress(open_console(errors=True)) if sys.stderr.isatty() else ClassProgress()


def _present(asked: Asked, result: ClassResult, kind: str) -> None:
    if kind == "json":
        from grader.classroom.pages.terminal import as_dict

        write(json.dumps(as_dict(result), indent=2, ensure_ascii=False) + "\n", None)
    else:
        from grader.classroom.pages import terminal

        show(lambda console: terminal.show(result, str(asked.out), console), None)
    if asked.diff:
        _show_diff(asked, result)


def _show_diff(asked: Asked, result: ClassResult) -> None:
    from grader.classroom.gradebook.book import Gradebook
    from grader.classroom.pages.gradebook import compare, show_changes

    with Gradebook(asked.book) as book:
        finished = [entry.number for entry in book.runs() if entry.finished and entry.number < result.run]
        if not finished:
            click.echo("There is no earlier run to compare with.")
            return
        changes = compare(book.result(finished[-1]), result)
    show(lambda console: show_changes(changes, console), None)


BOOK = Path("results") / "gradebook.sqlite"

book_option = click.option(
    "--book",
    type=click.Path(dir_okay=False, path_type=Path),
    default=BOOK,
    show_default=True,
    metavar="FILE",
    help="The gradebook of the class.",
)


@contextmanager
def open_book(path: Path) -> Iterator[Gradebook]:
    """Open a gradebook that exists, and turn what can be wrong with it into an exit code."""
    from grader.classroom.gradebook.book import Gradebook
    from grader.classroom.gradebook.database import BookProblem, WrongBook

    if not path.is_file():
        raise WrongCall(f"--book {path}: there is no gradebook: `grade class` writes one")
    try:
        with Gradebook(path) as book:
            yield book
    except WrongBook as problem:
        raise WrongCall(str(problem)) from problem
    except BookProblem as problem:
        raise OurFault(str(problem)) from problem


@click.command("runs", short_help="List the runs over a class.")
@book_option
def runs_command(book: Path) -> None:
    """List the runs over a class that a gradebook holds, also those that were not finished."""
    from grader.classroom.pages import gradebook as pages

    with open_book(book) as opened:
        entries, zone = opened.runs(), opened.zone
    show(lambda console: pages.show_runs(entries, zone, console), None)


# An unknown option is taken for an argument, so that points may be negative.
@click.command(
    "adjust", context_settings={"ignore_unknown_options": True}, short_help="Give or take points by hand."
)
@click.argument("student", metavar="[STUDENT]", required=False)
@click.argument("points", metavar="[POINTS]", type=float, required=False)
@click.option("--why", default="", metavar="TEXT", help="The reason; the student may get to read it.")
@click.option("--who", default="", metavar="NAME", help="Who decides it; your login if not given.")
@click.option("--take-back", "undone", type=int, metavar="N", help="Undo adjustment N.")
@book_option
def adjust_command(
    student: str | None, points: float | None, why: str, who: str, undone: int | None, book: Path
) -> None:
    """Give POINTS to a student by the id of the class, or take them if they are negative.

    Without POINTS, show the adjustments that there are. None is ever changed: one that was wrong is taken back.
    """
    _check(points, why, undone, bool(student))
    with open_book(book) as opened:
        if undone is not None:
            opened.take_back(undone, who=who or _login(), why=why)
        elif points is not None and student is not None:
            _known(opened, student)
            opened.adjust(student, points, who=who or _login(), why=why)
        elif student is not None:
            _known(opened, student)
        _show(opened, student, undone)


def _check(points: float | None, why: str, undone: int | None, named: bool) -> None:
    if undone is not None and named:
        raise WrongCall(
            f"--take-back {undone} needs no student and no points: it undoes all of adjustment {undone}"
        )
    if (points is not None or undone is not None) and not why.strip():
        raise WrongCall("say why: `--why TEXT` is kept with the points")
    if points is not None and (not math.isfinite(points) or points == 0):
        raise WrongCall(f"{points} is no number of points: give one such as 1.5 or -2")


def _known(book: Gradebook, student: str) -> None:
    from grader.course.suggestions import did_you_mean

    students = book.students()
    if student not in students:
        remedy = did_you_mean(student, students, "use the id that the class list shows", most=3)
        raise WrongCall(f"{book.path} knows no student {student!r}: {remedy}")


def _login() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (ImportError, KeyError, OSError) as problem:  # the system does not say
        raise WrongCall("say who decides it: `--who NAME` is kept with the points") from problem


def _show(book: Gradebook, student: str | None, undone: int | None) -> None:
    """Show the adjustments of whom it was about, with the one that was just made."""
    from grader.classroom.pages import gradebook as pages

    entries = book.adjustment_entries(student)
    if undone is not None:
        about = {entry.number: entry.adjustment.student_id for entry in entries}[undone]
        entries = tuple(entry for entry in entries if entry.adjustment.student_id == about)
    zone = book.zone
    show(lambda console: pages.show_adjustments(entries, zone, console), None)
