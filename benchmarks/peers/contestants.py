"""Who grades the common task, each as its own manual says; each says how many of the checks it found to pass."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree

import notebooks
from course import TASKS, names_of_checks
from measure import Command

HERE = Path(__file__).parent
PYTEST = (
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "--junitxml=results.xml",
    "--rootdir=.",
    "test_losses.py",
)


class Contestant(Protocol):
    """A way to grade everybody."""

    name: str

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        """Lay everything out, as a course would have it before a deadline; not measured."""

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        """Return what is run and measured."""

    def passed(self, folder: Path) -> int:
        """Return how many checks passed, all submissions together."""


@dataclass(frozen=True)
class Ours:
    """`grade class`: every test in a confined process, gradebook and pages written."""

    package: Path
    name: str = "ours"

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        for student, text in sources.items():
            write(folder / "handed-in" / student / "losses.py", text)

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        call = ("-m", "grader", "class", "handed-in", "--seed", "1", "--jobs", str(at_once))
        return [Command((sys.executable, *call), folder, (("PYTHONPATH", str(self.package)),))]

    def passed(self, folder: Path) -> int:
        from grader.classroom.gradebook.book import Gradebook

        with Gradebook(folder / "results" / "gradebook.sqlite") as book:
            reports = [standing.report for standing in book.result(1).standings]
        tasks = [task for report in reports if report is not None for task in report.tasks]
        return sum(test.verdict == "pass" for task in tasks for test in task.tests)


@dataclass(frozen=True)
class OtterRun:
    """`otter run` for each submission, with the configuration that `otter generate` makes."""

    programs: Path
    name: str = "otter run"

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        for task in TASKS:
            write(folder / "tests" / f"{task}.py", notebooks.otter_test(task))
        with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
            for task in TASKS:
                archive.write(folder / "tests" / f"{task}.py", f"tests/{task}.py")
            archive.writestr("otter_config.json", json.dumps({"lang": "python", "logo": False}))
        for student, text in sources.items():
            write(folder / student / "losses.py", text)

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        otter = (str(self.programs / "otter"), "run", "losses.py", "-a", str(folder / "autograder.zip"))
        return [
            Command((*otter, "-o", "."), student, found_first(self.programs)) for student in students(folder)
        ]

    def passed(self, folder: Path) -> int:
        results = [json.loads((student / "results.json").read_text()) for student in students(folder)]
        tests = [test for result in results for test in result["tests"]]
        return round(sum(float(test.get("score") or 0) for test in tests))  # a heading of Otter's has none


@dataclass(frozen=True)
class NbgraderAutograde:
    """`nbgrader autograde` over the class, in as many courses as run at once: it has no parallel mode of its own."""

    programs: Path
    name: str = "nbgrader autograde"

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        shares = [dict(list(sources.items())[part::2]) for part in range(2)]
        for name, share in (("all", sources), ("part0", shares[0]), ("part1", shares[1])):
            course = folder / name
            write(course / "nbgrader_config.py", "c = get_config()\nc.CourseDirectory.course_id = 'course'\n")
            write(course / "source" / "ps1" / "losses.ipynb", notebooks.nbgrader_source())
            call = [str(self.programs / "nbgrader"), "generate_assignment", "ps1"]
            path = {**os.environ, **dict(found_first(self.programs))}
            subprocess.run(call, cwd=course, check=True, capture_output=True, env=path)
            for student, text in share.items():
                hand_in = course / "submitted" / student / "ps1" / "losses.ipynb"
                write(hand_in, notebooks.nbgrader_hand_in(text))

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        names = ["all"] if at_once == 1 else ["part0", "part1"]
        call = (str(self.programs / "nbgrader"), "autograde", "ps1")
        return [Command(call, folder / name, found_first(self.programs)) for name in names]

    def passed(self, folder: Path) -> int:
        books = (folder / "all", folder / "part0", folder / "part1")
        return round(sum(map(self._passed_in, books)))

    def _passed_in(self, course: Path) -> float:
        with closing(sqlite3.connect(course / "gradebook.db")) as book:
            (total,) = book.execute("select coalesce(sum(auto_score), 0) from grade").fetchone()
        return float(total)


@dataclass(frozen=True)
class PytestEach:
    """One `pytest` process for each submission, which imports it."""

    python: str = sys.executable
    name: str = "pytest each"

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        for student, text in sources.items():
            write(folder / student / "losses.py", text)
            shutil.copyfile(HERE / "checks.py", folder / student / "test_losses.py")
            fixture = "import losses as module\nimport pytest\n\n@pytest.fixture\ndef losses():\n    return module\n"
            write(folder / student / "conftest.py", fixture)

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        return [Command((self.python, *PYTEST), student) for student in students(folder)]

    def passed(self, folder: Path) -> int:
        return sum(passed_in_junit(student / "results.xml") for student in students(folder))


ALL_IN_ONE = """
import importlib.util
import pathlib

import pytest

FILES = sorted(pathlib.Path("handed-in").glob("*/losses.py"))

@pytest.fixture(params=FILES, ids=lambda file: file.parent.name, scope="session")
def losses(request):
    spec = importlib.util.spec_from_file_location(f"losses_{request.param.parent.name}", request.param)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
"""


@dataclass(frozen=True)
class PytestOnce:
    """One `pytest` session that imports all submissions: nothing keeps them apart, or from the checks."""

    python: str = sys.executable
    name: str = "pytest once"

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        for student, text in sources.items():
            write(folder / "handed-in" / student / "losses.py", text)
        write(folder / "conftest.py", ALL_IN_ONE)
        shutil.copyfile(HERE / "checks.py", folder / "test_losses.py")

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        return [Command((self.python, *PYTEST), folder)]

    def passed(self, folder: Path) -> int:
        return passed_in_junit(folder / "results.xml")


@dataclass(frozen=True)
class Bare:
    """The functions called in a loop: in one process, or in a process that is forked for each submission."""

    fork: bool

    @property
    def name(self) -> str:
        return "bare fork" if self.fork else "bare work"

    def prepare(self, folder: Path, sources: dict[str, str]) -> None:
        for student, text in sources.items():
            write(folder / "handed-in" / student / "losses.py", text)

    def commands(self, folder: Path, at_once: int) -> Sequence[Command]:
        how = str(at_once if self.fork else 0)
        return [Command((sys.executable, str(HERE / "bare.py"), how), folder)]

    def passed(self, folder: Path) -> int:
        return int((folder / "passed").read_text())


def found_first(programs: Path) -> tuple[tuple[str, str], ...]:
    """Return the variable that lets a program find the others of its environment."""
    return (("PATH", os.pathsep.join((str(programs), os.environ.get("PATH", "")))),)


def write(file: Path, text: str) -> None:
    """Write a file into a folder that need not be there yet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def students(folder: Path) -> list[Path]:
    """Return the folders of the students."""
    return sorted(folder.glob("student*"))


def passed_in_junit(file: Path) -> int:
    """Return how many of the twelve checks passed, by a report of JUnit."""
    found = 0
    for case in ElementTree.parse(file).iter("testcase"):
        name = case.get("name", "").split("[")[0]
        found += any(name.endswith(check) for check in names_of_checks()) and len(case) == 0
    return found
