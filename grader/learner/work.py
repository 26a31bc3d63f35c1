"""A learner's own files in a course folder: which topics there are, and where each task stands."""

from __future__ import annotations

import ast
from functools import partial
from pathlib import Path

from grader.course import Course, Task
from grader.course.stub import stub_of
from grader.intake import IntakeError, find_submission, read_source
from grader.intake.notebook import ModuleText, module_of
from grader.intake.python_text import SourceProblem


def files_in(folder: Path, course: Course) -> dict[str, Path]:
    """Return the learner's file of each topic that has one; nothing where two files could be the same topic."""
    try:
        found = find_submission([folder], course.slugs, partial(stub_of, course)).files
    except IntakeError:
        return {}
    return {slug: file for slug, file in found.items() if isinstance(file, Path)}


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
