"""`grade watch [PATH]`: each save graded, on a page that stays."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.learner import course_folder, current_in, progress_option
from grader.cli.shared import PATH, STOPPED, WrongCall, device_option, open_console, seed_option

if TYPE_CHECKING:
    from grader.watch.screen import Screen


@click.command("watch", short_help="Grade at each save what was changed.")
@click.argument("path", metavar="[PATH]", required=False, type=PATH)
@seed_option
@click.option("--core", is_flag=True, help="Leave details out, as in `grade PATH`.")
@click.option("--sandbox", type=click.Choice(["auto", "strict"]), default="auto", help="As in `grade PATH`.")
@device_option
@progress_option
def command(
    path: Path | None, seed: int | None, core: bool, sandbox: str, device: str,
    folder: Path | None,
) -> int:  # fmt: skip
    """Grade at each save the tasks whose code was changed: PATH, else the course folder you are in.

    Comments and layout alone grade nothing. The inputs stay the same until it ends: two failures can be compared.
    """
    from grader.course import load_course
    from grader.learner.code_files import Reader
    from grader.learner.folder import folder_of
    from grader.learner.progress import Progress
    from grader.watch.grading import Options
    from grader.watch.run import Watch

    watched = path or course_folder(None) or Path(".")
    course = load_course()
    reader = Reader(course, watched)
    reading = reader.read()
    if reading.problem is not None:
        raise WrongCall(reading.problem)
    place = folder or folder_of([watched])
    now = current_in(place, course) if place else None
    progress = now.progress if now else Progress()
    whole = now is not None and watched.resolve() == folder_of([watched])
    topics = now.topics if now and whole else ()
    options = Options(str(watched), place, seed, sandbox, device, core, topics)
    session = Watch(course, options, progress, _screen())
    return STOPPED if session.run(reader, reading) else 0


def _screen() -> Screen:
    """Return the page, or refuse the call where nobody could see it or press its keys."""
    from grader.watch.screen import Screen

    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") in ("dumb", "unknown"):
        raise WrongCall("`grade watch` shows a page and takes keys, in a terminal: `grade PATH` grades once")
    return Screen(open_console())
