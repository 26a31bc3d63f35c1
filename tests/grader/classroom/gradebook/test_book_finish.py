"""How a run is finished: a few standings at a time, beside other graders, again where it was broken off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.gradebook import database
from grader.classroom.gradebook.book import AT_ONCE, Gradebook
from grader.classroom.gradebook.database import BookProblem, WrongBook
from grader.classroom.records import Student

MANY = 3 * AT_ONCE + 2


class Made(Sequence):
    """Standings before each of which something else is done."""

    def __init__(self, standings, before):
        self.standings, self.before = standings, before

    def __len__(self):
        return len(self.standings)

    def __getitem__(self, few):
        for place in range(*few.indices(len(self))):
            self.before(place)
        return self.standings[few]


class Stop(Exception):
    """What breaks a run off."""


@pytest.fixture
def many(room):
    """More standings than go into one change."""
    graded = room.standings()[1]
    return tuple(replace(graded, student=Student(f"s{number:03}"), earned=number) for number in range(MANY))


@pytest.fixture
def commits(monkeypatch):
    """The changes that were committed so far."""
    seen, commit = [], database.Connection._commit

    def counted(self):
        commit(self)
        seen.append(self.path)

    monkeypatch.setattr(database.Connection, "_commit", counted)
    return seen


def rows_of(book, run):
    return book.rows("SELECT place, student_id, score, facts FROM standings WHERE run = ?", run)


def test_finish_makes_one_change_of_several_standings(book, room, many, commits):
    """A class takes a change for every few of its students, not one for each, and they come out in order."""
    run = book.begin(room.facts)
    commits.clear()
    book.finish(run, many, seconds=1.0)
    assert MANY / 20 < len(commits) <= MANY / 10 + 2
    assert book.result(run).standings == many


def test_other_grader_cannot_write_into_the_middle_of_a_few(book, path, room, many, monkeypatch):
    """The standings of one change are written together or not at all."""
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.0)
    run, refused = book.begin(room.facts), []
    with Gradebook(path) as other:
        write = book.write

        def watched(statement, *values):
            if statement.startswith("INSERT INTO standings"):
                with pytest.raises(BookProblem, match="in use by another grader"):
                    other.begin(room.facts)
                refused.append(values[1])
            return write(statement, *values)

        monkeypatch.setattr(book, "write", watched)
        book.finish(run, many[:3], seconds=1.0)
    assert refused == [0, 1, 2]


def test_nobody_reads_the_standings_of_a_run_that_is_being_finished(book, path, room, many):
    """For another grader the run is unfinished, and its students unknown, until the last standing is there."""
    before = room.run(book, ())
    run, seen = book.begin(room.facts), []

    def look(place):
        assert other.runs()[-1].finished is None
        assert other.result().number == before
        assert other.students() == ()
        with pytest.raises(WrongBook, match=f"run {run} was not finished"):
            other.result(run)
        seen.append(len(rows_of(other, run)))

    with Gradebook(path) as other:
        bare = tuple(replace(standing, hand_in=None, attempts=()) for standing in many)
        book.finish(run, Made(bare, look), seconds=1.0)
        assert seen[0] == 0 and seen[-1] == 3 * AT_ONCE
        assert other.result().number == run
        assert len(other.students()) == MANY


@pytest.mark.parametrize("place", [0, 1, AT_ONCE, 2 * AT_ONCE + 5, MANY - 1])
def test_run_that_breaks_off_at_any_standing_is_the_same_when_it_is_taken_up_again(
    book, path, room, many, place
):
    """What was written before stays out of sight, and in the end every row is that of an undisturbed run."""
    undisturbed, run = book.begin(room.facts), book.begin(room.facts)
    book.finish(undisturbed, many, seconds=1.0)

    def stop(at):
        if at == place:
            raise Stop

    with pytest.raises(Stop):
        book.finish(run, Made(many, stop), seconds=1.0)
    with Gradebook(path) as other:
        assert other.result().number == undisturbed
        other.finish(run, many, seconds=1.0)
        assert rows_of(other, run) == rows_of(other, undisturbed)
        assert other.result(run).standings == many


def test_run_taken_up_again_with_fewer_standings_keeps_none_of_before(book, room, many):
    """A student who has left since the run was broken off is not in it."""
    run = book.begin(room.facts)

    def stop(at):
        if at == MANY - 1:
            raise Stop

    with pytest.raises(Stop):
        book.finish(run, Made(many, stop), seconds=1.0)
    book.finish(run, many[:2], seconds=1.0)
    assert book.result(run).standings == many[:2]
    assert book.runs()[-1].students == 2


WRITER = Path(__file__).with_name("writer.py")
REPORTS = 25


def started(path, name):
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(path), name, str(REPORTS)], stdout=subprocess.PIPE, text=True
    )


def said(process):
    """The keys that a writer was told to be committed, to its end."""
    return [line.strip() for line in process.stdout if line.endswith("\n")]


@pytest.mark.parametrize("before_the_kill", [1, 9])
def test_nothing_that_was_committed_is_lost_when_one_of_two_graders_is_killed(path, before_the_kill):
    """Every report that either of them was told to be kept is there and whole, and the other goes on to its end."""
    killed, other = started(path, "killed"), started(path, "other")
    with killed, other:
        kept = [killed.stdout.readline().strip() for _ in range(before_the_kill)]
        killed.kill()
        kept += said(killed)
        finished = said(other)
        assert other.wait() == 0
    assert len(finished) == REPORTS
    with Gradebook(path) as book:
        assert book.rows("PRAGMA integrity_check") == [("ok",)]
        assert book.rows("PRAGMA foreign_key_check") == []
        for key in {*kept, *finished}:
            assert book.known(key).tasks[0].id == "losses.softmax"
        runs = {entry.title: entry for entry in book.runs()}
        assert runs["other"].students == REPORTS
        assert runs["killed"].finished is None
        assert runs["killed"].gradings >= before_the_kill
