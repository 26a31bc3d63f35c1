"""`grades.csv`."""

import csv
import io

import pytest

from grader.classroom.outputs import grades_csv
from grader.classroom.outputs.sheet import harmless


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_grades_have_a_row_a_student_and_a_column_a_task(every_outcome):
    """Each student has one row, with points, penalty, adjustments and attempts."""
    rows = rows_of(grades_csv(every_outcome))
    assert [row["student"] for row in rows] == ["s1", "s2", "s3", "s4", "x5"]
    assert rows[0] == {
        "student": "s1", "name": "Ada Lovelace", "email": "ada@example.org", "outcome": "graded",
        "reason": "is graded", "score": "3.25", "max_score": "10", "penalty": "0.5", "adjustments": "0.25",
        "attempts": "2", "losses.sigmoid": "2", "losses.softmax": "1.5",
    }  # fmt: skip


def test_grades_have_no_score_where_it_is_not_decided(every_outcome):
    """An incomplete grading, a broken upload and nothing handed in leave the score empty."""
    scores = {row["outcome"]: row["score"] for row in rows_of(grades_csv(every_outcome))}
    assert scores == {"graded": "3.25", "incomplete": "", "unreadable": "", "missing": "", "unknown": "3.5"}


def test_grades_are_what_excel_reads_as_utf_8(every_outcome):
    """A byte order mark stands first, and lines end in CR LF."""
    data = grades_csv(every_outcome)
    assert data.startswith(b"\xef\xbb\xbfstudent,name")
    assert data.count(b"\r\n") == data.count(b"\n") == 6


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_cell_that_would_be_a_formula_is_made_harmless(text):
    """What a spreadsheet would run gets an apostrophe before it."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ada", "a=b", "", "1-2", "'=1"])
def test_cell_that_is_no_formula_stays(text):
    """Other text is not touched."""
    assert harmless(text) == text


def test_name_that_is_a_formula_is_harmless_in_the_table(every_outcome):
    """A hostile name arrives spelled out, on one line, and not as a formula."""
    name = rows_of(grades_csv(every_outcome))[4]["name"]
    assert name.startswith("'=HYPERLINK(")
    assert "\x00" not in name and "\x1b" not in name
