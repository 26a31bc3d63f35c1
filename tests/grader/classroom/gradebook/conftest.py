"""A small class made by hand: reports, hand-ins and standings as a run would have found them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.classroom.gradebook import database
from grader.classroom.gradebook.book import Gradebook
from grader.classroom.records import Adjustment, Attempt, HandIn, Outcome, Run, Standing, Student, TaskColumn
from grader.report import (
    Curve,
    Environment,
    Message,
    Passage,
    Path,
    Report,
    ShapeRow,
    ShapeTable,
    TaskReport,
    TestReport,
    Verdict,
)

STRANGE = "caf\u00e9 \udce9 \x00 \u202e'\""  # a name as file systems have them, with a byte that is no UTF-8
STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=1)))
ENVIRONMENT = Environment(
    "0.1.0", "3.11.7", "2.13.0", "Linux x86_64", "cpu", "forked", ("landlock",), (), "0f" * 32
)
COLUMNS = (
    TaskColumn("losses.softmax", "Scores into probabilities", 2.0),
    TaskColumn("losses.entropy", "Entropy", 3.0, visibility="hidden"),
    TaskColumn("tensors.outer", "Outer product", 1.0, counts=False, bonus=True),
)
FACTS = Run(
    "Deep learning", 42, STARTED, "0f" * 32, "cpu", "forked", COLUMNS, options={"task": ["losses"], "jobs": None}
)  # fmt: skip
ALICE = Student("alice", "Alice Ames", "alice@example.org", {"canvas": "17", "login": "aames"})
BOB = Student(STRANGE, STRANGE)
CARLA = Student("carla", "Carla")
DORA = Student("dora", "Dora")


def test_of(verdict: Verdict, name: str = "test_rows", **more) -> TestReport:
    message = None if verdict is Verdict.PASS else Message(STRANGE, expected="1", mistake="over_batch")
    return TestReport(name, "Rows sum to 1.", verdict, False, 1.5, 0.12, message, **more)


def drawn_test() -> TestReport:
    rows = (
        ShapeRow("fc", "Linear", None, ((2, 5),), Passage.NOT_REACHED),
        ShapeRow("act", "ReLU", ((2, 5), (1,)), None, Passage.EXTRA),
    )
    return test_of(
        Verdict.FAIL,
        "test_drawn",
        traceback=STRANGE,
        printed=STRANGE,
        curves=(Curve("loss", (2.0, None, 0.1 + 0.2), (1.0,), 600, 0.9),),
        paths=(Path("valley", ((0.1, -2.0), None), ()),),
        tables=(ShapeTable("on the way", rows, 7, "fc is the first"),),
    )


def task_of(name: str, points: float, most: float, *tests: TestReport) -> TaskReport:
    verdict = Verdict.PASS if points == most else Verdict.FAIL
    return TaskReport(name, "A task", verdict, points, most, tests or (test_of(verdict),))


def report_of(*tasks: TaskReport, **more) -> Report:
    return Report("upload.zip/alice", 42, ENVIRONMENT, tasks, 1.25, notes=("a note",), **more)


def losses_report() -> Report:
    second = task_of("losses.entropy", 1.33, 3.0, test_of(Verdict.PASS, printed=""), drawn_test())
    return report_of(task_of("losses.softmax", 2.0, 2.0), second)


def tensors_report() -> Report:
    return report_of(task_of("tensors.outer", 1.0, 1.0))


def whole_report() -> Report:
    return report_of(*losses_report().tasks, *tensors_report().tasks)


def hand_in_of(student: Student, attempt: int = 1, **more) -> HandIn:
    files = {"losses.py": b"\x00losses\xff" * attempt, f"a/{STRANGE}/tensors.ipynb": b"{}"}
    return HandIn(student, f"upload.zip/{student.id}", files, attempt=attempt, **more)


def standings() -> tuple[Standing, ...]:
    """One of each kind, in an order that is not that of the ids."""
    given = Adjustment("alice", 0.5, "the lecturer", STARTED + timedelta(days=1, microseconds=7), STRANGE)
    counts = hand_in_of(
        ALICE, 2, submitted_at=STARTED, late=True, notes=("README.md was passed over",),
        uploads={"losses.py": "a_1_2_losses.py"},
    )  # fmt: skip
    first = Attempt(hand_in_of(ALICE, 1, submitted_at=STARTED - timedelta(1)), 1.0, "an older one")
    broken = hand_in_of(CARLA, problem="the archive is damaged")
    return (
        Standing(CARLA, Outcome.UNREADABLE, "the archive is damaged", 5.0, broken),
        Standing(
            ALICE, Outcome.GRADED, "the last of 2", 5.0, counts, whole_report(), 4.33, 0.43, (given,), (first,),
            ("late",),
        ),
        Standing(BOB, Outcome.INCOMPLETE, "ours", 5.0, hand_in_of(BOB), report_of(incomplete="the worker died")),
        Standing(DORA, Outcome.MISSING, "nothing was handed in", 5.0),
    )  # fmt: skip


class Room:
    """What a test of the gradebook works with."""

    facts, columns, strange, started = FACTS, COLUMNS, STRANGE, STARTED
    alice, bob, carla, dora = ALICE, BOB, CARLA, DORA
    test_of, task_of, report_of, hand_in_of = map(staticmethod, (test_of, task_of, report_of, hand_in_of))
    losses_report, tensors_report, whole_report, standings = map(
        staticmethod, (losses_report, tensors_report, whole_report, standings)
    )
    pragmas = database._PRAGMAS
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    @staticmethod
    def run(book: Gradebook, rows: tuple[Standing, ...] | None = None) -> int:
        """A whole run with the standings that are given."""
        number = book.begin(FACTS)
        book.finish(number, standings() if rows is None else rows, seconds=12.5, graded=2, cached=1)
        return number


@pytest.fixture(autouse=True)
def disk(monkeypatch):
    """Nothing waits for the disk here: the gradebook of a test need not outlive a power failure."""
    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS, "PRAGMA synchronous = OFF"))


@pytest.fixture
def room():
    """The class."""
    return Room


@pytest.fixture
def path(tmp_path):
    """Where the gradebook is to lie."""
    return tmp_path / "gradebook.sqlite"


@pytest.fixture
def book(path):
    """A new gradebook."""
    with Gradebook(path) as opened:
        yield opened
