"""A learner's own files in a course folder: which topics there are, and where each task stands."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from grader.course import Course, Task
from grader.course.stub import stub_of
from grader.intake import Content, IntakeError, NothingFound, find_submission, read_source
from grader.intake.notebook import ModuleText, module_of
from grader.intake.source import SourceProblem
from grader.learner.model import Progress
from grader.learner.state import chosen_topics


def tasks_in(folder: Path | None, course: Course) -> tuple[Task, ...]:
    """Return the tasks of the topics that a course folder was made for; without a folder all of the course."""
    topics = chosen_topics(folder) if folder else ()
    return tuple(task for task in course.tasks if not topics or task.topic in topics)


def files_in(folder: Path, course: Course) -> dict[str, Path]:
    """Return the learner's file of each topic that has one; nothing where two files could be the same topic."""
    found = files_under([folder], course)
    return {slug: file for slug, file in found.items() if isinstance(file, Path)}


def files_under(paths: Sequence[Path], course: Course) -> Mapping[str, Path | Content]:
    """Return the file of each topic under some paths; nothing where two could be the same topic, or there is none."""
    try:
        return find_submission(list(paths), course.slugs, partial(stub_of, course)).files
    except (IntakeError, NothingFound):
        return {}


def as_it_stands(progress: Progress, folder: Path, course: Course) -> Progress:
    """Return what is known of the tasks whose topic has a file now; of the others it is remembered, and does not count.

    Where two files could be the same topic, and where there is none at all, everything counts as it did.
    """
    files = files_in(folder, course)
    if not files:
        return progress
    return Progress(
        {
            task_id: entry if task_id.rpartition(".")[0] in files else replace(entry, last=None, failure=None)
            for task_id, entry in progress.tasks.items()
        }
    )


def place_of(task: Task, file: Path, folder: Path) -> str:
    """Return where a task stands, as `losses/losses.py:63`, or `losses/losses.ipynb, cell 5` in a notebook."""
    shown = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)
    if file.suffix == ".ipynb":
        cell = _cell_of(task, file)
        return f"{shown}, {cell}" if cell else shown
    source = read_source(file)
    if isinstance(source, SourceProblem):
        return shown
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    lines = [node.lineno for node in source.tree.body if isinstance(node, kinds) and node.name == task.name]
    return f"{shown}:{lines[-1]}" if lines else shown


def _cell_of(task: Task, file: Path) -> str | None:
    try:
        found = module_of(file.read_bytes(), file.name, [task.name])
    except OSError:
        return None
    return found.defined.get(task.name) if isinstance(found, ModuleText) else None
