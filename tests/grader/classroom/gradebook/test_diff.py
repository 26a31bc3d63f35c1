"""What changed from one run to another, as data and on a page."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from grader.classroom.gradebook.diff import TaskChange, compare
from grader.classroom.records import Outcome, Standing, Student
from grader.render.diff import as_dict, show
from grader.report import Verdict


def shown(diff, width=100):
    file = StringIO()
    show(diff, Console(file=file, width=width, color_system=None, markup=False, emoji=False))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


@pytest.fixture
def runs(book, room):
    """Two runs: in the second one a task is mended, one is new, one has gone, and so have Dora and Bob's fault."""
    carla, alice, bob, dora = room.standings()
    first = room.run(book, (carla, alice, bob, dora))
    tasks = [replace(task, points=3.0, verdict=Verdict.PASS) if task.id == "losses.entropy" else task
             for task in alice.report.tasks if task.id != "tensors.outer"]  # fmt: skip
    new = room.task_of("tensors.matmul", 0.5, 4.0)
    mended = replace(alice, report=replace(alice.report, tasks=(*tasks, new)), earned=6.5)
    graded = replace(bob, outcome=Outcome.GRADED, report=room.tensors_report(), earned=1.0)
    emil = Standing(Student("emil"), Outcome.MISSING, "nothing was handed in", 5.0)
    second = room.run(book, (carla, mended, graded, emil))
    return first, second


def test_diff_holds_only_what_changed(book, room, runs):
    """Tasks whose points or verdict changed, students who came or went, and nobody else."""
    diff = book.diff(*runs)
    assert (diff.before, diff.after, diff.same) == (*runs, 1)
    assert ([student.id for student in diff.came], [student.id for student in diff.went]) == (
        ["emil"],
        ["dora"],
    )
    alice, bob = diff.changes
    assert (alice.score_before, alice.score_after) == (4.4, 6.57)
    assert alice.tasks == (
        TaskChange("losses.entropy", 1.33, 3.0, Verdict.FAIL, Verdict.PASS),
        TaskChange("tensors.matmul", None, 0.5, None, Verdict.FAIL),
        TaskChange("tensors.outer", 1.0, None, Verdict.PASS, None),
    )
    assert (bob.outcome_before, bob.outcome_after) == (Outcome.INCOMPLETE, Outcome.GRADED)


def test_diff_is_to_the_last_finished_run_when_only_one_is_named(book, runs):
    """The run after is the latest."""
    assert book.diff(runs[0]) == book.diff(*runs)


def test_diff_of_a_run_with_itself_is_empty(book, room, runs):
    """Nothing differs, and the page says so in one line."""
    diff = compare(book.result(runs[0]), book.result(runs[0]))
    assert (diff.came, diff.went, diff.changes, diff.same) == ((), (), (), 4)
    assert shown(diff).splitlines()[-1] == "Nothing changed for 4 students."


def test_score_alone_is_a_change(book, room):
    """Points by hand are the grade of who had none, and change no task."""
    first = room.run(book)
    book.adjust("dora", 2, who="a", why="b")
    (dora,) = [
        change
        for change in compare(book.result(first), book.result(first, adjusted=True)).changes
        if change.student.id == "dora"
    ]
    assert (dora.score_before, dora.score_after, dora.tasks) == (None, 2.0, ())


def test_page_shows_each_change_and_spells_out_what_is_not_seen(book, runs):
    """Who came, who went, the old and the new points and verdicts."""
    page = shown(book.diff(*runs))
    assert "+ emil  is new" in page
    assert "- Dora (dora)  is gone" in page
    assert "Alice Ames (alice)  4.4 -> 6.57 points" in page
    assert "  losses.entropy  ✗ fail     ✓ pass     1.33  ->    3" in page
    assert "  tensors.outer   ✓ pass     not there     1  ->" in page
    assert "no grade -> 1 points  incomplete -> graded" in page
    assert "\\udce9 \\x00 \\u202e" in page
    assert "2 students changed, 1 as before" in page


@pytest.mark.parametrize("width", [60, 80])
def test_page_fits_the_terminal(book, runs, width):
    """No line is longer than the terminal is wide."""
    assert max(map(len, shown(book.diff(*runs), width).splitlines())) <= width


def test_diff_as_values_is_json(book, runs):
    """The same data for another program."""
    values = json.loads(json.dumps(as_dict(book.diff(*runs))))
    assert values["changes"][0]["tasks"][0] == {
        "id": "losses.entropy", "points_before": 1.33, "points_after": 3.0, "verdict_before": "fail",
        "verdict_after": "pass",
    }  # fmt: skip
