"""`grade doctor`: what this machine offers for grading."""

from __future__ import annotations

import click


@click.command("doctor")
def command() -> None:
    """Show what this machine offers for grading."""
    from grader.doctor import report, text

    click.echo(text.render(report.diagnose()))
