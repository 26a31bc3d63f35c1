"""The suites that go out: the visible tests of each task, with what they need and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course import Course, Task
from grader.course.layout import SHARED_BY_SUITES
from grader.release.answers import answer_in, needs_the_reference
from grader.release.closure import needed, parts_of
from grader.release.collect import Counted
from grader.release.cut import cut
from grader.release.errors import CannotRelease
from grader.release.secrets import solution_lines

SHARED = "shared"  # the fixture that hands a test the module of this name


@dataclass(frozen=True)
class KeptBack:
    """A visible test that stays with the instructor, and why."""

    task: str
    test: str
    reason: str


@dataclass
class Suites:
    """What of the suites goes out."""

    files: dict[str, str] = field(default_factory=dict)  # text by path, "losses/test_softmax.py"
    visible: dict[str, int] = field(default_factory=dict)  # tests that go out, by task
    hidden: dict[str, int] = field(default_factory=dict)  # tests that stay, by task
    kept_back: list[KeptBack] = field(default_factory=list)


def visible_suites(course: Course, tasks: Sequence[Task], tests: Mapping[str, Counted]) -> Suites:
    """Return the suites of some tasks, cut down to what learners may see.

    Raises:
        CannotRelease: a visible test reads the reference when it runs.
    """
    found, secret = Suites(), solution_lines(course)
    for slug in dict.fromkeys(task.topic for task in tasks):
        shared = _Module.of(course.suites / slug / SHARED_BY_SUITES)
        parts: set[str] = set()
        for task in (task for task in tasks if task.topic == slug):
            suite = _Module.of(course.suite_file(task))
            names = _released(task, suite, shared, tests[task.id], secret, found)
            text = cut(suite.text, names, _docstring(task, names))
            found.files[f"{slug}/test_{task.name}.py"] = text
            parts |= parts_of(ast.parse(text).body, SHARED)
            found.visible[task.id] = sum(tests[task.id].counts[name] for name in names)
            found.hidden[task.id] = sum(tests[task.id].counts.values()) - found.visible[task.id]
        if parts:
            text = cut(shared.text, parts, f"What the visible tests of {slug} share.", also=parts)
            found.files[f"{slug}/{SHARED_BY_SUITES}"] = text
    return found


@dataclass(frozen=True)
class _Module:
    text: str

    @classmethod
    def of(cls, file: Path) -> _Module:
        """Read a module; an empty one where there is none."""
        return cls(file.read_text(encoding="utf-8") if file.is_file() else "")

    def needed(self, names: Collection[str]) -> list[ast.stmt]:
        return needed(ast.parse(self.text), names)

    def answer(self, nodes: Sequence[ast.stmt], secret: Collection[str]) -> str | None:
        return answer_in(nodes, self.text.splitlines(), secret)


def _released(
    task: Task, suite: _Module, shared: _Module, tests: Counted, secret: Collection[str], found: Suites
) -> list[str]:
    """Return the visible tests of a task that give nothing away."""
    names = []
    for name in tests.visible:
        own = suite.needed([name])
        others = shared.needed(parts_of(own, SHARED))
        if needs_the_reference([*own, *others]):
            remedy = "compute what it expects in the test, or take its mark `visible` away"
            raise CannotRelease(f"{task.id}: {name} reads the reference solution when it runs: {remedy}")
        reason = suite.answer(own, secret) or shared.answer(others, secret)
        if reason is None and not any(getattr(node, "name", None) == name for node in own):
            reason = "it stands in a class"
        if reason is None:
            names.append(name)
        else:
            found.kept_back.append(KeptBack(task.id, name, reason))
    return names


def _docstring(task: Task, names: Collection[str]) -> str:
    if not names:
        return f"All tests of {task.id} are graded by your instructor."
    return f"The visible tests of {task.id}; others are graded by your instructor."
