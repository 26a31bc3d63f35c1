"""What the tests of class grading share: the maker of layouts, and a class made by hand that tries to break tables."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from grader.classroom.gradebook.contents import get_hand_in
from grader.classroom.records import (
    Adjustment,
    Attempt,
    ClassResult,
    HandIn,
    Outcome,
    Standing,
    Student,
    TaskColumn,
)
from grader.report import Environment, Message, Report, TaskReport, TestReport, Verdict

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def layouts() -> ModuleType:
    """Return the module beside this one that makes each layout; tests have no packages to import it from."""
    name = "torchgrade_tests_layouts"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "layouts.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def kept_hand_ins():
    """Give the hand-ins that a gradebook holds, with their bytes."""

    def hand_ins(book):
        rows = book.rows("SELECT digest FROM hand_ins ORDER BY rowid")
        return tuple(get_hand_in(book, digest) for (digest,) in rows)

    return hand_ins


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENVIRONMENT = Environment("0.1.0", "3.11.7", "2.13.0", "Linux", "cpu", "forked", ("landlock",), (), "0f" * 32)
HOSTILE = '=HYPERLINK("http://x","y")\x00\x1b[2J\ud800\u202e</testcase>'


def graded(points=1.5, *, visible=False, incomplete=None, message=None):
    """A report of two tasks: one passed, one that failed in its second test."""
    failure = message or Message(
        "The rows sum to 1.", "1 at [0]", "0.4", "x (2, 3)", "the softmax ran over the batch", "over_batch",
        "grade hint losses.softmax",
    )  # fmt: skip
    tests = (
        TestReport("test_shape", "The shape is kept.", Verdict.PASS, visible, 1.0, 0.25),
        TestReport("test_sum", "The rows sum to 1.", Verdict.FAIL, visible, 1.0, 0.5, failure),
    )
    done = (TestReport("test_value", "The value is right.", Verdict.PASS, visible, 1.0, 0.125),)
    tasks = (
        TaskReport("losses.sigmoid", "A score into a probability", Verdict.PASS, 2.0, 2.0, done),
        TaskReport("losses.softmax", "Scores into probabilities", Verdict.FAIL, points, 8.0, tests),
    )
    return Report("ada", 7, ENVIRONMENT, tasks, 1.23, incomplete)


def student(student_id, name, email="", **ids):
    return Student(student_id, name, email, ids)


def standing(who, outcome=Outcome.GRADED, report=None, **more):
    report = graded() if report is None and outcome is Outcome.GRADED else report
    more.setdefault("earned", report.score if report else 0.0)
    hand_in = None if outcome is Outcome.MISSING else HandIn(who, f"upload.zip/{who.id}/losses.py")
    return Standing(who, outcome, more.pop("reason", f"is {outcome.value}"), 10.0, hand_in, report, **more)


def class_of(*standings):
    columns = (
        TaskColumn("losses.sigmoid", "A score into a probability", 2.0),
        TaskColumn("losses.softmax", "Scores into probabilities", 8.0),
    )
    return ClassResult(
        "Deep learning", 7, NOON, "0f" * 32, "cpu", "forked", columns, number=3, seconds=12.5, graded=4,
        standings=standings,
    )  # fmt: skip


@pytest.fixture
def make_report():
    return graded


@pytest.fixture
def make_class():
    """A class of students given as (id, name) or (id, name, ids), all graded alike."""

    def make(*students, **more):
        rows = (
            standing(student(row[0], row[1], **(row[2] if len(row) > 2 else {})), **more) for row in students
        )
        return class_of(*rows)

    return make


@pytest.fixture
def every_outcome():
    """One student for each outcome, one of them with points taken and given."""
    ada = student("s1", "Ada Lovelace", "ada@example.org", canvas="101", moodle="11", login="ada")
    late = standing(
        ada, penalty=0.5, adjustments=(Adjustment("s1", 0.25, "staff", NOON, "a fair question"),),
        attempts=(Attempt(HandIn(ada, "first.zip"), 1.0, "an older one"),),
    )  # fmt: skip
    broken = graded(incomplete="losses.softmax, test_sum: OSError: no space left")
    return class_of(
        late,
        standing(student("s2", "Blaise Pascal", canvas="102", moodle="12"), Outcome.INCOMPLETE, broken),
        standing(student("s3", "Carl Gauß", canvas="103", moodle="13"), Outcome.UNREADABLE),
        standing(student("s4", "David Hilbert", canvas="104", moodle="14"), Outcome.MISSING),
        standing(student("x5", HOSTILE), Outcome.UNKNOWN, graded()),
    )


@pytest.fixture
def with_score():
    """Give every student of a class this many earned points."""

    def change(result, earned):
        return replace(result, standings=tuple(replace(row, earned=earned) for row in result.standings))

    return change
