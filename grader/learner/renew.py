"""A course folder brought up to date, or one task back to its stub; what changes is copied before."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.course import Course, Task, Topic
from grader.course.stub import stub_of
from grader.learner.code_files import files_in
from grader.learner.definitions import Unreadable, named, replaced_in, text_of
from grader.learner.folder import (
    MARK,
    State,
    base_of,
    digest,
    given_files,
    read_state,
    work_file,
    write_state,
)
from grader.learner.merge import Merged, merged, merged_notebook
from grader.learner.progress import update
from grader.learner.progress_changes import after_reset
from grader.storage import atomic_write

BACKUPS = "backups"


def new_backup(folder: Path) -> Path:
    """Return a folder for the copies of one change, named after the time, that is not there yet."""
    name = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    base, number = folder / MARK / BACKUPS, 1
    place = base / name
    while place.exists():
        number += 1
        place = base / f"{name}_{number}"
    return place


def keep_copy(backup: Path, folder: Path, file: Path) -> Path:
    """Copy a file of a course folder into a backup, at its own place there; return the copy."""
    copy = backup / file.resolve().relative_to(folder.resolve())
    atomic_write(copy, file.read_bytes())
    return copy


@dataclass
class Update:
    """What is to be written, and what a learner should know about it."""

    writes: dict[Path, bytes] = field(default_factory=dict)
    bases: dict[Path, bytes] = field(default_factory=dict)  # the texts as they are now given
    notes: list[str] = field(default_factory=list)
    backup: Path | None = None  # where the files are that were changed, as they were

    def write(self, file: Path, data: bytes, note: str) -> None:
        """Plan to write a file."""
        self.writes[file] = data
        self.notes.append(note)


def renew(course: Course, folder: Path, more: Sequence[Topic] = ()) -> Update:
    """Bring a course folder up to date, after a copy of each file that changes has been made.

    Args:
        course: as it is now.
        folder: made by `grade init`.
        more: topics to add to those that were chosen then.

    Raises:
        NoState: the folder was not made by `grade init`.
        OSError: a file cannot be written; those before it are whole, and calling again goes on.
    """
    state = read_state(folder)
    topics = _topics(course, state, more)
    files = given_files(course, topics, notebooks=state.notebooks)
    works = {work_file(topic.slug, state.notebooks): topic.slug for topic in topics}
    update, found, known = Update(), files_in(folder, course), dict(state.files)
    for path, data in files.items():
        file = found.get(works.get(path, ""), folder / path)
        if not file.exists():
            update.write(file, data, f"{path}: new")
        elif file.read_bytes() != data:
            renewed = (
                _work(update, file, path, base_of(folder, path), data)
                if path in works
                else _other(update, file, path, known.get(path), data)
            )
            if not renewed:
                continue
        known[path] = digest(data)
        if path in works:
            update.bases[base_of(folder, path)] = data
    _write(folder, update)
    slugs = None if state.topics is None else tuple(topic.slug for topic in topics)
    write_state(folder, State(slugs, state.notebooks, known))
    return update


def _topics(course: Course, state: State, more: Sequence[Topic]) -> tuple[Topic, ...]:
    if state.topics is None:
        return course.topics
    wanted = {*state.topics, *(topic.slug for topic in more)}
    return tuple(topic for topic in course.topics if topic.slug in wanted)


def _other(update: Update, file: Path, path: str, known: str | None, data: bytes) -> bool:
    """Plan what becomes of a file that is only read; whether it is then as the course has it."""
    if digest(file.read_bytes()) != known:
        update.notes.append(f"{path}: yours is kept, the course has another")
        return False
    update.write(file, data, f"{path}: renewed")
    return True


def _work(update: Update, file: Path, path: str, base: Path, data: bytes) -> bool:
    """Plan what becomes of a file that the learner writes in; whether its given text is then the new one."""
    given = base.read_bytes() if base.is_file() else b""
    theirs = file.read_bytes()
    try:
        new, result = _merged(file, theirs, given, data)
    except (SyntaxError, ValueError) as problem:
        update.notes.append(f"{path}: left as it is, it cannot be read ({problem}): mend it and update again")
        return False
    if new != theirs:
        update.writes[file] = new
    update.notes += _told(path, result)
    return True


def _merged(file: Path, theirs: bytes, given: bytes, data: bytes) -> tuple[bytes, Merged]:
    if file.suffix == ".ipynb":
        result = merged_notebook(theirs, given, data)
        unchanged = not result.added and not result.renewed
        return (theirs if unchanged else result.text.encode()), result
    text = text_of(theirs)
    result = merged(text.text, given.decode(), data.decode())
    if result.text == text.text:
        return theirs, result
    return text.with_text(result.text), result


def _told(path: str, result: Merged) -> list[str]:
    rows = (("added", result.added), ("renewed", result.renewed))
    notes = [f"{path}: {word} {', '.join(names)}" for word, names in rows if names]
    if result.kept:
        names = ", ".join(result.kept)
        notes.append(f"{path}: yours is kept, the course has changed {names}; `grade reset` brings its stub")
    return notes


def _write(folder: Path, update: Update) -> None:
    backup = new_backup(folder)
    for file in update.writes:
        if file.exists():
            keep_copy(backup, folder, file)
            update.backup = backup
    for file, data in {**update.writes, **update.bases}.items():
        atomic_write(file, data)


class CannotReset(ValueError):
    """The file does not let one task be put back; the message says why and what to do."""

    exit_code = 2


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
    copy = None
    if new != data:
        copy = keep_copy(new_backup(folder), folder, file)
        atomic_write(file, new)
    update(folder, lambda progress: after_reset(progress, task.id))
    return Reset(file, copy)


def _changed(course: Course, task: Task, data: bytes, *, notebook: bool) -> bytes | None:
    stub = stub_of(course, task.topic)
    given = named(stub, task.name)
    if given is None:
        raise CannotReset(f"the stub of {task.topic} has no {task.name}: `grade verify` says more")
    new = replaced_in(data, task.name, given.of(stub.split("\n")), notebook=notebook)
    if new is not None and not notebook:
        _refuse_if_broken(new)
    return new


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
