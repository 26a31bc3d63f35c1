"""A class list is read as spreadsheets write it, and what is wrong with it is said with its line."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.classroom.records import Student
from grader.classroom.tables.roster import squashed_keys
from grader.classroom.tables.roster_files import RosterProblem, read_roster

TEXT = 'id,name,email,canvas\nb2,José 王,jo@x.edu,7\na1,"Able, Alice",al@x.edu,\n'
STUDENTS = (Student("a1", "Able, Alice", "al@x.edu"), Student("b2", "José 王", "jo@x.edu", {"canvas": "7"}))


def write(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_roster_is_read_in_each_unicode_encoding(encoding: str, tmp_path: Path) -> None:
    """With and without a mark, sorted by id."""
    assert read_roster(write(tmp_path, TEXT, encoding)).students == STUDENTS


def test_roster_is_read_in_a_western_code_page(tmp_path: Path) -> None:
    """What is no UTF-8 is what Excel saves in the West."""
    assert read_roster(write(tmp_path, "id,name\n1,José\n", "latin-1")).students == (Student("1", "José"),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_roster_is_read_with_each_delimiter(delimiter: str, tmp_path: Path) -> None:
    """The header tells the delimiter; names of columns have any case and order, and others are left out."""
    held = io.StringIO()
    rows = [["Section", " EMAIL", "ID "], [], ["A, B; C", "x@y", " 1 "]]
    csv.writer(held, delimiter=delimiter).writerows(rows)
    text = held.getvalue()
    assert read_roster(write(tmp_path, text)).students == (Student("1", "", "x@y"),)


def test_roster_has_one_form_of_accents(tmp_path: Path) -> None:
    """A list from a Mac is the same list."""
    path = write(tmp_path, unicodedata.normalize("NFD", TEXT))
    assert read_roster(path).students == STUDENTS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,email\nA,b\n", "no column `id`; its columns are: name, email"),
        ("", "no table of text"),
        ("id,name\n", "lists no student"),
        ("id,name\n1,A\n,B\n", "line 3: there is no id: B"),
        ("id,name\n1,A\n\n1,B\n", "lines 2 and 4: both have the id 1"),
        ("id,email\n1,A@x\n2,a@X\n", "both have the email a@X"),
        ("id,canvas\n1,5\n2,5\n", "both have the canvas 5"),
        ("id,ID\n1,5\n", "2 columns `id`"),
        ("id\n" + "x" * 200_000, "is no table"),
    ],
)
def test_roster_that_is_wrong_says_where(text: str, words: str, tmp_path: Path) -> None:
    """The sentence has the name of the file, the line and the value."""
    with pytest.raises(RosterProblem) as problem:
        read_roster(write(tmp_path, text))
    assert words in str(problem.value) and "class.csv" in str(problem.value)


def test_roster_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A path that cannot be read is named."""
    with pytest.raises(RosterProblem, match="nowhere.csv cannot be read"):
        read_roster(tmp_path / "nowhere.csv")


def test_name_is_squashed_as_canvas_does() -> None:
    """Every place to divide first and last names is a spelling, letters only."""
    assert squashed_keys("Mary Ann O'Neil") == ["maryannoneil", "annoneilmary", "oneilmaryann"]
    assert squashed_keys("O'Neil, Mary Ann")[-1] == "oneilmaryann" and squashed_keys("") == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80), st.sampled_from([b"", b"id,name\n", b"\xff\xfei\0d\0\n\0"]))
def test_any_bytes_are_a_roster_or_a_problem(tmp_path: Path, data: bytes, head: bytes) -> None:
    """Nothing else comes of a file."""
    try:
        assert read_roster(write(tmp_path, head + data)).students
    except RosterProblem as problem:
        assert str(problem)


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,"Week 1, losses (900)",Current Score
,,,,,Manual Posting,
    Points Possible,,,,,10.00,(read only)
"Lovelace, Ada",101,sis-1,ada@example.org,One,3.00,60.00
"Gauß, Carl",102,,carl,Two,,
"Student, Test",666,,,One,,
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Role,Sections
Ada,Lovelace,77,ada@example.org,Student,
Carl,Gauß,,carl@example.org,Student,
Tea,Cher,,t@example.org,Instructor,
"""
MOODLE = """Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 11","Ada Lovelace",1001,ada@example.org,"Submitted for grading",,10.00,Yes,-,-,
"Participant 12","Carl Gauß",1002,carl@example.org,"No submission",,10.00,Yes,-,-,
"""
GERMAN = """ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;\
Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar
Teilnehmer/in11;Ada Lovelace;ada@example.org;Abgegeben;;10,00;Ja;-;-;
"""


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (
            CANVAS,
            [
                Student("101", "Lovelace, Ada", "ada@example.org",
                        {"canvas": "101", "sis": "sis-1", "login": "ada@example.org"}),
                Student("102", "Gauß, Carl", "", {"canvas": "102", "login": "carl"}),
            ],
        ),
        (
            GRADESCOPE,
            [
                Student("77", "Ada Lovelace", "ada@example.org", {"gradescope": "77"}),
                Student("carl@example.org", "Carl Gauß", "carl@example.org"),
            ],
        ),
        (
            MOODLE,
            [
                Student("1001", "Ada Lovelace", "ada@example.org", {"moodle": "11", "sis": "1001"}),
                Student("1002", "Carl Gauß", "carl@example.org", {"moodle": "12", "sis": "1002"}),
            ],
        ),
        (GERMAN, [Student("ada@example.org", "Ada Lovelace", "ada@example.org", {"moodle": "11"})]),
    ],
    ids=["canvas", "gradescope", "moodle", "moodle_in_german"],
)  # fmt: skip
def test_roster_may_be_what_a_system_exports(text: str, students: list[Student], tmp_path: Path) -> None:
    """The gradebook or the worksheet is the class list as it is."""
    assert list(read_roster(write(tmp_path, text)).students) == students


def test_roster_of_an_export_names_the_line_of_what_two_share(tmp_path: Path) -> None:
    """Two rows of one number are told as in a list of our own."""
    with pytest.raises(RosterProblem, match="lines 4 and 5: both have the id 101"):
        read_roster(write(tmp_path, CANVAS.replace("102", "101")))


def test_roster_whose_ids_look_like_participants_is_our_own(tmp_path: Path) -> None:
    """A column `id` beside one of ours is a class list, whatever else stands in it."""
    text = "id,name,year,points\ns11,Ada,2026,10\ns12,Carl,2026,10\n"
    assert [one.id for one in read_roster(write(tmp_path, text)).students] == ["s11", "s12"]
