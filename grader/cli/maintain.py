"""`grade verify`, `grade stubs`, `grade text`: for those who write the course."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import shared

if TYPE_CHECKING:
    from grader.course import Course
    from grader.text import Translation


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


PAGES = "ui"  # what stands in place of a topic for the words of the pages


@click.command("text", short_help="Write the texts of a topic for a translator.")
@click.argument("name", metavar="TOPIC")
@click.option("--language", metavar="CODE", help="Fill in what is translated into this language.")
@click.option("--check", is_flag=True, help="List what the translation lacks, and write nothing.")
@shared.output_option
def text_command(name: str, language: str | None, check: bool, output: Path | None) -> int:
    """Write the texts of a topic for a translator; `ui` in place of TOPIC is the words of the pages."""
    from grader.course import load_course
    from grader.text import Translation, read
    from grader.text.catalogue import catalogue_text

    shared.writable(output)
    if check and language is None:
        raise shared.WrongCall("--check compares a translation: name its --language")
    file, english = _texts(load_course(), name, language)
    done = read(file) if file else Translation()
    if check:
        return _check(file, english, done)
    shared.write(catalogue_text(name, english, done, language), output)
    if output is None and language is not None:
        click.echo(f"the translation is read from {file}", err=True)
    return 0


def _texts(course: Course, name: str, language: str | None) -> tuple[Path | None, dict[str, str]]:
    from grader.text import speak, topic_file, ui_file
    from grader.text.catalogue import catalogue_of, words

    code = speak(language) if language else None
    if name == PAGES:
        return (ui_file(code) if code else None), words()
    topic = course.topic(name)
    return (topic_file(course.exercises, name, code) if code else None), catalogue_of(course, topic)


def _check(file: Path | None, english: dict[str, str], done: Translation) -> int:
    from grader.text.catalogue import gaps

    found = gaps(english, done)
    for state, keys in (("missing", found.missing), ("outdated", found.outdated), ("unknown", found.unknown)):
        for key in keys:
            click.echo(f"{state:9} {key}")
    if found:
        counts = f"{len(found.missing)} missing, {len(found.outdated)} outdated, {len(found.unknown)} unknown"
        click.echo(f"{file}: {counts} of {len(english)} texts", err=True)
        return shared.FAILED
    click.echo(f"{file} has all {len(english)} texts")
    return 0
