"""`grade stubs`: the stubs of the checkout, generated from its solutions."""

from __future__ import annotations

import click

from grader.cli.faults import course_problems


@click.command("stubs")
def command() -> None:
    """Write the stubs anew from the solutions."""
    from grader.course import load_course
    from grader.course.stub import write_stubs

    with course_problems():
        course = load_course()
        course.require_solutions()
        changed = write_stubs(course)
    for file in changed:
        click.echo(f"wrote {file}")
    if not changed:
        click.echo("every stub is up to date")
