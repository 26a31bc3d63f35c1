"""A made-up course of one topic, a runner to play on in this process, and a host that grades in others."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from grader.course import Course, load_course
from grader.course.stub import write_stubs
from grader.judge.references import References
from grader.judge.runner import Runner
from grader.judge.session import run_session
from grader.judge.subject import NamespaceSubject
from grader.report import Report
from grader.report.json import from_json

HERE = Path(__file__).parent
CASES = HERE.parent / "cases"
PATIENCE = 110.0  # seconds that one order may wait for its turn and take

SOLUTION = '''
"""Numbers."""

import torch
from torch import Tensor


def double(x: Tensor) -> Tensor:
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def quadruple(x: Tensor) -> Tensor:
    """Return four times x."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION
'''

TOPIC = """
title = "Numbers"
order = 10
[[tasks]]
name = "double"
title = "Twice as much"
points = 3
computes = false
needs = []
hints = ["add it to itself"]
[[tasks]]
name = "quadruple"
title = "Four times as much"
points = 2
computes = false
needs = ["double"]
hints = ["double it twice"]
"""

SUITE = '''
import pytest
import torch
from grader.suite import check_close, check_raises, check_shape


def test_NAME_shape(submission, rng):
    """The result has the shape of x."""
    check_shape(submission.NAME(rng.normal(4, 3)), (4, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_NAME_values(submission):
    """Three numbers come out as computed by hand."""
    check_close(submission.NAME(torch.tensor([1.0, 2.0, -3.0])), FACTOR * torch.tensor([1.0, 2.0, -3.0]))


def test_NAME_of_random_numbers(submission, rng):
    """Random numbers come out as expected."""
    x = rng.normal(5)
    check_close(submission.NAME(x), FACTOR * x)
'''

MISTAKES = """
from grader.suite import mistake, reference


@mistake("one was added: NAME it")
def added_one(x):
    return reference("maths").NAME(x) + 1


@mistake("the sign is turned")
def turned_sign(x):
    return -reference("maths").NAME(x)


@mistake("the numbers were added up")
def added_up(x):
    return reference("maths").NAME(x).sum()
"""


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return file


@dataclass(frozen=True)
class MadeUp:
    """A course in a folder, laid out as beside the package `grader`."""

    root: Path

    @property
    def package(self) -> Path:
        return self.root / "grader"

    @property
    def course(self) -> Course:
        return load_course(self.package)

    def suite(self, text: str, task: str = "double") -> MadeUp:
        """Replace the suite of a task."""
        write(self.root / f"tests/suites/maths/test_{task}.py", text)
        return self

    def mistakes(self, text: str, task: str = "double") -> MadeUp:
        """Replace the known mistakes of a task."""
        write(self.root / f"tests/suites/maths/mistakes/{task}.py", text)
        return self

    def submit(self, text: str) -> Path:
        """Write a submission and return its file."""
        return write(self.root / "submission/maths.py", text)

    def add_topic(self, slug: str, order: int) -> None:
        """Add a topic with the same tasks."""
        add_topic(self.root, slug, order)

    def runner(self, seed: int = 1, **functions: Callable[..., Any]) -> Runner:
        """Return a runner whose subject is the reference with other functions, in this process."""
        course = self.course
        references = References(course)
        namespace = SimpleNamespace(**{**vars(references.module("maths")), **functions})
        return Runner(course, references, NamespaceSubject(namespace, references), seed)

    def play(self, runner: Runner, use: Callable[[Runner, list[pytest.Item]], Any], k: str = "") -> Any:
        """Return what `use` makes of the tests of `double`."""
        kept: list[Any] = []
        task = runner.course.task("maths.double")
        run_session(runner, [task], k, lambda: kept.append(use(runner, runner.by_task[task.id])))
        return kept[0]


def add_topic(root: Path, slug: str, order: int) -> None:
    write(root / f"exercises/{slug}/topic.toml", TOPIC.replace("order = 10", f"order = {order}"))
    write(root / f"exercises/{slug}/README.md", f"# {slug}\n")
    write(root / f"solutions/{slug}.py", SOLUTION)
    for task, factor in (("double", 2), ("quadruple", 4)):
        suite, mistakes = (
            text.replace("NAME", task).replace("FACTOR", str(factor)) for text in (SUITE, MISTAKES)
        )
        write(root / f"tests/suites/{slug}/test_{task}.py", suite)
        write(root / f"tests/suites/{slug}/mistakes/{task}.py", mistakes.replace('"maths"', f'"{slug}"'))
    write_stubs(MadeUp(root).course)


@pytest.fixture
def made_up(tmp_path: Path) -> MadeUp:
    """A made-up course that keeps every rule."""
    (tmp_path / "datasets").mkdir()
    add_topic(tmp_path, "maths", 10)
    return MadeUp(tmp_path)


@dataclass(frozen=True)
class Answer:
    """What came of one grading."""

    report: Report | None
    progress: list[list[Any]]
    problem: str  # "usage: ..." or "ours: ..."

    def verdicts(self) -> dict[str, str]:
        """The verdict of each task by its id."""
        assert self.report is not None, self.problem
        return {task.id: str(task.verdict) for task in self.report.tasks}


class Host:
    """Sends gradings to a process that carries them out in processes of their own."""

    def __init__(self, answers: Path) -> None:
        self.answers, self.numbers = answers, itertools.count()
        command = [sys.executable, str(HERE / "host.py"), str(answers)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=HERE.parents[2])

    def send(self, *gradings: dict[str, Any], package: Path | None = None, spawn: bool = False,
             missing: tuple[str, ...] = ()) -> Callable[[], list[Answer]]:  # fmt: skip
        """Order gradings in one process; the result waits for its answers."""
        number = next(self.numbers)
        order = {"number": number, "gradings": gradings, "package": package and str(package), "spawn": spawn,
                 "missing": missing}  # fmt: skip
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order, default=str) + "\n")
        self.process.stdin.flush()
        return lambda: self._answers(self.answers / f"{number}.json")

    def grade(self, path: Path, package: Path | None = None, **options: Any) -> Answer:
        """Grade one submission and wait for it."""
        return self.send({"paths": [path], **options}, package=package)()[0]

    def _answers(self, file: Path) -> list[Answer]:
        end = time.monotonic() + PATIENCE
        while not file.exists():
            assert time.monotonic() < end, "the grading takes too long"
            assert self.process.poll() is None, "the host ended"
            time.sleep(0.01)
        return [_answer(found) for found in json.loads(file.read_text())]


def _answer(found: dict[str, Any]) -> Answer:
    assert "crash" not in found, found["crash"]
    problem = next((f"{kind}: {found[kind]}" for kind in ("usage", "ours") if kind in found), "")
    return Answer(
        from_json(found["report"]) if "report" in found else None, found.get("progress", []), problem
    )


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    """A process that grades."""
    with tempfile.TemporaryDirectory(prefix="judge-host-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        host = Host(folder)
        assert host.process.stdin is not None
        with host.process, host.process.stdin:
            yield host
