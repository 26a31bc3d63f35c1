"""`grade similar PATHS`: which submissions of a class are equal, or share structure that few others have."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exit_codes import WrongCall, course_problems
from grader.cli.output import output_option, show, writable, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.classroom.similar.find import Findings

MISSING = 'this needs rapidfuzz, which is not installed: run `pip install "torchgrade[similar]"`'


@click.command("similar")
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...", type=click.Path(path_type=Path))
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic; repeatable.")
@click.option("--layout", default="auto", help="How the hand-ins lie, as in `grade class`.")
@click.option("--roster", type=click.Path(path_type=Path, dir_okay=False), help="The class list.")
@click.option("--most", type=click.IntRange(1, 1000), default=100, help="Pairs to show.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["terminal", "json", "html"]),
    default="terminal",
    help="What comes out.",
)
@output_option
def command(
    paths: tuple[Path, ...],
    topics: tuple[str, ...],
    layout: str,
    roster: Path | None,
    most: int,
    kind: str,
    output: Path | None,
) -> None:
    """Find hand-ins under PATHS that share structure after renaming, and copies of the reference."""
    writable(output)
    findings = _find(paths, topics, layout, roster, most)
    from grader.classroom.pages import similar as pages

    if kind == "json":
        write(pages.to_json(findings), output)
    elif kind == "html":
        from grader.classroom.pages.similar import similar_page

        write(similar_page(findings), output)
    else:
        show(lambda console: pages.show(findings, console), output)
    if output is not None:
        from grader.text.formatting import count

        found = [count(len(findings.pairs), "pair")]
        if findings.groups:
            found.append(count(len(findings.groups), "group"))
        if findings.of_reference:
            found.append(f"{count(len(findings.of_reference), 'hand-in')} like the reference")
        click.echo(f"{', '.join(found)} to look at; they are in {output}")


def _find(
    paths: Sequence[Path], topics: Sequence[str], layout: str, roster: Path | None, most: int
) -> Findings:
    from dataclasses import replace

    from grader.classroom.reading.read import read_class
    from grader.classroom.reading.tree import ClassProblem
    from grader.classroom.similar.pieces import submissions_of
    from grader.classroom.tables.roster_files import RosterProblem, read_roster
    from grader.course import load_course
    from grader.course.stub import stub_of

    try:
        from grader.classroom.similar.find import find_similar
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] != "rapidfuzz":
            raise
        raise WrongCall(MISSING) from problem
    with course_problems():
        course = load_course()
        course.require_solutions()
        slugs = [course.topic(topic).slug for topic in topics] or list(course.slugs)
    try:
        known = read_roster(roster) if roster else None
        intake = read_class(paths, slugs, known, layout, stub=partial(stub_of, course))
    except (ClassProblem, RosterProblem) as problem:
        raise WrongCall(str(problem)) from problem
    notes: list[str] = []
    submissions = submissions_of(course, intake.hand_ins, notes.append)
    if len(submissions) < 2:
        raise WrongCall(f"{len(submissions)} submissions with Python were found: there is nothing to compare")
    findings = find_similar(course, submissions, most)
    return replace(findings, notes=(*notes, *findings.notes))
