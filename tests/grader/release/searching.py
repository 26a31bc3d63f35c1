"""Looks for lines of the course in whatever is handed out; it shares nothing with what `grade release` does itself."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

import grader

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


def suite_lines(course):
    """The lines of visible tests and of helpers, and the lines of all that is to stay: other tests, and networks."""
    shown, kept = set(), set()
    for file in (*course.suites.glob("*/test_*.py"), *course.suites.glob("*/shared.py")):
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            place = kept if stays(node) else shown
            place |= lines_of("\n".join(lines[node.lineno - 1 : node.end_lineno]))
    return shown, kept


def stays(node):
    """Whether a statement of a suite is a test that is not visible, or a network of torch's layers."""
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
        return "pytest.mark.visible" not in [ast.unparse(mark) for mark in node.decorator_list]
    return isinstance(node, ast.ClassDef) and any("Module" in ast.unparse(base) for base in node.bases)


def open_lines(course):
    """The lines that learners have anyway."""
    files = [file for kind in ("*/*.py", "*/*.md", "*/topic.toml") for file in course.exercises.glob(kind)]
    return set().union(*(lines_of(file.read_text(encoding="utf-8")) for file in files))


def machine_lines():
    """The lines of the grader itself, such as `@contextlib.contextmanager`."""
    package = Path(grader.__file__).parent
    files = [file for file in package.rglob("*.py") if "_course" not in file.parts]
    return set().union(*(lines_of(file.read_text(encoding="utf-8")) for file in files))


def hidden_lines(course):
    """Every line of solutions, hidden tests and known mistakes that stands nowhere in the open."""
    shown, kept = suite_lines(course)
    mistakes = [file.read_text(encoding="utf-8") for file in course.suites.glob("*/mistakes/*.py")]
    wrong = set().union(*map(lines_of, mistakes))
    return (solution_lines(course) | ((kept | wrong) - shown)) - open_lines(course) - machine_lines()


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
    found, read = set(), {}
    for name, data in everything(files):
        if data not in read:  # most files are in the folder, in the wheel and in the zip
            read[data] = lines_of(data.decode("utf-8", "replace")) & hidden
        found |= {(name, line) for line in read[data]}
    return sorted(found)


def read_folder(folder: Path):
    """The files of a folder by their path."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
