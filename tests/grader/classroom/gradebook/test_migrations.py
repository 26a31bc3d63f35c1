"""A gradebook of an earlier version opens under this one, and one of a later version is refused."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classroom.gradebook import Gradebook, WrongBook, database
from grader.classroom.records import Outcome

VERSION_1 = Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8")


def made_of(path, text):
    database = sqlite3.connect(path)
    database.executescript(text)
    database.close()


def version_of(path):
    database = sqlite3.connect(path)
    ((version,),) = database.execute("PRAGMA user_version")
    database.close()
    return version


def test_version_1_opens_with_everything_that_is_in_it(path):
    """A gradebook that version 1 has written is read whole by the code of today."""
    made_of(path, VERSION_1)
    with Gradebook(path) as book:
        result = book.result()
        (given,) = book.adjustments("alice")
        report = book.known("key of losses")
        (hand_in,) = book.hand_ins("alice")
    alice, carla = result.standings
    assert version_of(path) == len(database.STEPS)
    assert (result.title, result.run, result.seed, result.graded) == ("Deep learning", 2, 42, 1)
    assert (alice.score, alice.earned, alice.penalty) == (3.4, 3.33, 0.43)
    assert (carla.outcome, carla.reason) == (Outcome.MISSING, "nothing was handed in")
    assert (
        [task.points for task in alice.report.tasks] == [task.points for task in report.tasks] == [2.0, 1.33]
    )
    assert hand_in.files == {"losses.py": b"import torch\n"}
    assert hand_in.submitted_at == datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert (given.points, given.why) == (0.5, "a good question")


def test_tables_of_today_are_those_that_version_1_becomes(path, tmp_path):
    """A new gradebook and one that was brought up to date have the same layout."""
    made_of(path, VERSION_1)
    other = tmp_path / "new.sqlite"
    layouts = []
    for file in (path, other):
        Gradebook(file).close()
        database = sqlite3.connect(file)
        layouts.append(set(database.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")))
        database.close()
    assert layouts[0] == layouts[1]


def test_step_is_taken_once(path, monkeypatch):
    """A gradebook takes the steps that it has not seen, and no other."""
    made_of(path, VERSION_1)
    taken = []

    def second(connection):
        taken.append(2)
        connection.execute("ALTER TABLE reports ADD COLUMN extra TEXT")

    monkeypatch.setattr(database, "STEPS", (*database.STEPS[:1], second))
    for _ in range(2):
        Gradebook(path).close()
    assert taken == [2]
    assert version_of(path) == 2


def test_steps_are_taken_by_one_grader_at_a_time(path, monkeypatch):
    """From the first step on no other grader can write, so that none takes the same step."""
    made_of(path, VERSION_1)
    refused = []

    def second(connection):
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        refused.append(True)

    monkeypatch.setattr(database, "STEPS", (*database.STEPS[:1], second))
    Gradebook(path).close()
    assert refused == [True]


def test_step_that_fails_leaves_the_book_as_it_was(path, monkeypatch):
    """A step that breaks off is undone whole, and the next start tries again."""
    made_of(path, VERSION_1)

    def broken(connection):
        connection.execute("DROP TABLE gradings")
        raise RuntimeError("power failure")

    with monkeypatch.context() as patched:
        patched.setattr(database, "STEPS", (*database.STEPS[:1], broken))
        with pytest.raises(RuntimeError, match="power failure"):
            Gradebook(path)
    assert version_of(path) == 1
    with Gradebook(path) as book:
        assert book.result().run == 2


def test_later_version_is_refused(path):
    """A gradebook that a later torchgrade has written is left alone, and the remedy is named."""
    made_of(path, VERSION_1 + "PRAGMA user_version = 99;")
    with pytest.raises(
        WrongBook, match="has version 99 of the gradebook.*install the torchgrade that wrote it"
    ):
        Gradebook(path)
