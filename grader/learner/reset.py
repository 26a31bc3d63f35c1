"""One task back to its stub, and every other line of the file as it was."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from grader.course import Course, Task
from grader.course.stub import stub_of
from grader.learner.backup import keep_copy, new_backup
from grader.learner.files import write_whole
from grader.learner.module import Unreadable, in_module, in_notebook
from grader.learner.pieces import named, replaced
from grader.learner.step import after_reset
from grader.learner.store import update


class CannotReset(ValueError):
    """The file does not let one task be put back; the message says why and what to do."""


@dataclass(frozen=True)
class Reset:
    """What was done: the file, and the copy of how it was; no copy where the stub was already there."""

    file: Path
    backup: Path | None


def reset(course: Course, task: Task, file: Path, folder: Path) -> Reset:
    """Put the stub of a task back into the learner's file, after a copy of it has been made.

    Raises:
        CannotReset: the task does not stand in the file, or the file cannot be read.
        OSError: the file or its copy cannot be written; then nothing is changed.
    """
    data = file.read_bytes()
    try:
        new = _changed(course, task, data, notebook=file.suffix == ".ipynb")
    except Unreadable as problem:
        raise CannotReset(f"{file}: {problem}") from problem
    if new is None:
        raise CannotReset(f"{file} does not define {task.name}: `grade init --update` brings its stub in")
    if new == data:
        update(folder, lambda progress: after_reset(progress, task.id))
        return Reset(file, None)
    copy = keep_copy(new_backup(folder), folder, file)
    write_whole(file, new)
    update(folder, lambda progress: after_reset(progress, task.id))
    return Reset(file, copy)


def _changed(course: Course, task: Task, data: bytes, *, notebook: bool) -> bytes | None:
    stub = stub_of(course, task.topic)
    given = named(stub, task.name)
    if given is None:
        raise CannotReset(f"the stub of {task.topic} has no {task.name}: `grade verify` says more")
    lines = given.of(stub.split("\n"))
    change = in_notebook if notebook else in_module
    new = change(data, lambda text: _with_stub(text, task.name, lines))
    if new is not None and not notebook:
        _refuse_if_broken(new)
    return new


def _with_stub(text: str, name: str, lines: list[str]) -> str | None:
    piece = named(text, name)
    return None if piece is None else replaced(text, piece, lines)


def _refuse_if_broken(new: bytes) -> None:
    """Refuse where the file is not Python afterwards: then it could not be seen for sure where the task ends."""
    try:
        ast.parse(new)
    except (SyntaxError, ValueError) as problem:
        text = (getattr(problem, "text", None) or "").strip()
        fault = f"{getattr(problem, 'msg', problem)} in {text!r}" if text else str(problem)
        raise CannotReset(
            f"the file would not be Python even with the stub ({fault}): mend that first"
        ) from None
