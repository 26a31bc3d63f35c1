"""The learner's files as they are now, each task with its place and a mark of its code; nothing is executed."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from grader.course import Course, Task, Topic
from grader.course.stub import stub_of, trees_of
from grader.intake import (
    Content,
    IntakeError,
    NothingFound,
    Source,
    SourceProblem,
    TaskState,
    check_task,
    find_submission,
    read_source,
)
from grader.intake.bindings import Definition
from grader.intake.topic_imports import files_needed
from grader.learner.code_marks import marks_of
from grader.learner.progress_changes import IDLE as IDLE

MOST_BYTES = 200_000_000  # more is no file of a learner's
UNBEGUN = (TaskState.NOT_ATTEMPTED, TaskState.MISSING, TaskState.MISNAMED)


@dataclass(frozen=True)
class Part:
    """One topic's file."""

    path: Path
    content: Content
    marks: Mapping[str, str] = field(default_factory=dict)  # by task id; none where the file cannot be read
    problem: str | None = None  # why it cannot be read, in the words of the grader


@dataclass(frozen=True)
class Reading:
    """All files that lie under the path now."""

    parts: Mapping[str, Part] = field(default_factory=dict)  # by topic
    problem: str | None = None  # why there are none, or which two files could be the same topic
    is_empty: bool = False  # there is no file of any topic

    @property
    def empty(self) -> frozenset[str]:
        """The topics whose file holds nothing, as in the middle of a save."""
        return frozenset(slug for slug, part in self.parts.items() if not part.content.data.strip())


class Reader:
    """Reads the files under a path again and again; a file that did not change costs a look at its bytes."""

    def __init__(
        self, course: Course, path: Path | Sequence[Path], marked: Collection[str] | None = None
    ) -> None:
        """Read nothing yet; `marked` are the topics whose tasks get marks, all of them if None."""
        self.course, self.marked = course, marked
        self.paths = [path] if isinstance(path, Path) else list(path)
        self._last: dict[str, Part] = {}
        self._given = functools.cache(partial(trees_of, course))

    def read(self) -> Reading:
        """Return the files as they are; every fault of theirs comes back as words."""
        try:
            found = find_submission(self.paths, self.course.slugs, partial(stub_of, self.course))
        except IntakeError as problem:
            return Reading({}, str(problem), isinstance(problem, NothingFound))
        parts = {}
        for slug, file in found.files.items():
            assert isinstance(file, Path)
            if (part := self._part(self.course.topic(slug), file)) is not None:
                parts[slug] = part
        self._last = parts
        return Reading(self._with_imports(parts))

    def _with_imports(self, parts: Mapping[str, Part]) -> dict[str, Part]:
        """Return the files, the marks of each with the bytes of the topics that it may import."""
        contents, found = {slug: part.content for slug, part in parts.items()}, {}
        for slug, part in parts.items():
            others = [file.data for each, file in files_needed(slug, contents).items() if each != slug]
            code = hashlib.sha256(b"\0".join(others)).hexdigest()[:24] if others else ""
            marks = {task: mark if mark == IDLE else mark + code for task, mark in part.marks.items()}
            found[slug] = replace(part, marks=marks)
        return found

    def file_of(self, slug: str) -> Path | None:
        """Return the file of a topic, as it was last found."""
        part = self._last.get(slug)
        return part.path if part else None

    def _part(self, topic: Topic, file: Path) -> Part | None:
        """Return a file with its marks; None where it went away since it was found."""
        try:
            with open(file, "rb") as stream:
                content = Content(file.name, stream.read(MOST_BYTES))
        except FileNotFoundError:
            return None
        except OSError as problem:
            reason = f"{file.name} cannot be read ({problem.strerror or problem}): check its rights."
            return Part(file, Content(file.name, b""), problem=reason)
        before = self._last.get(topic.slug)
        if before is not None and (before.path, before.content) == (file, content):
            return before
        if self.marked is not None and topic.slug not in self.marked:
            return Part(file, content)
        source = read_source(content, [task.name for task in topic.tasks])
        if isinstance(source, SourceProblem):
            return Part(file, content, problem=source.message)
        return Part(file, content, self._marks(topic, source))

    def _marks(self, topic: Topic, source: Source) -> dict[str, str]:
        codes = marks_of(source.text, [task.name for task in topic.tasks])
        broken = source.notebook.broken if source.notebook else {}
        reference, stub = self._given(topic.slug)
        marks = {}
        for task in topic.tasks:
            if task.name in broken:
                marks[task.id] = f"broken {broken[task.name].message}"
            else:
                state = check_task(source.tree, reference, task.name, stub).state
                marks[task.id] = IDLE if state in UNBEGUN else codes[task.name]
        return marks


def files_in(folder: Path, course: Course) -> dict[str, Path]:
    """Return the learner's file of each topic that has one; nothing where two files could be the same topic."""
    return {slug: part.path for slug, part in Reader(course, folder, ()).read().parts.items()}


def place_of(task: Task, file: Path, folder: Path) -> str:
    """Return where a task stands, as `losses/losses.py:63`, or `losses/losses.ipynb, cell 5` in a notebook."""
    shown = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)
    source = read_source(file, [task.name] if file.suffix == ".ipynb" else ())
    if isinstance(source, SourceProblem):
        return shown
    if source.notebook:
        return f"{shown}, {source.notebook.defined[task.name]}" if task.name in source.notebook.defined else shown
    definitions = [node for node in source.tree.body if isinstance(node, Definition) and node.name == task.name]
    return f"{shown}:{definitions[-1].lineno}" if definitions else shown
