"""`grade verify`: the proof that the suites judge rightly."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from grader.cli.faults import FAILED, course_problems
from grader.cli.output import FORMATS, output_option, show, writable, write


@click.command("verify", short_help="Prove that the suites judge rightly.")
@click.argument("topics", nargs=-1, metavar="[TOPIC]...")
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, metavar="N", help="Grade each solution N times."
)
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What the proof looks like.")
@output_option
def command(topics: tuple[str, ...], seeds: int, kind: str, output: Path | None) -> int:
    """Prove that stubs score nothing, solutions everything, and that known mistakes are caught and named."""
    writable(output)
    with course_problems():
        from grader.verify import verify

        proof = verify(topics, seeds=seeds)
    if kind == "json":
        write(json.dumps(asdict(proof), indent=2) + "\n", output)
    else:
        from grader.render import proof as pages

        show(lambda console: pages.show(proof, console), output)
    return 0 if proof.ok else FAILED
