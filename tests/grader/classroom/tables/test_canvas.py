"""The gradebook of Canvas, filled in."""

import pytest

from grader.classroom.tables.canvas import fill_canvas
from grader.classroom.tables.sheet import CannotFill

PLAIN = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Remarks,"Week 1, losses (900)",Week 2 (901),Current Score,Final Score
,,,,,,Manual Posting,,,
    Points Possible,,,,,(read only),10.00,5.00,(read only),(read only)
"Lovelace, Ada",101,,ada,One,"she said ""hi""",,3.00,60.00,40.00
"Pascal, Blaise",102,sis-2,,One,,EX,N/A,,
"Gauß, Carl",,sis-3,,Two,,N/A,,,
"Student, Test",666,,,One,,,,,
'''


@pytest.fixture
def three(make_class):
    return make_class(
        ("a", "Ada Lovelace", {"canvas": "101"}),
        ("b", "Blaise Pascal", {"canvas": "102"}),
        ("c", "Carl Gauß", {"sis": "sis-3"}),
    )


def changed(before, after):
    """The lines that differ, after against before."""
    pairs = zip(before.splitlines(), after.decode().splitlines(), strict=True)
    return [(one, two) for one, two in pairs if one != two]


@pytest.mark.parametrize("assignment", ["900", "Week 1, losses", "week 1, LOSSES", "Week 1, losses (900)"])
def test_canvas_column_is_found_by_id_title_or_header(three, assignment):
    """Exactly the cell of the student who has no excuse changes."""
    filled = fill_canvas(PLAIN.encode(), three, assignment)
    assert changed(PLAIN, filled.data) == [
        (
            '"Lovelace, Ada",101,,ada,One,"she said ""hi""",,3.00,60.00,40.00',
            '"Lovelace, Ada",101,,ada,One,"she said ""hi""",3.50,3.00,60.00,40.00',
        )
    ]


def test_canvas_keeps_excused_and_not_assigned(three):
    """EX and N/A stay, and the notes say whose they are."""
    notes = fill_canvas(PLAIN.encode(), three, "900").notes
    assert notes == (
        "1 row filled in", "Blaise Pascal (b): EX is kept", "Carl Gauß (c): N/A is kept"
    )  # fmt: skip


def test_canvas_refuses_an_assignment_that_it_would_make_anew(three):
    """An unknown title is refused with near matches, as Canvas would make a new assignment."""
    with pytest.raises(CannotFill, match=r"no assignment 'Week 3': did you mean 'Week 2 \(901\)'"):
        fill_canvas(PLAIN.encode(), three, "Week 3")


@pytest.mark.parametrize("name", ["Current Score", "Remarks", "Section"])
def test_canvas_refuses_a_column_that_takes_no_grades(three, name):
    """A total, a custom column and a section are no assignments."""
    with pytest.raises(CannotFill, match="has no assignment"):
        fill_canvas(PLAIN.encode(), three, name)


def test_canvas_refuses_two_assignments_of_one_title(three):
    """Two assignments of one title have to be told apart by their ids."""
    with pytest.raises(CannotFill, match="give the id in brackets"):
        fill_canvas(PLAIN.replace("Week 2 (", "Week 1, losses (").replace(
            "Week 1, losses (901)", '"Week 1, losses (901)"').encode(), three, "Week 1, losses")  # fmt: skip


def test_canvas_in_a_country_of_decimal_commas(three):
    """Semicolons, decimal commas, the mark and the line ends stay as they were."""
    text = (
        "\ufeffStudent;ID;SIS Login ID;Section;Week 1 (900);Final Score\r\n"
        "    Points Possible;;;;10,00;(read only)\r\n"
        "Lovelace, Ada;101;;One;1,00;12,50\r\n"
    )
    filled = fill_canvas(text.encode(), three, "900")
    assert filled.data == text.replace("One;1,00", "One;3,50").encode()


def test_canvas_with_last_and_first_names_in_two_columns(make_class):
    """A gradebook with LastName and FirstName is matched by both."""
    text = (
        "LastName,FirstName,ID,SIS Login ID,Section,Week 1 (900)\n"
        "    Points Possible,,,,,10\nLovelace,Ada,5,,One,\n"
    )
    filled = fill_canvas(text.encode(), make_class(("a", "Ada Lovelace")), "900")
    assert filled.data.decode() == text.replace("Ada,5,,One,", "Ada,5,,One,3.50")


KIMS = "Student,ID,SIS Login ID,Section,W (9)\n    Points Possible,,,,10\nKim,7,,One,\nKim,8,,One,\n"


def test_canvas_matches_by_id_before_name(make_class):
    """Two students of one name are told apart by the id of Canvas, also where only one of them has it."""
    both = fill_canvas(KIMS.encode(), make_class(("a", "Kim", {"canvas": "8"}), ("b", "Kim")), "9")
    assert both.data.decode().endswith("Kim,7,,One,3.50\nKim,8,,One,3.50\n")
    one = fill_canvas(KIMS.encode(), make_class(("a", "Kim", {"canvas": "8"})), "9")
    assert one.data.decode().endswith("Kim,7,,One,\nKim,8,,One,3.50\n")
    assert "nobody of the class fits the row of Kim" in one.notes


def test_canvas_id_is_not_compared_with_a_number_of_the_class_list(make_class):
    """A class list's own number that is the same as a stranger's id in Canvas means nothing."""
    filled = fill_canvas(KIMS.encode(), make_class(("7", "Somebody Else")), "9")
    assert filled.data == KIMS.encode()


def test_canvas_name_that_fits_two_is_left(make_class):
    """Two students of one name and no id are not guessed at."""
    filled = fill_canvas(KIMS.encode(), make_class(("a", "Kim"), ("b", "Kim")), "9")
    assert filled.data == KIMS.encode()
    assert "the row of Kim is left as it was: 'Kim' fits a and b" in filled.notes
    assert "the table has no row for Kim (a), Kim (b)" in filled.notes


def test_canvas_writes_no_zero_that_nobody_decided(every_outcome):
    """Only who is graded gets a grade; the others are named with the reason."""
    rows = "".join(
        f"{name},{number},,One,\n" for name, number in (("A", 101), ("B", 102), ("C", 103), ("D", 104))
    )
    text = f"Student,ID,SIS Login ID,Section,W (9)\n    Points Possible,,,,10\n{rows}Nobody,999,,One,\n"
    filled = fill_canvas(text.encode(), every_outcome, "9")
    assert changed(text, filled.data) == [("A,101,,One,", "A,101,,One,3.25")]
    told = "\n".join(filled.notes)
    for sentence in (
        "no grade for Blaise Pascal (s2): the grading is incomplete, by a fault of ours",
        "no grade for Carl Gauß (s3): the upload could not be read",
        "no grade for David Hilbert (s4): nothing was handed in",
        "nobody of the class fits the row of Nobody",
    ):
        assert sentence in told


def test_canvas_points_that_differ_are_told_and_scaled_only_on_demand(three):
    """Our points go in as they are, unless scaling is asked for."""
    text = PLAIN.replace("10.00,5.00", "100.00,5.00")
    told = fill_canvas(text.encode(), three, "900")
    assert ",3.50,3.00," in told.data.decode()
    assert "Week 1, losses (900) is worth 100 points in Canvas and 10 here: not scaled" in told.notes
    scaled = fill_canvas(text.encode(), three, "900", scale=True)
    assert ",35.00,3.00," in scaled.data.decode()


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "Student,Name,Section\n", "Student,ID,x,y\n"])
def test_canvas_refuses_what_is_no_gradebook(three, text):
    """Another table is refused with what a gradebook looks like."""
    with pytest.raises(CannotFill, match="no Canvas gradebook"):
        fill_canvas(text.encode(), three, "900")
