"""`grade report PATH... --html FILE`: one submission, or a report kept as JSON, as a page for a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exit_codes import FAILED, OURS, WrongCall
from grader.cli.learner import in_language, language_option
from grader.cli.output import device_option
from grader.cli.submission import LARGEST_SEED, graded_and_kept, missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.report import Report


@click.command("report")
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option(
    "--html",
    "page",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the page to FILE; it needs no other file and no network.",
)
@click.option(
    "--from",
    "kept",
    type=click.Path(path_type=Path),
    metavar="REPORT.json",
    help="Show this report instead of grading; `grade PATH --format json` writes one.",
)
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task or topic; repeatable.")
@click.option("--seed", type=int, metavar="N", help="Meet the inputs of an earlier run.")
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "strict", "none"]),
    default="auto",
    help="Confinement, as in `grade PATH`.",
)
@device_option
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Tasks to grade at the same time.")
@language_option
def command(
    paths: tuple[Path, ...], page: Path, kept: Path | None, language: str | None, **options: Any
) -> int:
    """Grade the files under each PATH and write the report as a page, with its curves, paths and pictures."""
    _check(paths, page, kept, options["seed"])
    report = _read(kept) if kept else graded_and_kept(paths, None, options)
    _write(in_language(report, language), page)
    from grader.report.selection import passed
    from grader.text.formatting import earned, number

    points = f"{earned(report.score, report.max_score)} of {number(report.max_score)} points"
    click.echo(f"{points}; the page is in {page}")
    if report.incomplete is not None:
        return OURS
    return 0 if passed(report) else FAILED


def _check(paths: Sequence[Path], page: Path, kept: Path | None, seed: int | None) -> None:
    if kept and paths:
        raise WrongCall(f"--from {kept} shows a report that is there already: leave out {paths[0]}")
    if not kept and not paths:
        raise WrongCall(
            "say what to grade, such as `grade report exercises/ --html report.html`, or give --from"
        )
    for path in paths:
        if not os.path.exists(path):
            raise WrongCall(missing(path, ()))
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise WrongCall(f"--seed {seed}: give a whole number from 0 to 2**63 - 1")
    if not page.parent.is_dir():
        raise WrongCall(f"--html {page}: there is no folder {page.parent}")


def _read(kept: Path) -> Report:
    from grader.report import NotAReport, from_json

    try:
        return from_json(kept.read_bytes())
    except NotAReport as problem:
        raise WrongCall(f"--from {kept}: {problem}; write it with `grade PATH --format json`") from problem
    except OSError as problem:
        raise WrongCall(f"--from {kept}: {problem.strerror}") from problem


def _write(report: Report, page: Path) -> None:
    from grader.render.html import report_page

    try:
        page.write_text(report_page(report), encoding="utf-8")
    except OSError as problem:
        raise WrongCall(f"--html {page}: {problem.strerror}") from problem
