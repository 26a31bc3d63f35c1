"""`grade doctor` and `grade data`: what this machine has for grading."""

from __future__ import annotations

import click

from grader.cli.shared import OURS


@click.command("doctor")
def doctor_command() -> None:
    """Show what this machine offers for grading, on a page that can be pasted into a question.

    It names neither you nor your folders.
    """
    from grader.doctor import machine, show

    click.echo(show.render(machine.diagnose()))


@click.command("data")
def data_command() -> int:
    """Show each data set, and whether every file is as it must be."""
    from grader.data.manifest import faults, read_manifest, unlisted

    entries = read_manifest()
    found = {name: faults(entry) for name, entry in entries.items()}
    wide = max(map(len, entries))
    for name, entry in entries.items():
        size, state = _size(sum(file.bytes for file in entry.files)), "damaged" if found[name] else "ok"
        unit = "letters" if entry.kind == "text" else "rows"
        click.echo(f"{name:{wide}}  {entry.rows:6} {unit:7}  {size:>8}  {state:7}  {entry.title}")
    problems = [*(fault for each in found.values() for fault in each), *unlisted()]
    for problem in problems:
        click.echo(str(problem), err=True)
    return OURS if problems else 0


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"
