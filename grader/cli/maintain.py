"""`grade verify`, `grade stubs`: for those who write the course."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from grader.cli import shared


@click.command("verify", short_help="Prove that the suites judge rightly.")
@click.argument("names", nargs=-1, metavar="[TOPIC | TASK]...")
@click.option(
    "--seeds", type=shared.POSITIVE, default=1, metavar="N", help="Play each solution under N seeds."
)
@click.option(
    "--statistical-seeds",
    type=shared.POSITIVE,
    metavar="M",
    help="As many for tests that train or sample; N if not given.",
)
@click.option(
    "--jobs", type=shared.POSITIVE, metavar="N", help="Parts of the proof to play at the same time."
)
@click.option("--mutate", is_flag=True, help="Change the solutions in one place each, and list what no test fails.")
@shared.device_option
@click.option("--format", "kind", type=shared.FORMATS, default="terminal", help="What the proof looks like.")
@shared.output_option
def verify_command(names: tuple[str, ...], kind: str, output: Path | None, **options: Any) -> int:
    """Prove that stubs score nothing, solutions everything, and that known mistakes are caught and named."""
    from grader.verify import verify

    shared.writable(output)
    with shared.live_progress() as live:
        proof = verify(names, progress=live.count if live else None, **options)
    if kind == "json":
        shared.write_json(asdict(proof), output)
    else:
        from grader.render import verification as pages

        shared.show(lambda console: pages.show(proof, console), output)
    return 0 if proof.ok else shared.FAILED


@click.command("stubs")
def stubs_command() -> None:
    """Write the stubs anew from the solutions."""
    from grader.course import load_course
    from grader.course.stub import write_stubs

    course = load_course()
    course.require_solutions()
    changed = write_stubs(course)
    for file in changed:
        click.echo(f"wrote {file}")
    if not changed:
        click.echo("every stub is up to date")
