"""`grade doctor`: what this machine offers for grading."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.output import FORMATS, output_option, writable, write


@click.command("doctor")
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What comes out.")
@output_option
def command(kind: str, output: Path | None) -> None:
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
