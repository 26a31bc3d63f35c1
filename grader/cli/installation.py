"""`grade doctor` and `grade data`: what this machine has for grading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exit_codes import FAILED, OURS, OurFault, WrongCall
from grader.cli.output import FORMATS, output_option, writable, write

if TYPE_CHECKING:
    from grader.data.manifest import Entry


@click.command("doctor")
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What comes out.")
@output_option
def doctor_command(kind: str, output: Path | None) -> None:
    """Show what this machine offers for grading, on a page that can be pasted into a question.

    It names neither you nor your folders.
    """
    from grader.doctor import machine

    writable(output)
    diagnosis = machine.diagnose()
    if kind == "json":
        from grader.doctor.show import to_json

        write(to_json(diagnosis), output)
    else:
        from grader.doctor import show

        write(show.render(diagnosis) + "\n", output)


FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("data")
def data_command() -> None:
    """Show, check and add data sets."""


@data_command.command("list")
def list_command() -> None:
    """Show each data set: its rows, its size, and whether it is as it must be."""
    entries = _entries()
    wide = max(map(len, entries))
    for entry in entries.values():
        size = _size(sum(file.bytes for file in entry.files))
        click.echo(f"{entry.name:{wide}}  {entry.rows:6} rows  {size:>8}  {_state(entry):9}  {entry.title}")


@data_command.command("verify")
def verify_command() -> int:
    """Compare every file with its checksum, and look for files that do not belong there."""
    from grader.data.manifest import faults, is_absent, unlisted

    entries = _entries().values()
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
    from grader.data.manifest import HOME_VARIABLE, home_folder
    from grader.data.mnist import add_mnist

    entry = _entries()["mnist_full"]
    with _theirs():
        stored = add_mnist(entry, source, (home or home_folder()).absolute())
    click.echo(f"{entry.rows} images, as published, are in {stored}")
    if stored != entry.folder:
        click.echo(f"they are found there when {HOME_VARIABLE} is set to {stored.parent}")


def _entries() -> dict[str, Entry]:
    from grader.data.manifest import DataError, read_manifest

    try:
        return read_manifest()
    except DataError as problem:
        raise OurFault(str(problem)) from problem


@contextmanager
def _theirs() -> Iterator[None]:
    from grader.data.manifest import DataError

    try:
        yield
    except DataError as problem:
        raise WrongCall(str(problem)) from problem


def _state(entry: Entry) -> str:
    from grader.data.manifest import faults, is_absent

    return "not added" if is_absent(entry) else "damaged" if faults(entry) else "ok"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"
