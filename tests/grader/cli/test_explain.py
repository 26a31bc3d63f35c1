"""`grade explain` and `grade solution`."""

import pytest

from grader.course import load_course
from grader.judge.order import OurProblem
from grader.learner.cost import NO_OPERATOR, Cost, Costs
from grader.learner.progress import load
from grader.learner.progress_changes import record
from grader.report import Verdict

MINE = """\
import torch


def softmax(x, dim):
    return torch.exp(x) / mine(x, dim)


def mine(x, dim):
    return 1
"""


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    grade("init", str(tmp_path / "mine"), "--topic", "losses")
    monkeypatch.chdir(tmp_path / "mine")
    (tmp_path / "mine/losses/losses.py").write_text(MINE)
    return tmp_path / "mine"


@pytest.fixture
def passed(mine, report_with):
    record(mine, report_with(Verdict.PASS))
    return mine


@pytest.fixture
def costs(monkeypatch):
    """Costs that nobody measured."""
    found = Costs("softmax(x)", Cost(6, 9e-6), Cost(5, 8e-3), "a note")
    monkeypatch.setattr("grader.learner.cost.costs_of", lambda course, task, text: found)


def test_explain_shows_both_codes_and_what_torch_has(grade, passed):
    """Theirs with its helper, the reference without docstring, and one difference to torch's."""
    code, out, _ = grade("explain", "softmax", "--no-cost")
    task = load_course().task("losses.softmax")
    assert code == 0
    assert "return torch.exp(x) / mine(x, dim)" in out
    assert "def mine(x, dim):" in out
    assert "exponentials.sum(dim, keepdim=True)" in out
    assert "SOLUTION" not in out
    assert '"""' not in out
    assert f"In torch  {task.torch}\n" in out
    assert task.differs.split(":")[0] in " ".join(out.split())


@pytest.mark.parametrize(("columns", "beside"), [("100", False), ("140", True)])
def test_explain_stands_side_by_side_where_there_is_room(grade, passed, monkeypatch, columns, beside):
    """In a wide terminal both definitions begin on one line, and no line is too long."""
    monkeypatch.setenv("COLUMNS", columns)
    lines = grade("explain", "softmax", "--no-cost")[1].splitlines()
    assert any(line.count("def softmax(") == 2 for line in lines) is beside
    assert max(map(len, lines)) <= int(columns)


@pytest.mark.parametrize("columns", ["40", "116", "200"])
def test_explain_breaks_no_line_of_code(grade, passed, monkeypatch, columns):
    """A line that is longer than the terminal is left to it."""
    monkeypatch.setenv("COLUMNS", columns)
    out = grade("explain", "softmax", "--no-cost")[1]
    assert "    return torch.exp(x) / mine(x, dim)" in out
    assert "exponentials = torch.exp(x - x.detach().amax(dim, keepdim=True))" in out


def test_explain_shows_what_both_cost(grade, passed, costs):
    """Operators and time stand beside each other, in units that can be read."""
    out = grade("explain", "softmax")[1]
    rows = [line.split() for line in out.splitlines()]
    assert ["operators", "6", "5", "1.20", "x"] in rows
    assert ["time", "9", "us", "8.0", "ms", "0.00", "x"] in rows
    assert "softmax(x)" in out


def test_explain_shows_only_the_time_of_what_uses_no_torch(grade, passed, monkeypatch):
    """Rows of zeros are left out, and one sentence says why."""
    found = Costs("softmax(x)", Cost(0, 3e-7), Cost(0, 2.5), NO_OPERATOR)
    monkeypatch.setattr("grader.learner.cost.costs_of", lambda course, task, text: found)
    out = grade("explain", "softmax")[1]
    assert ["time", "300", "ns", "2.5", "s", "0.00", "x"] in [line.split() for line in out.splitlines()]
    assert "operators  " not in out
    assert NO_OPERATOR in " ".join(out.split())


def test_explain_shows_the_code_where_nothing_could_be_measured(grade, passed, monkeypatch):
    """A fault of the measurement is one sentence, and no error of the command."""

    def fail(sandbox):
        raise OurProblem("no room")

    monkeypatch.setattr("grader.learner.cost.open_workers", fail)
    code, out, _ = grade("explain", "softmax")
    assert code == 0
    assert "not measured: OurProblem: no room" in out
    assert "def mine(x, dim):" in out


def test_explain_before_passing_is_refused_with_what_helps(grade, mine):
    """The reference is not shown to somebody who has not solved the task."""
    code, out, err = grade("explain", "softmax")
    assert (code, out) == (2, "")
    assert "has not passed yet" in err
    assert "grade hint losses.softmax" in err


def test_explain_shows_nothing_that_moves_the_cursor(grade, passed):
    """What the learner's file holds is spelled out."""
    file = passed / "losses/losses.py"
    file.write_text(MINE.replace("return 1", "return '\x1b[2J'"))
    out = grade("explain", "softmax", "--no-cost")[1]
    assert "\x1b" not in out
    assert "\\x1b[2J" in out


def test_solution_needs_passing_or_giving_up_and_remembers_that(grade, mine):
    """Giving up shows the solution, and is kept."""
    code, _, err = grade("solution", "softmax")
    assert code == 2
    assert "--give-up" in err
    code, out, _ = grade("solution", "softmax", "--give-up")
    assert code == 0
    assert "exponentials.sum(dim, keepdim=True)" in out
    entry = load(mine).progress.of("losses.softmax")
    assert entry.given_up
    assert entry.solution


def test_solution_after_passing_is_no_giving_up(grade, passed):
    """Who has passed may look."""
    assert grade("solution", "softmax")[0] == 0
    assert not load(passed).progress.of("losses.softmax").given_up


def test_course_without_solutions_says_so(grade, passed, monkeypatch, tmp_path):
    """A course may be handed out without what is asked for."""
    from dataclasses import replace

    course = replace(load_course(), solutions=tmp_path / "none")
    monkeypatch.setattr("grader.course.load_course", lambda: course)
    code, _, err = grade("solution", "softmax")
    assert code == 2
    assert "without its solutions" in err
