"""A course folder brought up to date: new tasks come in, and what somebody wrote stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course import Course, Topic
from grader.learner.backup import keep_copy, new_backup
from grader.learner.files import write_whole
from grader.learner.given import given_files, work_file
from grader.learner.merge import Merged, merged
from grader.learner.merge_notebook import merged_notebook
from grader.learner.module import text_of
from grader.learner.state import State, base_of, digest, read_state, write_state
from grader.learner.work import files_in


@dataclass
class Update:
    """What is to be written, and what a learner should know about it."""

    writes: dict[Path, bytes] = field(default_factory=dict)
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
    works = {work_file(topic.slug, state.notebooks): topic for topic in topics}
    update, found = Update(), files_in(folder, course)
    known, bases = dict(state.files), {}
    for path, data in files.items():
        file = found.get(works[path].slug, folder / path) if path in works else folder / path
        done = (
            _work(update, folder, path, file, data)
            if path in works
            else _other(update, path, file, data, known)
        )
        if done:
            known[path] = digest(data)
            bases[path] = data
    _write(folder, update, {path: bases[path] for path in works if path in bases})
    slugs = None if state.topics is None else tuple(topic.slug for topic in topics)
    write_state(folder, State(slugs, state.notebooks, known))
    return update


def _topics(course: Course, state: State, more: Sequence[Topic]) -> tuple[Topic, ...]:
    if state.topics is None:
        return course.topics
    wanted = {*state.topics, *(topic.slug for topic in more)}
    return tuple(topic for topic in course.topics if topic.slug in wanted)


def _other(update: Update, path: str, file: Path, data: bytes, known: Mapping[str, str]) -> bool:
    """Plan what becomes of a file that is only read; whether it is then as the course has it."""
    if not file.exists():
        update.write(file, data, f"{path}: new")
    elif file.read_bytes() != data:
        if digest(file.read_bytes()) != known.get(path):
            update.notes.append(f"{path}: yours is kept, the course has another")
            return False
        update.write(file, data, f"{path}: renewed")
    return True


def _work(update: Update, folder: Path, path: str, file: Path, data: bytes) -> bool:
    """Plan what becomes of a file that the learner writes in; whether its given text is then the new one."""
    if not file.exists():
        update.write(file, data, f"{path}: new")
        return True
    base = base_of(folder, path)
    given = base.read_bytes() if base.is_file() else b""
    theirs = file.read_bytes()
    if theirs == data:
        return True
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


def _write(folder: Path, update: Update, bases: Mapping[str, bytes]) -> None:
    backup = new_backup(folder)
    for file in update.writes:
        if file.exists():
            keep_copy(backup, folder, file)
            update.backup = backup
    for file, data in update.writes.items():
        write_whole(file, data)
    for path, data in bases.items():
        write_whole(base_of(folder, path), data)
