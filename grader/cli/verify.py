"""`grade verify`: the proof that the suites judge rightly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.faults import FAILED, judge_problems
from grader.cli.output import FORMATS, device_option, live_progress, output_option, show, writable, write

if TYPE_CHECKING:
    from grader.verify import Verification

POSITIVE = click.IntRange(min=1)


@click.command("verify", short_help="Prove that the suites judge rightly.")
@click.argument("names", nargs=-1, metavar="[TOPIC | TASK]...")
@click.option("--seeds", type=POSITIVE, default=1, metavar="N", help="Play each solution under N seeds.")
@click.option(
    "--statistical-seeds",
    type=POSITIVE,
    metavar="M",
    help="As many for tests that train or sample; N if not given.",
)
@click.option("--jobs", type=POSITIVE, metavar="N", help="Parts of the proof to play at the same time.")
@device_option
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What the proof looks like.")
@output_option
def command(names: tuple[str, ...], kind: str, output: Path | None, **options: Any) -> int:
    """Prove that stubs score nothing, solutions everything, and that known mistakes are caught and named."""
    writable(output)
    proof = _verify(names, options)
    if kind == "json":
        write(json.dumps(asdict(proof), indent=2) + "\n", output)
    else:
        from grader.render import verification as pages

        show(lambda console: pages.show(proof, console), output)
    return 0 if proof.ok else FAILED


def _verify(names: Sequence[str], options: dict[str, Any]) -> Verification:
    from grader.verify import verify

    live = live_progress()
    try:
        with judge_problems():
            return verify(names, progress=live.count if live else None, **options)
    finally:
        if live:
            live.stop()
