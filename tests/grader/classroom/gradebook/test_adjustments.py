"""Points by hand: written down for ever, and taken back only by another entry."""

import sqlite3

import pytest

from grader.classroom.gradebook import WrongBook
from grader.classroom.records import Adjustment


def test_adjustments_of_a_student_come_back_in_order(book, room):
    """What was given to a student comes back as it was written, without that of others."""
    book.adjust(room.strange, 2, who=room.strange, why="asked well", when=room.moment)
    book.adjust("alice", -0.5, who="the lecturer", why="copied a line", when=room.started)
    book.adjust(room.strange, 1.25, who="the lecturer", why="a second time", when=room.started)
    assert book.adjustments(room.strange) == (
        Adjustment(room.strange, 2.0, room.strange, room.moment, "asked well"),
        Adjustment(room.strange, 1.25, "the lecturer", room.started, "a second time"),
    )
    assert [given.points for given in book.adjustments()] == [2.0, -0.5, 1.25]


def test_adjustment_is_taken_back_by_another_entry(book):
    """Both entries stay, they name each other, and their sum is nothing."""
    number = book.adjust("alice", 2, who="a", why="for the question")
    undoing = book.take_back(number, who="b", why="the wrong student")
    first, second = book.adjustment_entries("alice")
    assert (first.number, first.takes_back) == (number, None)
    assert (second.number, second.takes_back, second.adjustment.who) == (undoing, number, "b")
    assert sum(given.points for given in book.adjustments("alice")) == 0.0


def test_adjustment_is_taken_back_only_once(book):
    """A second time is refused, as is an entry that there never was."""
    number = book.adjust("alice", 2, who="a", why="for the question")
    undoing = book.take_back(number, who="a", why="no")
    with pytest.raises(
        WrongBook, match=f"adjustment {number} was taken back already, by adjustment {undoing}"
    ):
        book.take_back(number, who="a", why="no")
    with pytest.raises(WrongBook, match="has no adjustment 99"):
        book.take_back(99, who="a", why="no")


@pytest.mark.parametrize("command", ["UPDATE adjustments SET points = 5", "DELETE FROM adjustments"])
def test_adjustment_is_never_changed_not_even_by_hand(book, path, command):
    """The database itself refuses to change or remove an entry."""
    book.adjust("alice", 2, who="a", why="for the question")
    database = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="take it back"):
        database.execute(command)
    database.close()
    assert [given.points for given in book.adjustments()] == [2.0]


@pytest.mark.parametrize(
    ("points", "who", "why"), [(float("nan"), "a", "b"), (1.0, " ", "b"), (1.0, "a", ""), (float("inf"), "a", "b")]
)  # fmt: skip
def test_adjustment_without_a_number_a_person_or_a_reason_is_refused(book, points, who, why):
    """An entry says how many points, who and why."""
    with pytest.raises(ValueError, match="needs a number of points, somebody who makes it, and a reason"):
        book.adjust("alice", points, who=who, why=why)
    assert book.adjustments() == ()


def test_result_can_be_had_with_the_adjustments_of_today(book, room):
    """A finished run stays as it was; asked for, it comes with what people have added since."""
    run = room.run(book)
    book.adjust("dora", 1.5, who="a", why="was ill")
    assert book.result(run).standings == room.standings()
    scores = {standing.student.id: standing.score for standing in book.result(run, adjusted=True).standings}
    assert scores["dora"] == 1.5
    assert scores["alice"] == 3.9  # what it was adjusted by in the run is not in the gradebook
