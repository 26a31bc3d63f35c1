"""`grade PATH...`: one submission, graded and reported."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.faults import FAILED, OURS, WrongCall
from grader.cli.formats import FORMATS
from grader.cli.grading import graded_and_kept
from grader.cli.group import DefaultCommand
from grader.cli.learner import in_language, language_option, progress_option
from grader.cli.near import missing
from grader.cli.output import device_option, output_option, show, writable, write

if TYPE_CHECKING:
    from grader.report import Report

LARGEST_SEED = 2**63 - 1


def _seed(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and not 0 <= value <= LARGEST_SEED:
        raise click.BadParameter("give a whole number from 0 to 2**63 - 1")
    return value


@click.command(cls=DefaultCommand)
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="TASK", help="Only this task or topic; repeatable.")
@click.option("-k", "keyword", default="", metavar="EXPR", help="Only tests that match, as in pytest.")
@click.option("--seed", type=int, callback=_seed, metavar="N", help="Meet the inputs of an earlier run.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["terminal", *FORMATS]),
    default="terminal",
    help="What the report looks like.",
)
@output_option
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "strict", "none"]),
    default="auto",
    help="Confinement: the strongest there is, all or nothing, or none (for a breakpoint).",
)
@device_option
@click.option("--curves", is_flag=True, help="Draw the curves of passed tests too, where a test draws one.")
@click.option("--repeat", is_flag=True, help="Write Python that repeats the first failing call.")
@click.option("--first", is_flag=True, help="Stop at the first task that does not pass.")
@click.option(
    "--ignore-needs", "needs", is_flag=True, flag_value=False, default=True,
    help="Judge every task on its own, whatever it builds on.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Tasks to grade at the same time.")
@progress_option
@language_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    kind: str,
    output: Path | None,
    curves: bool,
    repeat: bool,
    folder: Path | None,
    language: str | None,
    **options: Any,
) -> int:
    """Grade the files of the course that lie under each PATH."""
    _check(ctx, paths)
    writable(output)
    report = graded_and_kept(paths, folder, options)
    people = kind == "terminal"  # the others stay English: programs read them
    _present(in_language(report, language) if people else report, kind, output, paths, curves, repeat)
    if report.incomplete is not None:
        return OURS
    from grader.report.selection import passed

    return 0 if passed(report) else FAILED


def _check(ctx: click.Context, paths: Sequence[Path]) -> None:
    if not paths:
        from grader.learner import folder_above

        place = "." if folder_above(Path.cwd()) else "exercises/"
        raise WrongCall(f"say what to grade: a folder or a file, such as `grade {place}`")
    group = ctx.parent.command if ctx.parent else None
    commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
    for path in paths:
        if not os.path.exists(path):
            raise WrongCall(missing(path, commands))


def _present(
    report: Report, kind: str, output: Path | None, paths: Sequence[Path], curves: bool, repeat: bool
) -> None:
    if kind in FORMATS:
        write(FORMATS[kind](report, paths), output)
    else:
        from grader.render import terminal

        typed = shlex.join(str(path) for path in paths)
        show(
            lambda console: terminal.show(report, console, paths=typed, curves=curves, repeat=repeat), output
        )
    if output is not None:
        from grader.render.formatting import earned, number

        points = f"{earned(report.score, report.max_score)} of {number(report.max_score)} points"
        click.echo(f"{points}; the report is in {output}")
