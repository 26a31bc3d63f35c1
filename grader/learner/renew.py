"""A course folder brought up to date, or one task back to its stub; what changes is copied before."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from grader.course import Course, Task, Topic
from grader.course.stub import stub_of
from grader.learner.code_files import files_in
from grader.learner.definitions import Unreadable, named, replaced_in, text_of
from grader.learner.folder import (
    MARK,
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
MOST_IN_A_SECOND = 1000
KEPT = "yours is kept, the course has another"


def new_backup(folder: Path) -> Path:
    """Return a folder for the copies of one change, named after the time, that is not there yet."""
    name = folder / MARK / BACKUPS / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    names = (name, *(name.with_name(f"{name.name}_{number}") for number in range(2, MOST_IN_A_SECOND)))
    return next(place for place in names if not place.exists())


def keep_copy(backup: Path, folder: Path, file: Path) -> Path:
    """Copy a file of a course folder into a backup, at its own place there; return the copy."""
    copy = backup / file.resolve().relative_to(folder.resolve())
    atomic_write(copy, file.read_bytes())
    return copy


@dataclass
class Update:
    """What a learner should know of an update."""

    notes: list[str] = field(default_factory=list)
    backup: Path | None = None  # where the files are that were changed, as they were


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
    state, found = read_state(folder), files_in(folder, course)
    if state.topics is not None:
        state = replace(state, topics=(*state.topics, *(topic.slug for topic in more)))
    topics = state.topics_in(course)
    works = {work_file(topic.slug, state.notebooks): topic.slug for topic in topics}
    done, backup, known = Update(), new_backup(folder), dict(state.files)
    for path, data in given_files(course, topics, notebooks=state.notebooks).items():
        file, base = found.get(works.get(path, ""), folder / path), base_of(folder, path)
        old = file.read_bytes() if file.exists() else None
        if old in (None, data) or digest(old or b"") == known.get(path):
            new: bytes | None = data
            notes = [] if old == data else ["new" if old is None else "renewed"]
        elif path in works:
            new, notes = _work(file, old or b"", base.read_bytes() if base.is_file() else b"", data)
        else:
            new, notes = None, [KEPT]
        done.notes += [f"{path}: {note}" for note in notes]
        if new is None:
            continue
        if new != old:
            if old is not None:
                keep_copy(backup, folder, file)
                done.backup = backup
            atomic_write(file, new)
        if path in works:
            atomic_write(base, data)
        known[path] = digest(data)
    slugs = None if state.topics is None else tuple(topic.slug for topic in topics)
    write_state(folder, replace(state, topics=slugs, files=known))
    return done


def _work(file: Path, theirs: bytes, given: bytes, data: bytes) -> tuple[bytes | None, list[str]]:
    """Return a file that the learner writes in as it will be, None where it cannot be read, and what became of it."""
    try:
        new, result = _merged(file, theirs, given, data)
    except (SyntaxError, ValueError) as problem:
        return None, [f"left as it is, it cannot be read ({problem}): mend it and update again"]
    notes = [f"added {', '.join(result.added)}"] if result.added else []
    if result.kept:
        names = ", ".join(result.kept)
        notes.append(f"yours is kept, the course has changed {names}; `grade reset` brings the stub of a task")
    return new, notes


def _merged(file: Path, theirs: bytes, given: bytes, data: bytes) -> tuple[bytes, Merged]:
    if file.suffix == ".ipynb":
        result = merged_notebook(theirs, given, data)
        return (result.text.encode() if result.added else theirs), result
    text = text_of(theirs)
    result = merged(text.text, given.decode(), data.decode())
    return (text.with_text(result.text) if result.added else theirs), result


class CannotReset(ValueError):
    """The file does not let one task be put back; the message says why and what to do."""

    exit_code = 2


def reset(course: Course, task: Task, file: Path, folder: Path) -> Path | None:
    """Put the stub of a task back into the learner's file; return a copy of how it was, None if it was its stub.

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
    return copy


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
