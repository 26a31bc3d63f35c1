"""Whoever a run does not meet stands as before: grading one late student touches nobody else."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading.asked import only, with_earlier
from grader.classroom.reading.tree import ClassProblem
from grader.classroom.records import Attempt, ClassIntake, HandIn, Outcome, Run, Standing, Student, TaskColumn
from grader.cli.main import cli
from grader.course import load_course
from grader.report import Environment, Report, TaskReport, Verdict

COURSE = load_course()
TASKS = COURSE.select(["tensors.outer"])
COLUMNS = (TaskColumn("tensors.outer", "The outer product", 1.0),)
FACTS = Run("A class", 1, datetime(2026, 3, 1, tzinfo=UTC), "0" * 64, "cpu", "auto", COLUMNS)
ANN, BEN, CLEO, DAN = (
    Student(name, f"{name.title()} {name[0].upper()}", f"{name}@example.org")
    for name in ("ann", "ben", "cleo", "dan")
)


def hand_in(student: Student, attempt: int = 1) -> HandIn:
    return HandIn(student, f"class/{student.id}", {"tensors.py": b"x = %d\n" % attempt}, attempt=attempt)


def graded(student: Student, attempts: int = 1) -> Standing:
    environment = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)
    report = Report("x", 1, environment, (TaskReport("tensors.outer", "", Verdict.PASS, 1.0, 1.0),), 0.5)
    older = tuple(Attempt(hand_in(student, number), 1.0, "older") for number in range(1, attempts))
    return Standing(student, Outcome.GRADED, "", 1.0, hand_in(student, attempts), report, 1.0, attempts=older)


@pytest.fixture
def book(tmp_path: Path) -> Gradebook:
    """After a run in which Ann handed in once, Ben twice, Cleo and Dan nothing, and a stranger something."""
    made = Gradebook(tmp_path / "gradebook.sqlite")
    missing = [Standing(each, Outcome.MISSING, "nothing was handed in", 1.0) for each in (CLEO, DAN)]
    stranger = Standing(Student("?1"), Outcome.UNKNOWN, "nobody", 0.0)
    made.finish(made.begin(FACTS), [graded(ANN), graded(BEN, 2), *missing, stranger], seconds=1.0)
    yield made
    made.close()


def test_students_whom_a_run_does_not_meet_stand_as_in_the_last(book: Gradebook) -> None:
    """One late student is graded: the others keep what they handed in, and who is missing stays so."""
    found = with_earlier(ClassIntake((hand_in(CLEO),), missing=(ANN, BEN, DAN)), book, TASKS)
    assert found.hand_ins == (hand_in(CLEO), hand_in(ANN), hand_in(BEN, 2), hand_in(BEN, 1))
    assert found.missing == (DAN,)
    assert found.notes == (
        "2 students of the last run handed in nothing here: what is in the gradebook stands",
    )


def test_students_of_the_last_run_stand_without_a_roster_too(book: Gradebook) -> None:
    found = with_earlier(ClassIntake((hand_in(CLEO),)), book, TASKS)
    assert {each.student.id for each in found.hand_ins} == {"ann", "ben", "cleo"}
    assert found.missing == (DAN,)


def test_new_hand_in_takes_the_place_of_the_earlier_ones(book: Gradebook) -> None:
    """What a run meets of a student is all that counts."""
    found = with_earlier(ClassIntake((hand_in(BEN, 3),)), book, TASKS)
    assert [each.attempt for each in found.hand_ins if each.student == BEN] == [3]


def test_run_over_other_tasks_brings_nothing_along(book: Gradebook) -> None:
    """Another assignment in the same folder begins anew."""
    intake = ClassIntake((hand_in(CLEO),), missing=(ANN,))
    assert with_earlier(intake, book, COURSE.select(["losses.softmax"])) == intake


@pytest.mark.parametrize("wanted", ["ben", "Ben B", "ben b", "BEN@example.org"])
def test_one_student_is_chosen_by_id_name_or_address(wanted: str) -> None:
    everybody = ClassIntake((hand_in(ANN), hand_in(BEN), hand_in(BEN, 2)), missing=(CLEO,), unknown=("somebody",))
    found = only(everybody, [wanted])
    assert (found.hand_ins, found.missing, found.unknown) == ((hand_in(BEN), hand_in(BEN, 2)), (), ())
    assert only(everybody, ()) == everybody


def test_student_who_is_missing_can_be_chosen() -> None:
    assert only(ClassIntake((hand_in(ANN),), missing=(CLEO, DAN)), ["cleo"]).missing == (CLEO,)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [("bne", "did you mean 'ben'?"), ("Zoe", "`--dry-run` shows"), ("Ann A", "ann, ann2 are")],
)
def test_student_whom_nobody_is_or_several_are_is_refused(wanted: str, says: str) -> None:
    again = Student("ann2", ANN.name)
    with pytest.raises(ClassProblem, match="--student") as problem:
        only(ClassIntake((hand_in(ANN), hand_in(again), hand_in(BEN))), [wanted])
    assert says in str(problem.value)


def test_grading_one_late_student_leaves_the_grades_of_all_others(tmp_path: Path) -> None:
    """The command itself, run again over another folder and the same results."""
    work = "def outer(x, y):\n    return x[:, None] * y\n"
    for folder, name in (("class", "ann"), ("class", "ben"), ("late", "cleo")):
        (tmp_path / folder / name).mkdir(parents=True)
        (tmp_path / folder / name / "tensors.py").write_text(work)
    given = ["--task", "tensors.outer", "--sandbox", "none", "--out", str(tmp_path / "results")]
    for folder in ("class", "late"):
        ended = CliRunner().invoke(cli, ["class", str(tmp_path / folder), *given])
        assert ended.exit_code == 0, ended.output
    table = (tmp_path / "results" / "grades.csv").read_text(encoding="utf-8-sig")
    outcomes = {row["student"]: row["outcome"] for row in csv.DictReader(table.splitlines())}
    assert outcomes == dict.fromkeys(("ann", "ben", "cleo"), "graded")
