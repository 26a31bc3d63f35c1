"""Grading with what a terminal shows meanwhile, for the commands that grade one submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.faults import judge_problems
from grader.cli.output import live_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.course import Course
    from grader.report import Report


def graded(paths: Sequence[Path], options: Mapping[str, Any]) -> Report:
    """Grade what lies under `paths`; the options are those of the judge."""
    from grader.judge.grading import grade_submission

    progress = live_progress()
    try:
        with judge_problems():
            return grade_submission(paths, progress=progress, **options)
    finally:
        if progress:
            progress.stop()


def graded_and_kept(paths: Sequence[Path], folder: Path | None, options: Mapping[str, Any]) -> Report:
    """Grade, and add it to the progress of a folder that `grade init` made or that was named; of no other.

    In a course folder its own topics are graded where none are named, and in a part of it those that lie there.
    """
    from grader.learner import folder_of

    made = folder_of(paths)
    place = folder or made
    if place is None:
        return graded(paths, options)
    from grader.course import load_course
    from grader.learner import record
    from grader.learner.current import codes_in
    from grader.learner.reading import Reader

    with judge_problems():
        course = load_course()
        if made is not None and not options["tasks"]:
            options = {**options, "tasks": _topics(course, paths, made)}
        asked = {task.topic for task in course.select(options["tasks"])}
    reader = Reader(course, paths, asked)
    before = codes_in(reader.read(), course)
    report = graded(paths, options)
    if options.get("keyword"):  # some of a task's tests say nothing about the task
        return report
    after = codes_in(reader.read(), course)  # what was saved meanwhile may not be what was graded
    note = record(place, report, codes={key: code for key, code in after.items() if before.get(key) == code})
    if note:
        click.echo(note, err=True)
    return report


def _topics(course: Course, paths: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """Return the topics that paths in a course folder stand for; none for all of the course."""
    from grader.learner.current import topics_of
    from grader.learner.reading import Reader

    files = Reader(course, paths, ()).read().parts
    whole = any(path.resolve() == folder for path in paths)
    found = [topic.slug for topic in topics_of(folder, course, files)] if whole else list(files)
    return () if len(found) == len(course.slugs) else tuple(found)
