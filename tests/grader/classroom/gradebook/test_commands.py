"""`grade adjust`."""

from dataclasses import replace

import click
import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.cli.classroom import adjust_command
from grader.cli.main import cli
from grader.cli.shared import OurFault, WrongCall


@pytest.fixture
def graded(path, room):
    """A gradebook with one finished run and one that is not."""
    with Gradebook(path) as book:
        room.run(book)
        book.record(book.begin(room.facts), room.hand_in_of(room.alice), "losses", None)
    return path


@pytest.fixture
def call(path, capsys, monkeypatch):
    """Run a command with the gradebook; what it printed."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(command, *arguments):
        cli.main([command.name, *arguments, "--book", str(path)], standalone_mode=False)
        return capsys.readouterr().out

    return run


def adjustments(path):
    with Gradebook(path) as book:
        return [(given.student_id, given.points, given.who, given.why) for given in book.adjustments()]


@pytest.mark.parametrize(
    ("typed", "points", "shown"), [("1.5", 1.5, "+1.5"), ("-2", -2.0, "-2"), ("+1", 1.0, "+1")]
)
def test_adjust_keeps_the_points_with_who_and_why(call, graded, typed, points, shown):
    """Points may be negative; what is kept is shown."""
    out = call(adjust_command, "alice", typed, "--why", "a good question", "--who", "the lecturer")
    assert adjustments(graded) == [("alice", points, "the lecturer", "a good question")]
    assert shown in out
    assert f"{shown} in all" in out


def test_adjust_takes_the_login_for_who_decides(call, graded, monkeypatch):
    """Whoever is at the keyboard decides, unless another is named; one of the two has to be known."""
    monkeypatch.setattr("getpass.getuser", lambda: "carl")
    call(adjust_command, "alice", "1", "--why", "b")
    assert adjustments(graded)[0][2] == "carl"

    def nobody():
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(WrongCall, match="say who decides it"):
        call(adjust_command, "alice", "1", "--why", "b")


def test_adjust_by_the_opposite_undoes_what_was_wrong(call, graded):
    """Both entries are shown, and come to nothing."""
    call(adjust_command, "alice", "1", "--why", "b", "--who", "a")
    out = call(adjust_command, "alice", "-1", "--why", "the wrong student", "--who", "a")
    assert "the wrong student" in out and "+0 in all" in out
    assert [points for _, points, _, _ in adjustments(graded)] == [1.0, -1.0]


def test_adjust_shows_what_there_is_when_no_points_are_given(call, graded):
    """Of one student, or of all."""
    assert call(adjust_command) == "No points were given or taken by hand.\n"
    call(adjust_command, "alice", "1", "--why", "b", "--who", "a")
    call(adjust_command, "dora", "2", "--why", "b", "--who", "a")
    both = call(adjust_command)
    assert "alice" in both
    assert "dora" in both
    assert "dora" not in call(adjust_command, "alice")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("alice", "1"), "say why"),
        (("alice", "1", "--why", " "), "say why"),
        (("alice", "nan", "--why", "b"), "nan is no number of points"),
        (("alice", "0", "--why", "b"), "0.0 is no number of points"),
        (("alise", "1", "--why", "b"), "knows no student 'alise': did you mean alice?"),
        (("zzz",), "knows no student 'zzz': use the id"),
    ],
)
def test_adjust_that_makes_no_sense_is_a_wrong_call(call, graded, arguments, says):
    """Nothing is kept of it."""
    with pytest.raises(WrongCall, match=says):
        call(adjust_command, *arguments, "--who", "a")
    assert adjustments(graded) == []


def test_option_that_there_is_not_is_not_taken_for_points(call, graded):
    """Although a negative number is no option, a slip in one is refused."""
    with pytest.raises(click.UsageError):
        call(adjust_command, "alice", "1", "--wy", "b", "--why", "b")
    assert adjustments(graded) == []


def test_book_that_is_not_there_is_a_wrong_call_and_is_not_made(call, path):
    """A slip in a path makes no new file."""
    with pytest.raises(WrongCall, match="there is no gradebook"):
        call(adjust_command)
    assert not path.exists()


def test_fault_of_the_file_is_told_as_whose_it_is(call, graded, monkeypatch):
    """Another program's file is a wrong call; a gradebook that cannot be used now is a fault of this machine."""
    monkeypatch.setattr("grader.classroom.gradebook.database.WAIT_SECONDS", 0.05)
    with Gradebook(graded) as book, book.change(), pytest.raises(OurFault, match="in use by another grader"):
        call(adjust_command, "alice", "1", "--why", "b")
    graded.write_text("name,points\n" * 100)
    with pytest.raises(WrongCall, match="is not a gradebook"):
        call(adjust_command)


def test_adjustments_stand_in_the_zone_of_the_course(call, graded, room):
    """Not in that of the machine: whoever reads the book sees the times that the pages have."""
    with Gradebook(graded) as book:
        book.begin(replace(room.facts, zone="Asia/Tokyo"))
    assert " JST" in call(adjust_command, "alice", "1", "--why", "b", "--who", "c")
