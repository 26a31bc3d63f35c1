"""The contract of a topic's four places: every file that must be there, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.course.agreement import agreement_problems
from grader.course.errors import CourseError, StubError
from grader.course.model import Course, Topic
from grader.course.problem import Problem
from grader.course.stub import stale_stubs
from grader.course.suite_rules import mistakes_problems, shared_problems, suite_problems

SHARED_SUITE_FILES = frozenset({"conftest.py"})
SHARED_BY_SUITES = "shared.py"  # of one topic; it may be missing
TAKEN = frozenset(
    {"click", "grader", "nbformat", "numpy", "pytest", "rich", "torch"}
)  # imported by the grader
LEFT_BEHIND = frozenset({"__pycache__", "Thumbs.db"})


def layout_problems(course: Course) -> tuple[Problem, ...]:
    """Return every broken rule of the course: files, stubs, signatures, docstrings and tests."""
    problems = [*_places(course), *_stubs(course)]
    for topic in course.topics:
        problems += _topic_files(course, topic)
        problems += agreement_problems(course, topic)
        problems += shared_problems(course.suites / topic.slug / SHARED_BY_SUITES)
        for task in topic.tasks:
            problems += suite_problems(course.suite_file(task), task)
            problems += mistakes_problems(course.mistakes_file(task))
    return tuple(dict.fromkeys(problems))


def _places(course: Course) -> Iterator[Problem]:
    slugs = set(course.slugs)
    for slug in sorted(slugs & (TAKEN | sys.stdlib_module_names)):
        text = f"has the name of the module {slug}, which every import of it would then mean: choose another slug"
        yield Problem(course.exercises / slug, None, text)
    yield from _unexpected(course.exercises, slugs, "is no topic: give it a topic.toml, or remove it")
    modules = {f"{slug}.py" for slug in slugs}
    yield from _unexpected(course.solutions, modules, "is the solution of no topic: remove it")
    yield from _unexpected(course.suites, slugs | SHARED_SUITE_FILES, "belongs to no topic: remove it")


def _topic_files(course: Course, topic: Topic) -> Iterator[Problem]:
    exercise, suite = course.exercises / topic.slug, course.suites / topic.slug
    tests = {f"test_{task.name}.py" for task in topic.tasks}
    mistakes = {f"{task.name}.py" for task in topic.tasks}
    translations = {file.name for file in exercise.glob(f"{topic.slug}.*.toml")}
    yield from _exactly(exercise, {"README.md", "topic.toml", f"{topic.slug}.py"}, translations)
    yield from _missing(course.solutions, {f"{topic.slug}.py"})
    yield from _exactly(suite, tests | {"mistakes"}, {SHARED_BY_SUITES})
    yield from _exactly(suite / "mistakes", mistakes)


def _stubs(course: Course) -> Iterator[Problem]:
    try:
        for file in stale_stubs(course):
            yield Problem(file, None, "does not follow from its solution: generate the stubs again")
    except CourseError as error:
        if isinstance(error, StubError):
            yield Problem(error.file, error.line, error.fault)
        else:
            yield Problem(course.solutions, None, str(error))


def _exactly(folder: Path, names: set[str], optional: Collection[str] = ()) -> Iterator[Problem]:
    yield from _missing(folder, names)
    allowed = names.union(optional)
    yield from _unexpected(folder, allowed, f"is unexpected: only {', '.join(sorted(allowed))} belong here")


def _missing(folder: Path, names: set[str]) -> Iterator[Problem]:
    for name in sorted(names):
        if not (folder / name).exists():
            yield Problem(folder / name, None, "is missing: add it")


def _unexpected(folder: Path, names: set[str], text: str) -> Iterator[Problem]:
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name not in names | LEFT_BEHIND and not file.name.startswith("."):
            yield Problem(file, None, text)
