"""The suites that go out: the visible tests of each task with what they need, and the lines that nobody may find."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.course import Course, Task
from grader.course.layout import SHARED_BY_SUITES
from grader.course.stub import blocks_of
from grader.intake.bindings import bound_by_alias
from grader.judge.references import References
from grader.judge.runner import Runner, is_visible
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.release.cut import Import, code_of, cut, needed, parts_of, read


class CannotRelease(Exception):
    """Something would give an answer away, or not work without it; the message names it and says what to change."""

    exit_code = 3


LONG = 30  # characters; shorter lines, such as `optimizer.zero_grad()`, stand in everybody's code


def telling(text: str) -> frozenset[str]:
    """Return the lines of a text that are long enough to tell where they come from, their blanks made one."""
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
    return frozenset(line for line in lines if len(line) >= LONG)


def open_lines(course: Course) -> frozenset[str]:
    """Return the lines that learners have anyway: stubs, READMEs and the descriptions of tasks."""
    files = [
        file for pattern in ("*/*.py", "*/*.md", "*/topic.toml") for file in course.exercises.glob(pattern)
    ]
    return frozenset().union(*(telling(_text(file)) for file in files))


def solution_lines(course: Course) -> frozenset[str]:
    """Return the lines between the markers of all solutions that learners do not have anyway."""
    found: set[str] = set()
    for slug in course.slugs:
        file = course.solution_file(slug)
        text = _text(file)
        lines = text.split("\n")
        for block in blocks_of(text, file):
            found |= telling("\n".join(lines[block.begin : block.end - 1]))
    return frozenset(found) - open_lines(course)


def hidden_lines(course: Course, released: Iterable[str]) -> frozenset[str]:
    """Return every line that may not go out: those of solutions, and of suites but for the texts that are released."""
    given = open_lines(course).union(*map(telling, released))
    suites = frozenset().union(*(telling(_text(file)) for file in course.suites.rglob("*.py")))
    return solution_lines(course) | (suites - given)


def leaks(files: Mapping[str, bytes], hidden: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each file with a line of it that is hidden."""
    for name, data in files.items():
        for line in sorted(telling(data.decode("utf-8", "replace")) & frozenset(hidden)):
            yield name, line


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

    references = References(course)
    runner = Runner(course, references, ReferenceSubject(references), 0)

    def count() -> None:
        for task in tasks:
            found[task.id] = _tests(task, runner.by_task.get(task.id, []))

    run_session(runner, tasks, "", count)
    return found


def _tests(task: Task, items: Sequence[pytest.Item]) -> Counted:
    names = [(getattr(item, "originalname", None) or item.name, is_visible(item)) for item in items]
    counts, shown = Counter(name for name, _ in names), Counter(name for name, seen in names if seen)
    for name, number in shown.items():
        if number < counts[name]:
            raise CannotRelease(
                f"{task.id}: {name} is visible for {number} of its {counts[name]} parameters: mark the test itself"
            )
    return Counted(counts, tuple(shown))


FROM_THE_JUDGE = ("reference", "mistake")  # what grader.suite offers to the judge's side alone


def needs_the_reference(nodes: Sequence[ast.stmt]) -> bool:
    """Whether some statements read the reference solution, or known mistakes, when they run."""
    imports = (node for node in nodes if isinstance(node, ast.ImportFrom))
    given = (alias for node in imports for alias in node.names if alias.name in FROM_THE_JUDGE)
    return not {bound_by_alias(alias) for alias in given}.isdisjoint(_read_by(nodes))


def answer_in(nodes: Sequence[ast.stmt], lines: Sequence[str], secret: Collection[str]) -> str | None:
    """Return what gives an answer away: a network of the suite's own, or a line of a solution; None for nothing."""
    for name in _networks(nodes):
        return f"class {name} is a network that answers a task"
    for node in nodes:
        for line in sorted(telling(code_of(lines, node)) & frozenset(secret)):
            return f"`{line}` stands in a solution"
    return None


def _networks(nodes: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the classes that derive from torch's own, directly or from one of these."""
    torch: set[str] = set()
    for node in nodes:
        if isinstance(node, Import) and ast.unparse(node).split()[1].partition(".")[0] == "torch":
            torch |= {bound_by_alias(alias) for alias in node.names}
        elif isinstance(node, ast.ClassDef) and torch & _read_by(node.bases):
            torch.add(node.name)
            yield node.name


def _read_by(nodes: Iterable[ast.AST]) -> set[str]:
    return set().union(*map(read, nodes))


SHARED = "shared"  # the fixture that hands a test the module of this name


@dataclass
class Suites:
    """What of the suites goes out."""

    files: dict[str, str] = field(default_factory=dict)  # text by path, "losses/test_softmax.py"
    visible: dict[str, int] = field(default_factory=dict)  # tests that go out, by task
    hidden: dict[str, int] = field(default_factory=dict)  # tests that stay, by task
    kept_back: list[str] = field(default_factory=list)  # visible tests that stay, each with its reason


def visible_suites(course: Course, tasks: Sequence[Task], tests: Mapping[str, Counted]) -> Suites:
    """Return the suites of some tasks, cut down to what learners may see.

    Raises:
        CannotRelease: a visible test reads the reference when it runs.
    """
    found, secret = Suites(), solution_lines(course)
    for slug in dict.fromkeys(task.topic for task in tasks):
        shared = _text(course.suites / slug / SHARED_BY_SUITES)
        parts: set[str] = set()
        for task in (task for task in tasks if task.topic == slug):
            suite = _text(course.suite_file(task))
            names = _released(task, suite, shared, tests[task.id], secret, found)
            text = cut(suite, names, _docstring(task, names))
            found.files[f"{slug}/test_{task.name}.py"] = text
            parts |= parts_of(ast.parse(text).body, SHARED)
            found.visible[task.id] = sum(tests[task.id].counts[name] for name in names)
            found.hidden[task.id] = sum(tests[task.id].counts.values()) - found.visible[task.id]
        if parts:
            text = cut(shared, parts, f"What the visible tests of {slug} share.", also=parts)
            found.files[f"{slug}/{SHARED_BY_SUITES}"] = text
    return found


def _text(file: Path) -> str:
    """Return the text of a module; an empty one where there is none."""
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _released(
    task: Task, suite: str, shared: str, tests: Counted, secret: Collection[str], found: Suites
) -> list[str]:
    """Return the visible tests of a task that give nothing away."""
    names = []
    for name in tests.visible:
        own = needed(ast.parse(suite), [name])
        others = needed(ast.parse(shared), parts_of(own, SHARED))
        if needs_the_reference([*own, *others]):
            remedy = "compute what it expects in the test, or take its mark `visible` away"
            raise CannotRelease(f"{task.id}: {name} reads the reference solution when it runs: {remedy}")
        reason = answer_in(own, suite.splitlines(), secret) or answer_in(others, shared.splitlines(), secret)
        if reason is None and not any(getattr(node, "name", None) == name for node in own):
            reason = "it stands in a class"
        if reason is None:
            names.append(name)
        else:
            found.kept_back.append(f"{task.id}, {name}: {reason}")
    return names


def _docstring(task: Task, names: Collection[str]) -> str:
    if not names:
        return f"All tests of {task.id} are graded by your instructor."
    return f"The visible tests of {task.id}; others are graded by your instructor."
