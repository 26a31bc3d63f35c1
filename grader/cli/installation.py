"""`grade doctor` and `grade data`: what this machine has for grading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.shared import FAILED, FOLDER, FORMATS, OURS, WrongCall, output_option, writable, write

if TYPE_CHECKING:
    from grader.data.manifest import Entry


@click.command("doctor")
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What comes out.")
@output_option
def doctor_command(kind: str, output: Path | None) -> None:
    """Show what this machine offers for grading, on a page that can be pasted into a question.

    It names neither you nor your folders.
    """
    from grader.doctor import machine, show

    writable(output)
    diagnosis = machine.diagnose()
    if kind == "json":
        write(show.to_json(diagnosis), output)
    else:
        write(show.render(diagnosis) + "\n", output)


@click.group("data")
def data_command() -> None:
    """Show, check and add data sets."""


@data_command.command("list")
def list_command() -> None:
    """Show each data set: its rows, its size, and whether it is as it must be."""
    from grader.data.manifest import read_manifest

    entries = read_manifest()
    wide = max(map(len, entries))
    for entry in entries.values():
        size = _size(sum(file.bytes for file in entry.files))
        unit = "letters" if entry.kind == "text" else "rows"
        click.echo(f"{entry.name:{wide}}  {entry.rows:6} {unit:7}  {size:>8}  {_state(entry):9}  {entry.title}")


@data_command.command("verify")
def verify_command() -> int:
    """Compare every file with its checksum, and look for files that do not belong there."""
    from grader.data.manifest import faults, is_absent, read_manifest, unlisted

    entries = read_manifest().values()
    ours = [*(fault for entry in entries if entry.shipped for fault in faults(entry)), *unlisted()]
    theirs = [fault for entry in entries if not entry.shipped for fault in faults(entry)]
    for fault in (*ours, *theirs):
        click.echo(str(fault), err=True)
    if ours or theirs:
        return OURS if ours else FAILED
    present = [entry.name for entry in entries if not is_absent(entry)]
    click.echo(f"every file is as it must be: {', '.join(present)}")
    return 0


@data_command.command("mnist")
@click.option("--from", "source", type=FOLDER, required=True, help="Where your four files are, plain or .gz.")
@click.option("--to", "home", type=FOLDER, help="Your data folder, if not the usual one.")
def mnist_command(source: Path, home: Path | None) -> None:
    """Add all of MNIST from the four files that you have, as `mnist_full`; nothing is downloaded."""
    from grader.data.manifest import HOME_VARIABLE, DataError, home_folder, read_manifest
    from grader.data.mnist import add_mnist

    entry = read_manifest()["mnist_full"]
    try:
        stored = add_mnist(entry, source, (home or home_folder()).absolute())
    except DataError as problem:  # of the files that were named
        raise WrongCall(str(problem)) from problem
    click.echo(f"{entry.rows} images, as published, are in {stored}")
    if stored != entry.folder:
        click.echo(f"they are found there when {HOME_VARIABLE} is set to {stored.parent}")


def _state(entry: Entry) -> str:
    from grader.data.manifest import faults, is_absent

    return "not added" if is_absent(entry) else "damaged" if faults(entry) else "ok"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"
