"""The lines that nobody may find in what is handed out: of solutions, hidden tests and known mistakes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from grader.course import Course
from grader.course.stub import blocks_of


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
    return frozenset().union(*(telling(_read(file)) for file in files))


def solution_lines(course: Course) -> frozenset[str]:
    """Return the lines between the markers of all solutions that learners do not have anyway."""
    found: set[str] = set()
    for slug in course.slugs:
        file = course.solution_file(slug)
        text = _read(file)
        lines = text.split("\n")
        for block in blocks_of(text, file):
            found |= telling("\n".join(lines[block.begin : block.end - 1]))
    return frozenset(found) - open_lines(course)


def hidden_lines(course: Course, released: Iterable[str]) -> frozenset[str]:
    """Return every line that may not go out: those of solutions, and of suites but for the texts that are released."""
    given = open_lines(course).union(*map(telling, released))
    suites = frozenset().union(*(telling(_read(file)) for file in course.suites.rglob("*.py")))
    return solution_lines(course) | (suites - given)


def leaks(files: Mapping[str, bytes], hidden: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each file with a line of it that is hidden."""
    for name, data in files.items():
        for line in sorted(telling(data.decode("utf-8", "replace")) & frozenset(hidden)):
            yield name, line


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
