"""`grade verify`: the proof that the suites judge rightly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import FAILED, judge_problems
from grader.cli.output import FORMATS, live_progress, output_option, show, writable, write

if TYPE_CHECKING:
    from grader.verify import Verification


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
    proof = _verify(topics, seeds)
    if kind == "json":
        write(json.dumps(asdict(proof), indent=2) + "\n", output)
    else:
        from grader.render import proof as pages

        show(lambda console: pages.show(proof, console), output)
    return 0 if proof.ok else FAILED


def _verify(topics: Sequence[str], seeds: int) -> Verification:
    from grader.course import load_course
    from grader.verify import verify

    live = live_progress()
    if live is None:
        with judge_problems():
            return verify(topics, seeds=seeds)
    try:
        with judge_problems():
            live.start(len(load_course().select(topics)))
            return verify(topics, seeds=seeds, progress=lambda task_id: live.advance(task_id, "", "pass"))
    finally:
        live.stop()
