"""What a course folder is now: its topics, their files, how each task stands, and which are open."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course import Course, Task, Topic
from grader.learner.code_files import IDLE, Reader, Reading
from grader.learner.folder import given_topics
from grader.learner.progress import Progress, TaskProgress
from grader.report import Verdict


@dataclass(frozen=True)
class Current:
    """A course folder at one moment."""

    topics: tuple[Topic, ...]  # that the folder has, whether their files are there or not
    files: Mapping[str, Path]  # of each topic that has one
    progress: Progress  # how each task stands with the code that is there
    problem: str | None = None  # why no file counts, where two could be the same topic

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the folder, in the order of the course."""
        return tuple(task for topic in self.topics for task in topic.tasks)

    @property
    def missing(self) -> tuple[str, ...]:
        """The topics whose file is not there."""
        return tuple(topic.slug for topic in self.topics if topic.slug not in self.files)


def topics_of(folder: Path, course: Course, present: Collection[str]) -> tuple[Topic, ...]:
    """Return the topics that a folder was made for, and those of which a file was put there."""
    return together(course, given_topics(folder, course) or course.topics, present)


def together(course: Course, given: Iterable[Topic], present: Iterable[str]) -> tuple[Topic, ...]:
    """Return given topics, each with the tasks that it has there, and others by their slugs, in the course's order."""
    own = {topic.slug: topic for topic in given}
    return tuple(own.get(topic.slug, topic) for topic in course.topics if topic.slug in {*own, *present})


def current(folder: Path, course: Course, kept: Progress) -> Current:
    """Return how a course folder is now, given what was kept of its gradings."""
    known = {task_id.partition(".")[0] for task_id in kept.tasks}
    reading = Reader(course, folder, known).read()
    codes = codes_in(reading, course)
    files = {slug: part.path for slug, part in reading.parts.items()}
    progress = _with_this_code(kept, course, codes)
    problem = None if reading.is_empty else reading.problem
    return Current(topics_of(folder, course, files), files, progress, problem)


def codes_in(reading: Reading, course: Course) -> dict[str, str]:
    """Return the mark of each task's code; a file that cannot be read is one mark for all of its tasks."""
    codes: dict[str, str] = {}
    for slug, part in reading.parts.items():
        if part.problem is not None:
            mark = f"unreadable {hashlib.sha256(part.content.data).hexdigest()}"
            codes |= {task.id: mark for task in course.topic(slug).tasks}
        codes |= part.marks
    return codes


def _with_this_code(kept: Progress, course: Course, codes: Mapping[str, str]) -> Progress:
    tasks: dict[str, TaskProgress] = {}
    for task in course.tasks:  # what a task needs stands before it
        if task.id in kept.tasks:
            needs_pass = all(need in tasks and tasks[need].is_passed for need in task.needs)
            tasks[task.id] = _now(kept.of(task.id), codes.get(task.id), needs_pass=needs_pass)
    return Progress(tasks)


def _now(entry: TaskProgress, code: str | None, *, needs_pass: bool) -> TaskProgress:
    """Return how a task stands whose code is this; None where its topic has no file."""
    if code is None:
        return replace(entry, last=None, failure=None)
    if entry.code is None:  # kept by an earlier version, which did not say of which code
        return entry
    if code == entry.passed_code and (needs_pass or entry.last is not Verdict.SKIPPED):
        last = Verdict.RIGHT if entry.open_details else Verdict.PASS
        return entry if entry.last is last else replace(entry, last=last, failure=None)
    if code == entry.code:
        return entry
    if code == IDLE:
        return replace(entry, last=Verdict.NOT_ATTEMPTED, failure=None)
    changed = entry.is_passed or entry.last is Verdict.NOT_ATTEMPTED
    return replace(entry, last=None) if changed else entry


def open_needs(task: Task, progress: Progress) -> tuple[str, ...]:
    """Return the tasks that this one builds on and that do not pass yet."""
    return tuple(need for need in task.needs if not progress.of(need).is_passed)


def in_turn(tasks: Sequence[Task], progress: Progress) -> tuple[Task, ...]:
    """Return the open tasks in the order to do them: first those whose needs pass, in the order of the course."""
    waiting = [task for task in tasks if not progress.of(task.id).is_passed]
    return tuple(sorted(waiting, key=lambda task: bool(open_needs(task, progress))))
