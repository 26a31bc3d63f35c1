"""`grade text`: the texts of a topic for a translator, and what a translation lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.faults import FAILED, OurFault, WrongCall, course_problems
from grader.cli.output import output_option, writable, write

if TYPE_CHECKING:
    from grader.course import Course
    from grader.text.translations import Translation

PAGES = "ui"  # what stands in place of a topic for the words of the pages


@click.command("text", short_help="Write the texts of a topic for a translator.")
@click.argument("name", metavar="TOPIC")
@click.option("--language", metavar="CODE", help="Fill in what is translated into this language.")
@click.option("--check", is_flag=True, help="List what the translation lacks, and write nothing.")
@output_option
def command(name: str, language: str | None, check: bool, output: Path | None) -> int:
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
