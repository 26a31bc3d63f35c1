"""A made-up course of two topics, a course folder of it, and hand-made reports."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from grader.course import Course
from grader.course.topics import read_topics
from grader.learner.folder import create
from grader.report import Environment, Message, Report, TaskReport, TestReport, Verdict

HEAD = '"""Losses."""\n\nimport torch\n'
MEAN = '''

def mean(x):
    """The mean of x."""
    ### BEGIN SOLUTION
    return x.sum() / x.numel()
    ### END SOLUTION
'''
SOFTMAX = '''

def softmax(x, dim):
    """Scores into probabilities."""
    ### BEGIN SOLUTION
    y = torch.exp(x)
    return y / y.sum(dim, keepdim=True)
    ### END SOLUTION
'''
TOPIC = dedent(
    """
    title = "Losses"
    order = 30
    [[tasks]]
    name = "mean"
    title = "The mean"
    points = 1
    hints = ["a sum, divided"]
    [[tasks]]
    name = "softmax"
    title = "Probabilities"
    points = 2
    needs = ["mean"]
    hints = ["look at the axis", "exp, then divide"]
    """
)
LESSON = "# Losses\n\n![a curve](figures/curve.svg)\n\n[`mean`](losses.py)\n"
ONE_HOT = '''"""Tensors."""


def one_hot(labels):
    """Rows with a single 1."""
    ### BEGIN SOLUTION
    return labels
    ### END SOLUTION
'''


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def course_at(root: Path) -> Course:
    places = (root / name for name in ("exercises", "solutions", "tests/suites", "datasets"))
    return Course(*places, read_topics(root / "exercises"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    write(root / "exercises/losses/topic.toml", TOPIC)
    write(root / "exercises/losses/README.md", LESSON)
    write(root / "exercises/losses/figures/curve.svg", "<svg/>\n")
    write(root / "exercises/losses/figures.py", "x.numel()\n")
    write(root / "solutions/losses.py", HEAD + MEAN + SOFTMAX)
    task = '[[tasks]]\nname = "one_hot"\ntitle = "Labels as rows"\npoints = 1\nhints = ["one 1 a row"]\n'
    write(root / "exercises/tensors/topic.toml", f'title = "Tensors"\norder = 10\n{task}')
    write(root / "exercises/tensors/README.md", "# Tensors\n")
    write(root / "solutions/tensors.py", ONE_HOT)
    write(root / "datasets/digits/README.md", "# Digits\n")
    return root


@pytest.fixture
def course(root: Path) -> Course:
    return course_at(root)


@pytest.fixture
def folder(course: Course, tmp_path: Path) -> Path:
    """A folder that `grade init` has just made."""
    folder = tmp_path / "mine"
    create(course, folder, None)
    return folder


@pytest.fixture
def newer(root: Path, folder: Path) -> Course:
    """The course with a task more between two that were there, and a longer text of one of them."""
    longer = SOFTMAX.replace("Scores into probabilities.", "Scores into probabilities, along dim.")
    write(root / "solutions/losses.py", HEAD + MEAN + MEAN.replace("mean", "variance") + longer)
    task = '[[tasks]]\nname = "variance"\ntitle = "The variance"\npoints = 1\nhints = ["squares"]\n'
    write(root / "exercises/losses/topic.toml", TOPIC + task)
    write(root / "exercises/losses/README.md", LESSON.replace("Losses", "Losses, with variance"))
    write(root / "exercises/losses/figures/curve.svg", "<svg>new</svg>\n")
    write(root / "exercises/losses/figures/other.svg", "<svg/>\n")
    return course_at(root)


@pytest.fixture
def with_nets(root: Path):
    """Give the course a topic more, and read it again."""

    def make() -> Course:
        write(root / "exercises/nets/topic.toml", TOPIC.replace("Losses", "Nets").replace("30", "40"))
        write(root / "exercises/nets/README.md", "# Nets\n")
        write(root / "solutions/nets.py", HEAD + MEAN + SOFTMAX)
        return course_at(root)

    return make


@pytest.fixture
def report_of():
    """Make a report out of task ids with their verdicts; a failure may name a known mistake."""

    def make(mistake=None, test="test_rows", **verdicts):
        tasks = [_task(name.replace("__", "."), verdict, mistake, test) for name, verdict in verdicts.items()]
        environment = Environment("0", "3", "2", "Linux", "cpu", "forked", (), (), "0" * 64)
        return Report("mine", 7, environment, tuple(tasks), 0.5)

    return make


def _task(task_id, verdict, mistake, test):
    message = None
    if verdict is not Verdict.PASS:
        likely = mistake and f"this is {mistake}"
        message = Message("each row sums to 1", likely=likely, mistake=mistake, next=f"grade hint {task_id}")
    played = TestReport(test, "Each row sums to 1.", verdict, False, 1.0, 0.1, message)
    tests = () if verdict is Verdict.NOT_ATTEMPTED else (played,)
    return TaskReport(task_id, "A task", verdict, 0.0, 1.0, tests, message)
