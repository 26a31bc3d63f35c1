"""What the commands share: exit codes, options, where a page goes, and the formats of a report for other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from grader.render.page import LiveProgress
    from grader.report import Report

FAILED = 1  # something did not pass
WRONG_CALL = 2
OURS = 3
STOPPED = 130  # by the person at the keyboard


class WrongCall(click.ClickException):
    """Something that was typed does not exist or does not fit; the message says what does."""

    exit_code = WRONG_CALL


class OurFault(click.ClickException):
    """The grader cannot do its work; the message says what this machine or this course lacks."""

    exit_code = OURS


KINDS: dict[int | None, type[click.ClickException]] = {WRONG_CALL: WrongCall, OURS: OurFault}


@contextmanager
def problems() -> Iterator[None]:
    """Turn an exception that carries its exit code into one line of text; any other is a fault that nobody foresaw."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as problem:
        kind = KINDS.get(getattr(problem, "exit_code", None))
        if kind is None:
            raise
        raise kind(str(problem)) from problem


PATH = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
POSITIVE = click.IntRange(min=1)
FORMATS = click.Choice(["terminal", "json"])
SEED = click.IntRange(0, 2**63 - 1)

tasks_option = click.option(
    "--task", "tasks", multiple=True, metavar="TASK", help="Only this task or topic; repeatable."
)
topics_option = click.option(
    "--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic; repeatable."
)
seed_option = click.option("--seed", type=SEED, metavar="N", help="Meet the inputs of an earlier run.")
sandbox_option = click.option(
    "--sandbox", type=click.Choice(["auto", "strict", "none"]), default="auto",
    help="Confinement: the strongest there is, all or nothing, or none (for a breakpoint).",
)  # fmt: skip
needs_option = click.option(
    "--ignore-needs", "needs", is_flag=True, flag_value=False, default=True,
    help="Judge every task on its own, whatever it builds on.",
)  # fmt: skip
jobs_option = click.option("--jobs", type=POSITIVE, metavar="N", help="Tasks to grade at the same time.")
start_method_option = click.option(
    "--start-method", type=click.Choice(["fork", "spawn"]), hidden=True, expose_value=False,
    callback=lambda _, __, method: _start_all_by(method),
    help="How processes are started: spawn is how macOS and Windows do it.",
)  # fmt: skip
output_option = click.option(
    "--output", type=NEW_FILE, metavar="FILE", help="Write to FILE instead of the terminal."
)
page_option = partial(
    click.option, "--html", "page", type=NEW_FILE, metavar="FILE",
    help="Write the page to FILE; it needs no other file and no network.",
)  # fmt: skip
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "sim"]),
    default="auto",
    help="Accelerator of the device tests: CUDA where torch has it, else simulated.",
)


def _start_all_by(method: str | None) -> None:
    """Let this process, and those that it starts, start others by this method."""
    if method is not None:
        from grader.process.kernel import START_METHOD

        os.environ[START_METHOD] = method


def open_console(*, errors: bool = False) -> Console:
    """The terminal: it shows text as it is, with neither markup nor highlighting."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 100
    return Console(stderr=errors, width=width, markup=False, emoji=False, highlight=False)


@contextmanager
def live_progress(*, timed: bool = False) -> Iterator[LiveProgress | None]:
    """A line that moves until the work is done, where somebody is looking; `timed` with how long that will take."""
    if not sys.stderr.isatty():
        yield None
        return
    from grader.render.page import LiveProgress

    live = LiveProgress(open_console(errors=True), timed=timed)
    try:
        yield live
    finally:
        live.stop()


def writable(output: Path | None, option: str = "--output") -> None:
    """Refuse an output file whose folder does not exist before any work is done."""
    if output is not None and not output.parent.is_dir():
        raise WrongCall(f"{option} {output}: there is no folder {output.parent}")


def show(draw: Callable[[Console], None], output: Path | None) -> None:
    """Let `draw` write its page on the terminal, or without colour into the file."""
    if output is None:
        console = open_console()
        with console.capture() as page:
            draw(console)
        click.echo(page.get(), nl=False, color=True)  # rich has decided about colour
        return
    from grader.render.page import drawn

    write(drawn(draw), output)


def write(text: str, output: Path | None, option: str = "--output") -> None:
    """Write `text` as it is to standard output, or into the file."""
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as problem:
        raise WrongCall(f"{option} {output}: {problem.strerror}") from problem


def write_json(values: object, output: Path | None = None) -> None:
    """Write plain values as indented JSON."""
    import json

    write(json.dumps(values, indent=2, ensure_ascii=False) + "\n", output)


def kept_report(file: Path, option: str) -> Report:
    """Return the report that was named with an option."""
    from grader.report.json import NotAReport, from_json

    try:
        return from_json(file.read_bytes())
    except NotAReport as problem:
        raise WrongCall(f"{option} {file}: {problem}; write it with `grade PATH --format json`") from problem
    except OSError as problem:
        raise WrongCall(f"{option} {file}: {problem.strerror}") from problem


# Where the writer of each format lies: it is imported when it is asked for.
REPORT_FORMATS = {
    "json": "grader.report.json:to_json",
    "junit": "grader.render.junit:to_junit",
    "gradescope": "grader.render.gradescope:to_gradescope",
}


def report_text(report: Report, kind: str) -> str:
    """Return a report in a format for other programs."""
    module, _, name = REPORT_FORMATS[kind].partition(":")
    text: str = getattr(import_module(module), name)(report)
    return text
