"""Looks for lines of the course in whatever is handed out; it shares nothing with what `grade release` does itself."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

TELLING = 25  # characters without blanks


def words(line):
    """A line without blanks, and without what JSON or TOML put around it."""
    return "".join(line.split()).strip("\",'")


def lines_of(text):
    """The lines of a text that tell where they come from, those inside of a text in JSON among them."""
    unescaped = text.replace("\\n", "\n").replace('\\"', '"')
    found = {words(line) for part in (text, unescaped) for line in part.splitlines()}
    return {line for line in found if len(line) >= TELLING}


def solution_lines(course):
    """The lines between the markers of all solutions."""
    found = set()
    for file in course.solutions.glob("*.py"):
        inside = False
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION"):
                inside = line.strip() == "### BEGIN SOLUTION"
            elif inside:
                found |= lines_of(line)
    return found


def test_lines(course):
    """The lines of visible tests, and of all others."""
    visible, hidden = set(), set()
    for file in course.suites.glob("*/test_*.py"):
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                marks = [ast.unparse(mark) for mark in node.decorator_list]
                place = visible if "pytest.mark.visible" in marks else hidden
                place |= lines_of("\n".join(lines[node.lineno - 1 : node.end_lineno]))
    return visible, hidden


def open_lines(course):
    """The lines that learners have anyway."""
    files = [file for kind in ("*/*.py", "*/*.md", "*/topic.toml") for file in course.exercises.glob(kind)]
    return set().union(*(lines_of(file.read_text(encoding="utf-8")) for file in files))


def hidden_lines(course):
    """Every line of solutions, hidden tests and known mistakes that stands nowhere in the open."""
    visible, hidden = test_lines(course)
    mistakes = [file.read_text(encoding="utf-8") for file in course.suites.glob("*/mistakes/*.py")]
    wrong = set().union(*map(lines_of, mistakes))
    return (solution_lines(course) | ((hidden | wrong) - visible)) - open_lines(course)


def everything(files):
    """Every file by its path, those inside of zip files and wheels too."""
    for name, data in files.items():
        yield name, data
        if name.endswith((".zip", ".whl")):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inner = {f"{name}/{each}": archive.read(each) for each in archive.namelist()}
            yield from everything(inner)


def found_in(files, hidden):
    """The hidden lines that files hold, each with its file; compiled files are read like any other."""
    return sorted(
        (name, line)
        for name, data in everything(files)
        for line in lines_of(data.decode("utf-8", "replace")) & hidden
    )


def read_folder(folder: Path):
    """The files of a folder by their path."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
