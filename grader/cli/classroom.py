"""`grade class`, `adjust`, `similar`: a class graded, points by hand, and hand-ins that are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import shared

if TYPE_CHECKING:
    from grader.classroom.gradebook.book import Gradebook
    from grader.classroom.grading.asked import Asked
    from grader.classroom.similar.find import Findings


@click.command("class", short_help="Grade a whole class.")
@click.argument("paths", nargs=-1, required=True, metavar="SUBMISSIONS...", type=shared.PATH)
@click.option(
    "--out", type=shared.FOLDER, default=Path("results"), show_default=True, metavar="FOLDER",
    help="Where the gradebook and all pages go.",
)  # fmt: skip
@click.option(
    "--roster", type=shared.FILE, metavar="FILE", help="The class list, a CSV file: id, name, email, ..."
)
@click.option(
    "--policy", type=shared.FILE, metavar="FILE", help="course.toml; the one beside the roster if not given."
)
@click.option("--layout", default="auto", metavar="NAME", help="How the hand-ins lie, if it cannot be told.")
@shared.tasks_option
@click.option(
    "--student",
    "students",
    multiple=True,
    metavar="WHO",
    help="Only this id, name or address; all others stay.",
)
@click.option("--seed", type=shared.SEED, metavar="N", help="The first run's if not given.")
@click.option("--jobs", type=shared.POSITIVE, metavar="N", help="Gradings at the same time.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on this Dask cluster.")
@shared.sandbox_option
@shared.device_option
@click.option(
    "--canvas", type=shared.FILE, metavar="CSV", help="Fill in this gradebook, as Canvas exported it."
)
@click.option("--assignment", metavar="TITLE", help="The column of --canvas: its title or its id.")
@click.option("--moodle", type=shared.FILE, metavar="CSV", help="Fill in this grading worksheet of Moodle.")
@click.option("--scale", is_flag=True, help="Turn scores into the points of --canvas or --moodle.")
@click.option("--dry-run", is_flag=True, help="Only show who would be graded, with which files.")
@click.option(
    "--format", "kind", type=shared.FORMATS, default="terminal", help="What the summary looks like."
)
def class_command(paths: tuple[Path, ...], dry_run: bool, kind: str, **options: Any) -> int:
    """Grade everything under SUBMISSIONS: folders, archives, downloads of Canvas, Moodle or Gradescope, repositories.

    What is graded is kept at once: after Ctrl-C, or a power cut, the same command goes on where it stopped.
    """
    from grader.classroom.gradebook.database import BookProblem
    from grader.classroom.grading.asked import Asked

    if options["canvas"] and not options["assignment"]:
        raise shared.WrongCall("--canvas needs --assignment: the title or the id of the column to fill in")
    asked = Asked(paths=paths, **options)
    try:
        return _dry_run(asked, kind) if dry_run else _run(asked, kind)
    except BookProblem as problem:  # of the folder that was named with --out
        raise shared.WrongCall(str(problem)) from problem


def _dry_run(asked: Asked, kind: str) -> int:
    from grader.classroom.grading.asked import only, policy_of, read_intake
    from grader.classroom.pages import terminal

    intake, zone = only(read_intake(asked), asked.students), policy_of(asked).zone
    if kind == "json":
        shared.write_json(terminal.intake_as_dict(intake))
    else:
        shared.show(lambda console: terminal.show_intake(intake, console, zone), None)
    return 0


def _run(asked: Asked, kind: str) -> int:
    from grader.classroom.grading.class_run import run_class
    from grader.classroom.pages import terminal

    try:
        with shared.live_progress(timed=True) as live:
            result, notes = run_class(asked, live.count if live else None)
    except KeyboardInterrupt:
        click.echo(
            f"Stopped. What was graded is kept in {asked.book}; the same command goes on from there.",
            err=True,
        )
        raise
    if kind == "json":
        shared.write_json(terminal.as_dict(result))
    else:
        shared.show(lambda console: terminal.show(result, str(asked.out), console), None)
    for note in notes:
        click.echo(note, err=kind == "json")
    return shared.OURS if any(standing.outcome == "incomplete" for standing in result.standings) else 0


BOOK = Path("results") / "gradebook.sqlite"

book_option = click.option(
    "--book",
    type=shared.NEW_FILE,
    default=BOOK,
    show_default=True,
    metavar="FILE",
    help="The gradebook of the class.",
)


def open_book(path: Path) -> Gradebook:
    """Open a gradebook that exists."""
    from grader.classroom.gradebook.book import Gradebook

    if not path.is_file():
        raise shared.WrongCall(f"--book {path}: there is no gradebook: `grade class` writes one")
    return Gradebook(path)


# An unknown option is taken for an argument, so that points may be negative.
@click.command(
    "adjust", context_settings={"ignore_unknown_options": True}, short_help="Give or take points by hand."
)
@click.argument("student", metavar="[STUDENT]", required=False)
@click.argument("points", metavar="[POINTS]", type=float, required=False)
@click.option("--why", default="", metavar="TEXT", help="The reason; the student may get to read it.")
@click.option("--who", default="", metavar="NAME", help="Who decides it; your login if not given.")
@book_option
def adjust_command(student: str | None, points: float | None, why: str, who: str, book: Path) -> None:
    """Give POINTS to a student by the id of the class, or take them if they are negative.

    Without POINTS, show the adjustments that there are. None is ever changed: give the opposite of one that was wrong.
    """
    _check_points(points, why)
    with open_book(book) as opened:
        if student is not None:
            _known(opened, student)
        if points is not None and student is not None:
            opened.adjust(student, points, who=who or _login(), why=why)
        _show(opened, student)


def _check_points(points: float | None, why: str) -> None:
    if points is not None and not why.strip():
        raise shared.WrongCall("say why: `--why TEXT` is kept with the points")
    if points is not None and (not math.isfinite(points) or points == 0):
        raise shared.WrongCall(f"{points} is no number of points: give one such as 1.5 or -2")


def _known(book: Gradebook, student: str) -> None:
    from grader.course.suggestions import did_you_mean

    students = book.students()
    if student not in students:
        remedy = did_you_mean(student, students, "use the id that the class list shows", most=3)
        raise shared.WrongCall(f"{book.path} knows no student {student!r}: {remedy}")


def _login() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (ImportError, KeyError, OSError) as problem:  # the system does not say
        raise shared.WrongCall("say who decides it: `--who NAME` is kept with the points") from problem


def _show(book: Gradebook, student: str | None) -> None:
    """Show the adjustments of whom it was about, with the one that was just made."""
    from grader.classroom.pages import terminal

    given, zone = book.adjustments(student), book.zone
    shared.show(lambda console: terminal.show_adjustments(given, zone, console), None)


MISSING = 'this needs rapidfuzz, which is not installed: run `pip install "torchgrade[similar]"`'


@click.command("similar")
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...", type=shared.PATH)
@shared.topics_option
@click.option("--layout", default="auto", help="How the hand-ins lie, as in `grade class`.")
@click.option("--roster", type=shared.NEW_FILE, help="The class list.")
@click.option("--most", type=click.IntRange(1, 1000), default=100, help="Pairs to show.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["terminal", "json", "html"]),
    default="terminal",
    help="What comes out.",
)
@shared.output_option
def similar_command(
    paths: tuple[Path, ...], topics: tuple[str, ...], layout: str, roster: Path | None, most: int, kind: str,
    output: Path | None,
) -> None:  # fmt: skip
    """Find hand-ins under PATHS that share structure after renaming, and those equal to others or to the reference."""
    shared.writable(output)
    findings = _find(paths, topics, layout, roster, most)
    from grader.classroom.pages import similar as pages

    if kind == "json":
        shared.write(pages.to_json(findings), output)
    elif kind == "html":
        shared.write(pages.similar_page(findings), output)
    else:
        shared.show(lambda console: pages.show(findings, console), output)
    if output is not None:
        from grader.text.formatting import count

        groups = f", {count(len(findings.equal), 'group')}" if findings.equal else ""
        click.echo(f"{count(len(findings.pairs), 'pair')}{groups} to look at; they are in {output}")


def _find(
    paths: Sequence[Path], topics: Sequence[str], layout: str, roster: Path | None, most: int
) -> Findings:
    from dataclasses import replace

    from grader.classroom.reading.read import read_class
    from grader.classroom.similar.pieces import submissions_of
    from grader.classroom.tables.roster_files import read_roster
    from grader.course import load_course
    from grader.course.stub import stub_of

    try:
        from grader.classroom.similar.find import find_similar
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] != "rapidfuzz":
            raise
        raise shared.WrongCall(MISSING) from problem
    course = load_course()
    course.require_solutions()
    slugs = [course.topic(topic).slug for topic in topics] or list(course.slugs)
    known = read_roster(roster) if roster else None
    intake = read_class(paths, slugs, known, layout, stub=partial(stub_of, course))
    notes: list[str] = []
    submissions = submissions_of(course, intake.hand_ins, notes.append)
    if len(submissions) < 2:
        raise shared.WrongCall(
            f"{len(submissions)} submissions with Python were found: there is nothing to compare"
        )
    findings = find_similar(course, submissions, most)
    return replace(findings, notes=(*notes, *findings.notes))
