"""`grade doctor` and `grade data`: what this machine has for grading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.shared import FORMATS, OURS, output_option, writable, write

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
    """Show and check data sets."""


@data_command.command("list")
def list_command() -> None:
    """Show each data set: its rows, its size, and whether it is as it must be."""
    from grader.data.manifest import read_manifest

    entries = read_manifest()
    wide = max(map(len, entries))
    for entry in entries.values():
        size = _size(sum(file.bytes for file in entry.files))
        unit = "letters" if entry.kind == "text" else "rows"
        click.echo(f"{entry.name:{wide}}  {entry.rows:6} {unit:7}  {size:>8}  {_state(entry):7}  {entry.title}")


@data_command.command("verify")
def verify_command() -> int:
    """Compare every file with its checksum, and look for files that do not belong there."""
    from grader.data.manifest import faults, read_manifest, unlisted

    entries = read_manifest()
    found = [*(fault for entry in entries.values() for fault in faults(entry)), *unlisted()]
    for fault in found:
        click.echo(str(fault), err=True)
    if found:
        return OURS
    click.echo(f"every file is as it must be: {', '.join(entries)}")
    return 0


def _state(entry: Entry) -> str:
    from grader.data.manifest import faults

    return "damaged" if faults(entry) else "ok"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"
