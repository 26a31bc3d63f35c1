"""`grade verify`, `grade stubs`, `grade text`: for those who write the course."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exit_codes import FAILED, OurFault, WrongCall, course_problems, judge_problems
from grader.cli.output import FORMATS, device_option, live_progress, output_option, show, writable, write

if TYPE_CHECKING:
    from grader.course import Course
    from grader.text.translations import Translation
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
def verify_command(names: tuple[str, ...], kind: str, output: Path | None, **options: Any) -> int:
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


@click.command("stubs")
def stubs_command() -> None:
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


PAGES = "ui"  # what stands in place of a topic for the words of the pages


@click.command("text", short_help="Write the texts of a topic for a translator.")
@click.argument("name", metavar="TOPIC")
@click.option("--language", metavar="CODE", help="Fill in what is translated into this language.")
@click.option("--check", is_flag=True, help="List what the translation lacks, and write nothing.")
@output_option
def text_command(name: str, language: str | None, check: bool, output: Path | None) -> int:
    """Write the texts of a topic for a translator; `ui` in place of TOPIC is the words of the pages."""
    from grader.course import load_course
    from grader.text.translations import catalogue_text

    writable(output)
    if check and language is None:
        raise WrongCall("--check compares a translation: name its --language")
    with course_problems():
        course = load_course()
        file, english = _texts(course, name, language)
    done = _translation(file)
    if check:
        return _check(file, english, done)
    write(catalogue_text(name, english, done, language), output)
    if output is None and language is not None:
        click.echo(f"the translation is read from {file}", err=True)
    return 0


def _texts(course: Course, name: str, language: str | None) -> tuple[Path | None, dict[str, str]]:
    from grader.text.lookup import catalogue_of, words
    from grader.text.translations import BadLanguage, speak, topic_file, ui_file

    try:
        code = speak(language) if language else None
    except BadLanguage as problem:
        raise WrongCall(str(problem)) from problem
    if name == PAGES:
        return (ui_file(code) if code else None), words()
    topic = course.topic(name)
    return (topic_file(course.exercises, name, code) if code else None), catalogue_of(course, topic)


def _translation(file: Path | None) -> Translation:
    from grader.text.translations import BadTranslation, Translation, read

    try:
        return read(file) if file else Translation()
    except BadTranslation as problem:
        raise OurFault(str(problem)) from problem


def _check(file: Path | None, english: dict[str, str], done: Translation) -> int:
    from grader.text.translations import gaps

    found = gaps(english, done)
    for state, keys in (("missing", found.missing), ("outdated", found.outdated), ("unknown", found.unknown)):
        for key in keys:
            click.echo(f"{state:9} {key}")
    if found:
        counts = f"{len(found.missing)} missing, {len(found.outdated)} outdated, {len(found.unknown)} unknown"
        click.echo(f"{file}: {counts} of {len(english)} texts", err=True)
        return FAILED
    click.echo(f"{file} has all {len(english)} texts")
    return 0
