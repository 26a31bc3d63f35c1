"""What the page and the lines show."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.learner.code_files import Part
from grader.learner.progress_changes import Help
from grader.report import Verdict
from grader.watch import events as e
from grader.watch.screen import rows_of


@pytest.fixture
def drawn():
    """Draw a page on so many columns and rows; its lines without colour."""

    def draw(state, width=100, height=30):
        console = Console(file=StringIO(), width=width, height=height, color_system=None, force_terminal=True)
        return [row.plain.rstrip() for row in rows_of(console, state)]

    return draw


@pytest.fixture
def failing(page):
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""}, tensors="")
    page.graded("losses.mean", Verdict.FAIL)
    return page


def test_page_shows_topics_the_task_its_first_failure_and_the_keys(drawn, failing):
    """Everything that is needed for the next edit is in sight."""
    lines = drawn(failing.state)
    assert len(lines) == 30
    text = "\n".join(lines)
    assert "0 of 4 tasks passed" in lines[0]
    assert "losses" in lines[1] and "0/3" in lines[1] and "tensors" in lines[1]
    labels = [
        "Checked   each row sums to 1",
        "Expected  1",
        "Got       0.4",
        "Likely    divided by the wrong sum",
    ]
    assert all(label in lines for label in labels)
    assert "Next      grade hint losses.mean" in lines
    assert "Graded in 0.4 s" in text
    assert lines[-1].startswith("h hint   n next   p previous   l list")


@pytest.mark.parametrize("width, height", [(100, 12), (40, 24), (40, 8), (20, 5), (200, 60)])
def test_page_never_has_more_rows_or_columns_than_the_terminal(drawn, failing, width, height):
    """Nothing scrolls away, and the first rows and the keys stay."""
    lines = drawn(failing.state, width, height)
    assert len(lines) <= height and max(map(len, lines)) <= max(width, 40)


@pytest.mark.parametrize("path", ["/home/ada/" + "deep/" * 30 + "mine", "/home/" + "課程/" * 40 + "mine"])
def test_page_shows_the_end_of_a_long_path_and_how_many_tasks_pass_on_one_line(drawn, failing, path):
    """A long path pushes nothing onto a second line."""
    first, second = drawn(replace(failing.state, path=path))[:2]
    assert first.startswith("...") and "mine  0 of 4 tasks passed  seed" in first
    assert 90 <= cell_len(first) <= 100 and second.startswith("tensors")


def test_page_says_what_a_low_window_leaves_out(drawn, failing):
    """A failure that does not fit is not cut in silence."""
    assert any("more lines: make the window taller" in line for line in drawn(failing.state, 100, 12))


def test_passed_task_leads_on(drawn, failing):
    """After a pass the page says how many are left."""
    failing.press("g")
    failing.graded("losses.mean", Verdict.PASS)
    assert any("pass  3 tasks still open: n goes on" in line for line in drawn(failing.state))


def test_task_that_is_right_leads_on_and_shows_its_details(drawn, failing):
    """It counts as passed, and what is open stands below."""
    failing.press("g")
    failing.graded("losses.mean", Verdict.RIGHT)
    assert failing.state.passes("losses.mean")
    assert any("right  3 tasks still open: n goes on" in line for line in drawn(failing.state))


def test_topic_of_the_folder_whose_file_is_missing_counts_as_open(drawn, page):
    """The page counts what `grade next` counts: nothing seems done because a file is not there."""
    page.state = replace(page.state, of_folder=tuple(page.state.course.topics))
    page.read(tensors="a")
    page.graded("tensors.one_hot", Verdict.PASS)
    lines = drawn(page.state)
    assert "1 of 4 tasks passed" in lines[0]
    assert any("losses" in line and "0/3" in line for line in lines[1:3])
    assert any("3 tasks still open" in line for line in lines) and "all pass" not in "\n".join(lines)


def test_broken_file_is_shown_above_the_last_results(drawn, failing):
    """The grader's own words, with the line of code, and what was known before."""
    reading = failing.reading(tensors="")
    words = (
        "losses.py, line 3, column 7: syntax error: invalid syntax\n    def f(:\n          ^\nNo task of it."
    )
    part = Part(reading.parts["tensors"].path, failing.state.files["losses"], {}, words)
    failing.give(e.Read(type(reading)({**reading.parts, "losses": part})))
    lines = drawn(failing.state)
    at = lines.index("losses.py, line 3, column 7: syntax error: invalid syntax")
    assert lines[at + 2] == "          ^"
    assert lines.index("Got       0.4") > at


def test_list_shows_the_tasks_around_the_current_one(drawn, failing):
    """A topic longer than the window shows the part at hand."""
    failing.press("l", "n")
    lines = drawn(failing.state, 100, 12)
    assert any(line.startswith(">   softmax") for line in lines)
    assert any("✗ mean" in line for line in lines)


def test_hint_and_question_fill_the_middle(drawn, failing):
    """The hint is the one that `grade hint` shows; a reset names what it does."""
    failing.give(e.Hinted("losses.mean", Help(None, None, 2, False)))
    assert "Hint 2/2  strong" in drawn(failing.state)
    failing.press("r")
    text = "\n".join(drawn(failing.state))
    assert "Put the stub of losses.mean back?" in text and "y yes" in text and "q quit" not in text


TESTING = "Likely    not known yet: the rest is still being tested"
NAMED = "Likely    divided by the wrong sum"


def test_failure_is_shown_before_its_name_and_marked_as_going_on(drawn, failing):
    """The first failure stands there at once; its name takes its place once it is known."""
    before = drawn(failing.state)[:2]
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    failing.told("losses.mean", Verdict.ERROR)
    lines = drawn(failing.state)
    assert lines[:2] == before
    assert TESTING in lines and "Got       0.4" in lines and NAMED not in lines
    assert any(line.endswith("grading ...") for line in lines) and "Grading losses.mean." in lines
    failing.told("losses.mean", Verdict.ERROR, named=True)
    lines = drawn(failing.state)
    assert lines[:2] == before
    assert NAMED in lines and TESTING not in lines and "Grading losses.mean." in lines


def test_failure_of_the_code_before_a_save_is_not_shown_as_going_on(drawn, failing):
    """The last result is shown until something is known of the new code."""
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    failing.told("losses.mean", Verdict.ERROR)
    failing.read(losses={"mean": "c", "softmax": "", "entropy": ""}, tensors="")
    assert TESTING not in drawn(failing.state) and NAMED in drawn(failing.state)


def test_fault_of_ours_is_named_as_ours(drawn, failing):
    """Nobody looks for a grader's fault in their own code."""
    failing.press("g")
    failing.give(e.Faulted("losses.mean", "a", "a judge ended"))
    assert "Got       an error of the grader itself: a judge ended" in drawn(failing.state)


def test_page_that_cannot_be_drawn_says_so(drawn, failing, monkeypatch):
    """A fault in the drawing does not end the grading."""
    monkeypatch.setattr("grader.watch.screen.head", lambda page, state: 1 / 0)
    line = drawn(failing.state)[0]
    assert "cannot be drawn" in line and "q ends it" in line
