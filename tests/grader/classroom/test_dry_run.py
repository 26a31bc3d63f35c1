"""What a class run would grade, on a page and as values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from grader.classroom.pages.terminal import intake_as_dict as as_dict
from grader.classroom.pages.terminal import show_intake as show
from grader.classroom.records import ClassIntake, HandIn, Student

ALICE = Student("a1", "Alice Able", "al@x.edu", {"canvas": "11"})
INTAKE = ClassIntake(
    hand_ins=(
        HandIn(
            ALICE,
            "class.zip/ablealice_11_9_losses.py",
            {"losses.py": b"x = 1", "cnn.ipynb": b"{}"},
            submitted_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC),
            late=True,
            notes=("losses-1.py is read as losses.py",),
        ),
        HandIn(ALICE, "class.zip/b", {"losses.py": b"x"}, late=True, attempt=2),
        HandIn(Student("b2"), "class.zip/b2.zip", problem="b2.zip is empty (0 bytes)\x1b[2J"),
    ),
    missing=(Student("m1", "Mo May"), *(Student(f"n{number}") for number in range(20))),
    unknown=("'jon smth' is not on the roster; near: John Smith (js12)",),
    notes=("class.zip/x.txt belongs to nobody: it is left out",),
    layout="Canvas download",
)


def page(intake: ClassIntake, width: int = 100, zone: str = "") -> str:
    console = Console(file=StringIO(), width=width, force_terminal=False)
    show(intake, console, zone)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [100, 60, 40])
def test_roll_says_everything_at_any_width(width: int) -> None:
    """Who, which files, what is broken, unknown and missing, and the totals; nothing is wider than the page."""
    text = page(INTAKE, width)
    words = " ".join(text.split())
    for part in (
        "Canvas download",
        "a1",
        "b2.zip is empty",
        "js12",
        "Mo May (m1)",
        "and 9 more",
        "1 unknown",
    ):
        assert part in words
    assert "1 student to grade with 2 attempts, 1 unreadable, 1 unknown, 21 missing" in words
    assert max(len(line) for line in text.splitlines()) <= width and "\x1b" not in text


def test_roll_shows_times_and_who_was_late() -> None:
    """A time where there is one, else the mark."""
    assert "2026-01-31 23:59" in page(INTAKE) and " late " in page(INTAKE)


def test_roll_shows_times_in_the_zone_of_the_course() -> None:
    """One zone for all, which is named; UTC where the course names none."""
    assert "times are in UTC" in page(INTAKE)
    berlin = page(INTAKE, zone="Europe/Berlin")
    assert "2026-02-01 00:59" in berlin and "times are in Europe/Berlin" in berlin


def test_roll_of_nothing_says_so() -> None:
    """An empty folder is no empty page."""
    assert "no hand-ins" in page(ClassIntake(())) and "0 students to grade" in page(ClassIntake(()))


def test_roll_as_values_is_json_without_the_bytes() -> None:
    """Sizes stand for contents, and everything else is there."""
    values = json.loads(json.dumps(as_dict(INTAKE)))
    assert values["hand_ins"][0]["files"] == {"losses.py": 5, "cnn.ipynb": 2}
    assert values["hand_ins"][0]["submitted_at"] == "2026-01-31T23:59:00+00:00"
    assert values["hand_ins"][2]["problem"].startswith("b2.zip is empty")
    assert len(values["missing"]) == 21 and values["unknown"] == list(INTAKE.unknown)
    assert set(values) == {"layout", "hand_ins", "missing", "unknown", "notes"}
