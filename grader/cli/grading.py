"""Grading with what a terminal shows meanwhile, for the commands that grade one submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.cli.faults import judge_problems
from grader.cli.output import live_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.report import Report


def graded(paths: Sequence[Path], options: Mapping[str, Any]) -> Report:
    """Grade what lies under `paths`; the options are those of the judge."""
    from grader.judge.grading import grade_submission

    progress = live_progress()
    try:
        with judge_problems():
            tasks = options["tasks"] or _topics(paths)
            return grade_submission(paths, progress=progress, **{**options, "tasks": tasks})
    finally:
        if progress:
            progress.stop()


def _topics(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return what is graded where no task is named: in a course folder its topics, in a part of it those with a file.

    None elsewhere: the judge then takes the whole course for a folder, and for a file its topic.
    """
    from grader.course import load_course
    from grader.learner import folder_of
    from grader.learner.work import files_under, tasks_in

    folder = folder_of(paths)
    if folder is None:
        return ()
    course = load_course()
    if all(path.resolve() == folder for path in paths):
        return tuple(dict.fromkeys(task.topic for task in tasks_in(folder, course)))
    return tuple(slug for slug in course.slugs if slug in files_under(paths, course))
