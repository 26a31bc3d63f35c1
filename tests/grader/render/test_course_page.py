"""The pages of `grade list` and `grade hint`."""

from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.course import Course, Task, Topic
from grader.learner.progress_changes import picked
from grader.render import course_pages as pages

SOFTMAX = Task(
    "losses.softmax", "losses", "softmax", "Scores into [probabilities]", 2, (), ("a", "b", "the last")
)
LOSS = Task(
    "losses.cross_entropy", "losses", "cross_entropy", "The loss", 1, ("losses.softmax",), ("word " * 60,)
)
COURSE = Course(Path("e"), Path("s"), Path("t"), Path("d"), (Topic("losses", "Losses", 30, (SOFTMAX, LOSS)),))


def shown(show, *arguments, width=80):
    file = StringIO()
    show(*arguments, Console(file=file, width=width, color_system=None, markup=False))
    return file.getvalue()


def test_list_shows_points_and_needs():
    page = shown(pages.show, COURSE)
    assert "Losses  2 tasks, 3 points" in page
    assert "Scores into [probabilities]" in page
    assert "The loss (needs losses.softmax)" in page
    assert page.rstrip().endswith("2 tasks, 3 points")


@pytest.mark.parametrize("width", [60, 80])
def test_list_fits_the_terminal(width):
    assert max(cell_len(line) for line in shown(pages.show, COURSE, width=width).splitlines()) <= width


def test_hint_leads_to_the_next():
    page = shown(pages.show_hint, SOFTMAX, picked(SOFTMAX, 1))
    assert "Hint 1/3  a" in page
    assert "grade hint losses.softmax 2" in page


def test_last_hint_leads_nowhere():
    page = shown(pages.show_hint, SOFTMAX, picked(SOFTMAX, 3))
    assert "the last" in page
    assert "grade hint" not in page


def test_long_hint_is_wrapped_and_never_cut():
    page = shown(pages.show_hint, LOSS, picked(LOSS, 1), width=60)
    assert page.count("word") == 60
    assert max(len(line) for line in page.splitlines()) <= 60
