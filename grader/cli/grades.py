"""`grade adjust` and `grade runs`: points by hand, and what a gradebook holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import OurFault, WrongCall
from grader.cli.output import show

if TYPE_CHECKING:
    from grader.classroom.gradebook import Gradebook

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
    from grader.classroom.gradebook import BookProblem, Gradebook, WrongBook

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
    from difflib import get_close_matches

    students = book.students()
    if student not in students:
        near = get_close_matches(student, students, n=3)
        remedy = f"did you mean {' or '.join(near)}?" if near else "use the id that the class list shows"
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
