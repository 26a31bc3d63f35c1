"""What is put into a gradebook comes out of it, equal and in order; points by hand stay for ever."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.gradebook.database import WrongBook
from grader.classroom.records import Adjustment


def count(path, table):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_kept_report_comes_back_equal_with_all_that_is_drawn_and_printed(book, room):
    """A kept report comes back equal, with curves, tables, what was printed and text that is no UTF-8."""
    book.keep("k", "losses", room.losses_report())
    assert book.known("k") == room.losses_report()


def test_report_is_unknown_under_another_key(book, room):
    """Nothing is known under a key that was never used."""
    book.keep("k", "losses", room.losses_report())
    assert book.known("l") is None
    assert (book.has("k"), book.has("l")) == (True, False)


def test_first_report_of_a_key_stays(book, room):
    """A second report under the same key does not take the place of the first."""
    book.keep("k", "losses", room.losses_report())
    book.keep("k", "losses", replace(room.losses_report(), seconds=99.0))
    assert book.known("k").seconds == room.losses_report().seconds


def test_incomplete_report_is_never_kept(book, room):
    """A report that our own fault left unfinished is refused, so that a later run grades again."""
    with pytest.raises(ValueError, match="incomplete report of losses is not kept: the worker died"):
        book.keep("k", "losses", room.report_of(incomplete="the worker died"))
    assert book.known("k") is None


def test_kept_report_is_there_for_another_connection_at_once(book, path, room):
    """What was kept is committed when the call returns."""
    book.keep("k", "losses", room.losses_report())
    with Gradebook(path) as other:
        assert other.known("k") == room.losses_report()


def test_result_is_equal_to_what_the_run_ended_with(book, path, room):
    """Standings, columns, notes and counts of a finished run are rebuilt whole from the file."""
    number = book.begin(room.facts)
    book.finish(number, room.standings(), seconds=12.5, graded=2, cached=1, notes=["a note"])
    with Gradebook(path) as other:
        result = other.result(number)
    assert result.standings == room.standings()
    assert result.columns == room.columns
    assert (result.title, result.number, result.seed) == ("Deep learning", number, 42)
    assert (result.started, result.seconds) == (room.started, 12.5)
    assert (result.graded, result.cached, result.notes) == (2, 1, ("a note",))
    assert (result.course_digest, result.device, result.sandbox) == ("0f" * 32, "cpu", "forked")


def test_result_is_that_of_the_last_finished_run(book, room):
    """Without a number the latest finished run is meant, even if another was begun since."""
    room.run(book)
    second = room.run(book, room.standings()[:1])
    book.begin(room.facts)
    assert book.result().number == second
    assert len(book.result().standings) == 1


@pytest.mark.parametrize(("run", "says"), [(1, "run 1 was not finished"), (7, "has no run 7: it has 1")])
def test_result_of_a_run_that_has_none_is_refused(book, room, run, says):
    """A run that was interrupted, or that there never was, has no result."""
    book.begin(room.facts)
    with pytest.raises(WrongBook, match=says):
        book.result(run)


def test_result_of_a_new_book_is_refused(book):
    """A gradebook without a run says so."""
    with pytest.raises(WrongBook, match="has no finished run: no run was begun yet"):
        book.result()


def test_topic_is_stored_once_in_a_report_of_its_own_and_in_a_standing(book, path, room):
    """The tasks of a topic take their room once, also as part of the report of a whole hand-in."""
    book.keep("k", "losses", room.losses_report())
    book.keep("l", "tensors", room.tensors_report())
    before = count(path, "contents")
    bare = [replace(standing, hand_in=None, attempts=()) for standing in room.standings()]
    room.run(book, tuple(bare[1:2]))
    assert count(path, "contents") == before == 2


def test_hand_in_is_kept_once_with_its_bytes(kept_hand_ins, book, path, room):
    """The same hand-in in two runs takes its room once, and all of its bytes come back."""
    hand_in = room.hand_in_of(room.bob, submitted_at=room.started)
    for _ in range(2):
        book.record(book.begin(room.facts), hand_in, "losses", None)
    assert kept_hand_ins(book) == (hand_in,)
    assert count(path, "hand_ins") == 1
    assert count(path, "contents") == 2


def test_run_that_was_interrupted_is_listed_and_its_reports_are_known_to_the_next(book, room):
    """An interrupted run shows how far it came, and nothing that it graded is graded again."""
    first = book.begin(room.facts)
    book.keep("k", "losses", room.losses_report())
    book.record(first, room.hand_in_of(room.alice), "losses", "k")
    book.record(first, room.hand_in_of(room.alice), "tensors", None)
    second = room.run(book)
    entries = book.runs()
    assert [(entry.number, entry.finished is not None, entry.gradings) for entry in entries] == [
        (first, False, 2), (second, True, 0),
    ]  # fmt: skip
    assert replace(entries[0], number=0, gradings=0) == room.facts
    assert entries[1].students == 4
    assert book.known("k") == room.losses_report()


def test_grading_that_was_incomplete_can_be_recorded_again_with_its_key(book, path, room):
    """Within one run a grading that was incomplete may be taken up; there is still one of it."""
    run, hand_in = book.begin(room.facts), room.hand_in_of(room.alice)
    book.keep("k", "losses", room.losses_report())
    book.record(run, hand_in, "losses", None)
    book.record(run, hand_in, "losses", "k")
    assert count(path, "gradings WHERE key = 'k'") == count(path, "gradings") == 1


def test_record_of_a_report_that_is_not_kept_is_refused(book, room):
    """A grading cannot point to a report that is not there."""
    with pytest.raises(ValueError, match="no report is kept under 'k': keep it first"):
        book.record(book.begin(room.facts), room.hand_in_of(room.alice), "losses", "k")


def test_finished_run_is_never_written_over(book, path, room):
    """A finished run takes neither other standings nor more gradings, not even by hand."""
    run = room.run(book)
    with pytest.raises(ValueError, match=f"run {run} was finished"):
        book.finish(run, (), seconds=0.0)
    with pytest.raises(ValueError, match=f"run {run} was finished"):
        book.record(run, room.hand_in_of(room.alice), "losses", None)
    with sqlite3.connect(path) as database, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        database.execute("UPDATE runs SET facts = ''")
    database.close()
    assert book.result(run).standings == room.standings()


def test_run_that_breaks_off_while_it_is_finished_is_finished_by_another_try(book, room):
    """Until everything is written the run is not finished; what was written before is not in the way."""
    run = book.begin(room.facts)
    naive = room.hand_in_of(room.carla, submitted_at=room.started.replace(tzinfo=None))
    broken = replace(room.standings()[0], hand_in=naive)
    with pytest.raises(ValueError, match="has no time zone"):
        book.finish(run, (*room.standings()[1:], broken), seconds=1.0)
    with pytest.raises(WrongBook, match=f"run {run} was not finished"):
        book.result(run)
    book.finish(run, room.standings()[:2], seconds=1.0)
    assert book.result(run).standings == room.standings()[:2]


def test_batch_is_kept_whole_or_not_at_all(book, path, room):
    """What is kept within a batch is there after it; an error within takes all of it back."""
    with book.change():
        book.keep("k", "losses", room.losses_report())
        with Gradebook(path) as other:
            assert other.known("k") is None
    with pytest.raises(RuntimeError, match="stop"), book.change():
        book.keep("l", "tensors", room.tensors_report())
        raise RuntimeError("stop")
    assert (book.known("k") is None, book.known("l") is None) == (False, True)


def test_time_without_a_zone_is_refused(book, room):
    """A time of which nobody knows the zone is not written down."""
    naive = room.hand_in_of(room.alice, submitted_at=room.started.replace(tzinfo=None))
    with pytest.raises(ValueError, match="has no time zone"):
        book.record(book.begin(room.facts), naive, "losses", None)


def test_book_is_not_used_by_a_forked_process(book, monkeypatch):
    """A process that was forked from the one that opened the file is told to open it again."""
    monkeypatch.setattr("os.getpid", lambda real=os.getpid: real() + 1)
    with pytest.raises(RuntimeError, match="opened before a fork"):
        book.known("k")


def test_students_are_those_who_handed_in_or_stood_in_a_run(book, room):
    """Every student of the gradebook is listed once."""
    room.run(book)
    assert set(book.students()) == {student.id for student in (room.alice, room.bob, room.carla, room.dora)}


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


def test_finished_run_stays_as_it_was_whatever_is_adjusted_since(book, room):
    """Points that people give later are of the next run."""
    run = room.run(book)
    book.adjust("dora", 1.5, who="a", why="was ill")
    assert book.result(run).standings == room.standings()
