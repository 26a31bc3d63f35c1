"""What changed from one run to another, as data and on a page."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from grader.classroom.pages.gradebook import compare, show_changes
from grader.classroom.records import Outcome, Standing, Student
from grader.report import Verdict


def shown(diff, width=100):
    file = StringIO()
    show_changes(diff, Console(file=file, width=width, color_system=None, markup=False, emoji=False))
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


def diff_of(book, runs):
    return compare(*map(book.result, runs))


def test_diff_holds_only_what_changed(book, room, runs):
    """Tasks whose points or verdict changed, students who came or went, and nobody else."""
    diff = diff_of(book, runs)
    assert (diff.before, diff.after, diff.same) == (*runs, 1)
    assert ([student.id for student in diff.came], [student.id for student in diff.went]) == (
        ["emil"],
        ["dora"],
    )
    alice, bob = diff.changes
    assert (alice.before.grade, alice.after.grade) == (4.4, 6.57)
    assert [[task and (task.id, task.points, task.verdict) for task in pair] for pair in alice.tasks] == [
        [("losses.entropy", 1.33, Verdict.FAIL), ("losses.entropy", 3.0, Verdict.PASS)],
        [None, ("tensors.matmul", 0.5, Verdict.FAIL)],
        [("tensors.outer", 1.0, Verdict.PASS), None],
    ]
    assert (bob.before.outcome, bob.after.outcome) == (Outcome.INCOMPLETE, Outcome.GRADED)


def test_diff_of_a_run_with_itself_is_empty(book, room, runs):
    """Nothing differs, and the page says so in one line."""
    diff = diff_of(book, (runs[0], runs[0]))
    assert (diff.came, diff.went, diff.changes, diff.same) == ((), (), (), 4)
    assert shown(diff).splitlines()[-1] == "Nothing changed for 4 students."


def test_grade_alone_is_a_change(book, room):
    """Points by hand are the grade of who had none, and change no task."""
    book.adjust("dora", 2, who="a", why="b")
    run = book.result(room.run(book))
    given = tuple(
        replace(each, adjustments=book.adjustments("dora")) if each.student.id == "dora" else each
        for each in run.standings
    )
    (dora,) = compare(run, replace(run, standings=given)).changes
    assert (dora.before.grade, dora.after.grade, dora.tasks) == (None, 2.0, ())


def test_page_shows_each_change_and_spells_out_what_is_not_seen(book, runs):
    """Who came, who went, the old and the new points and verdicts."""
    page = shown(diff_of(book, runs))
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
    assert max(map(len, shown(diff_of(book, runs), width).splitlines())) <= width
