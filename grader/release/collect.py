"""The tests of some tasks as pytest collects them: how many there are, and which of them are visible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from grader.course import Course, Task
from grader.judge.bench import Bench, is_visible
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.release.errors import CannotRelease


@dataclass(frozen=True)
class Counted:
    """The tests of one task: how many each function makes, and the functions that are visible."""

    counts: Mapping[str, int]
    visible: tuple[str, ...]


def tests_of(course: Course, tasks: Sequence[Task]) -> dict[str, Counted]:
    """Return the tests of each task, by its id.

    Raises:
        CannotRelease: a test is visible for some of its parameters alone.
    """
    found: dict[str, Counted] = {}

    def count(bench: Bench, by_task: dict[str, list[pytest.Item]]) -> None:
        for task in tasks:
            found[task.id] = _tests(task, by_task.get(task.id, []))

    references = References(course)
    run_session(Bench(course, references, ReferenceSubject(references), 0), tasks, "", count)
    return found


def _tests(task: Task, items: Sequence[pytest.Item]) -> Counted:
    counts: dict[str, int] = {}
    shown: dict[str, int] = {}
    for item in items:
        name = getattr(item, "originalname", None) or item.name
        counts[name] = counts.get(name, 0) + 1
        shown[name] = shown.get(name, 0) + is_visible(item)
    for name, number in shown.items():
        if 0 < number < counts[name]:
            raise CannotRelease(
                f"{task.id}: {name} is visible for {number} of its {counts[name]} parameters: mark the test itself"
            )
    return Counted(counts, tuple(name for name, number in shown.items() if number))
