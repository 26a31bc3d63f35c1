"""The command line with a judge that answers at once."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

import grader.watch.grading  # noqa: F401  # before the judge is replaced: it keeps what it imports of it
from grader.cli import main
from grader.report import Environment, Message, Report, TaskReport, TestReport, Verdict


class FakeJudge(ModuleType):
    """`grader.judge.grading` as the command line knows it: it keeps what it was asked and answers at once."""

    def __init__(self):
        super().__init__("grader.judge.grading")
        self.report = graded(Verdict.PASS)
        self.problem = None
        self.asked = None

    def grade_submission(self, paths, **options):
        self.asked = {"paths": [str(path) for path in paths], **options}
        if self.problem:
            raise self.problem
        return self.report


def graded(verdict, incomplete=None):
    message = None if verdict is Verdict.PASS else Message("the sum of each row", expected="1", got="0.4")
    points = 2.0 if verdict is Verdict.PASS else 0.0
    test = TestReport("test_rows", "Every row sums to 1.", verdict, True, 1.0, 0.1, message)
    task = TaskReport("losses.softmax", "Scores into probabilities", verdict, points, 2.0, (test,))
    environment = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", ("landlock",), (), "0" * 64)
    return Report("exercises/", 7, environment, (task,), 0.5, incomplete)


@pytest.fixture
def report_with():
    """A report whose only task has this verdict."""
    return graded


@pytest.fixture
def judge(monkeypatch):
    fake = FakeJudge()
    monkeypatch.setitem(sys.modules, "grader.judge.grading", fake)
    return fake


@pytest.fixture
def work(tmp_path, monkeypatch):
    """An empty folder to work in, with an `exercises` folder that holds one file."""
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "losses.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def grade(capsys, monkeypatch):
    """Run `grade` with arguments; the exit code, what it printed, and what it complained about."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
