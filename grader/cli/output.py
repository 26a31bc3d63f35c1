"""Where a page goes, the terminal or a file, and the formats of a report that other programs read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exit_codes import OurFault, WrongCall

if TYPE_CHECKING:
    from rich.console import Console

    from grader.render.page import LiveProgress
    from grader.report import Report


FORMATS = click.Choice(["terminal", "json"])

device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "sim"]),
    default="auto",
    help="Accelerator of the device tests: CUDA where torch has it, else simulated.",
)

output_option = click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to FILE instead of the terminal.",
)


def open_console(*, errors: bool = False) -> Console:
    """The terminal: it shows text as it is, with neither markup nor highlighting."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 100
    return Console(stderr=errors, width=width, markup=False, emoji=False, highlight=False)


def live_progress() -> LiveProgress | None:
    """A line that moves, where somebody is looking."""
    if not sys.stderr.isatty():
        return None
    from grader.render.page import LiveProgress

    return LiveProgress(open_console(errors=True))


def writable(output: Path | None) -> None:
    """Refuse an output file whose folder does not exist before any work is done."""
    if output is not None and not output.parent.is_dir():
        raise WrongCall(f"--output {output}: there is no folder {output.parent}")


def show(draw: Callable[[Console], None], output: Path | None) -> None:
    """Let `draw` write its page on the terminal, or without colour into the file."""
    from io import StringIO

    from rich.console import Console

    if output is None:
        console = open_console()
        with console.capture() as page:
            draw(console)
        click.echo(page.get(), nl=False, color=True)  # rich has decided about colour
        return
    text = StringIO()
    draw(Console(file=text, width=100, color_system=None, markup=False, emoji=False, highlight=False))
    write(text.getvalue(), output)


def write(text: str, output: Path | None) -> None:
    """Write `text` as it is to standard output, or into the file."""
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as problem:
        raise WrongCall(f"--output {output}: {problem.strerror}") from problem


Write = Callable[["Report", Sequence[Path]], str]


def _json(report: Report, paths: Sequence[Path]) -> str:
    from grader.report.json import to_json

    return to_json(report)


def _junit(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.junit import to_junit

    return to_junit(report)


def _gradescope(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.gradescope import to_gradescope

    return to_gradescope(report)


def _prairielearn(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.other_graders import to_prairielearn

    return to_prairielearn(report)


def _check50(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.other_graders import to_check50

    return to_check50(report, "torchgrade")


def _classroom50(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.other_graders import NoResult, to_classroom50

    try:
        return to_classroom50(report, os.environ, _committed(paths[0]), datetime.now(UTC))
    except NoResult as problem:
        raise OurFault(f"--format classroom50: {problem}") from problem


def _committed(path: Path) -> datetime:
    """Return when the commit that is graded was made: by it lateness is decided, also when it is graded again."""
    folder = path if path.is_dir() else path.parent
    command = ["git", "-C", str(folder), "log", "-1", "--format=%cI"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return datetime.fromisoformat(done.stdout.strip())
    except (OSError, subprocess.CalledProcessError, ValueError) as problem:
        raise WrongCall(
            f"--format classroom50: {folder} is in no git repository with a commit, which says when it was handed in"
        ) from problem


REPORT_FORMATS: dict[str, Write] = {
    "json": _json,
    "junit": _junit,
    "gradescope": _gradescope,
    "classroom50": _classroom50,
    "prairielearn": _prairielearn,
    "check50": _check50,
}
