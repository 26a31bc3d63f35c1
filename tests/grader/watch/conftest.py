"""A made-up course of two topics, a learner's files for it, and a page that events are given to."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course import Course
from grader.course.topics import read_topics
from grader.intake import Content
from grader.learner.code_files import Part, Reading
from grader.report import Environment, Message, Report, TaskReport, TestReport, Verdict
from grader.watch import events as e
from grader.watch.state import State
from grader.watch.step import after

TASK = '[[tasks]]\nname = "{name}"\ntitle = "Task {name}"\npoints = 2\nneeds = [{needs}]\nhints = ["weak", "strong"]\n'
SOLVED = '''

def {name}(x):
    """What it is."""
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION
'''
TOPICS = {
    "losses": (30, {"mean": "", "softmax": "", "entropy": '"softmax"'}),
    "tensors": (10, {"one_hot": ""}),
}
WHEN = "2026-01-02T03:04:05+00:00"


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "checkout"
    for slug, (order, tasks) in TOPICS.items():
        stub, solution = root / "exercises" / slug, root / "solutions" / f"{slug}.py"
        stub.mkdir(parents=True)
        solution.parent.mkdir(exist_ok=True)
        rows = "".join(TASK.format(name=name, needs=needs) for name, needs in tasks.items())
        (stub / "topic.toml").write_text(
            f'title = "{slug.title()}"\norder = {order}\n{rows}', encoding="utf-8"
        )
        body = "".join(SOLVED.format(name=name) for name in tasks)
        solution.write_text(f'"""{slug.title()}."""\n\nimport torch\n{body}', encoding="utf-8")
    places = (root / name for name in ("exercises", "solutions", "tests/suites", "datasets"))
    return Course(*places, read_topics(root / "exercises"))


def reported(task_id, verdict, seconds=0.4):
    """A report of one task, as a grading of it gives it."""
    message = Message(
        "each row sums to 1", "1", "0.4", likely="divided by the wrong sum", next=f"grade hint {task_id}"
    )
    passed = verdict is Verdict.PASS
    test = TestReport("test_rows", "Rows.", verdict, False, 1.0, 0.1, None if passed else message)
    task = TaskReport(task_id, f"Task {task_id}", verdict, 2.0 if passed else 0.0, 2.0, (test,))
    environment = Environment("0", "3", "2", "Linux", "cpu", "forked", (), (), "0" * 64)
    return Report("mine", 7, environment, (task,), seconds)


class Page:
    """The state after the events that it was given, and what was to be done after each."""

    def __init__(self, course):
        self.course = course
        self.state = State(course, "mine", 7)
        self.now = 100.0
        self.effects = ()

    def give(self, event):
        self.state, self.effects = after(self.state, event, self.now)
        return self.effects

    def read(self, problem=None, **files):
        """Files were read; each is a text that is the mark of all its tasks, or marks by task."""
        return self.give(e.Read(self.reading(problem, **files)))

    def reading(self, problem=None, **files):
        parts = {}
        for slug, marks in files.items():
            names = (
                {task.name: marks for task in self.course.topic(slug).tasks}
                if isinstance(marks, str)
                else marks
            )
            by_id = {f"{slug}.{name}": mark for name, mark in names.items()}
            text = repr(sorted(by_id.items())).encode()
            parts[slug] = Part(Path(f"{slug}.py"), Content(f"{slug}.py", text), by_id)
        return Reading(parts, problem)

    def graded(self, task_id, verdict, mark=None):
        return self.give(
            e.Graded(task_id, mark or self.state.marks[task_id], reported(task_id, verdict), WHEN)
        )

    def told(self, task_id, verdict, named=False, mark=None):
        """A grading that goes on tells what it knows; nothing more where the verdict is None."""
        mark = mark or self.state.marks[task_id]
        task = reported(task_id, verdict).tasks[0] if verdict else None
        return self.give(e.Partial(task_id, mark, task, named))

    def press(self, *keys):
        for key in keys:
            self.give(e.Pressed(key))
        return self.effects

    @property
    def asked(self):
        """The tasks that were to be graded after the last event."""
        return [effect.task_id for effect in self.effects if isinstance(effect, e.Grade)]


@pytest.fixture
def page(course):
    return Page(course)


@pytest.fixture
def report_of():
    return reported
