"""A file that cannot be used is said in one sentence; one of an earlier version opens, and of a later one does not."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classroom.gradebook import database
from grader.classroom.gradebook.book import Gradebook
from grader.classroom.gradebook.database import BookProblem, WrongBook
from grader.classroom.records import Outcome


def test_change_waits_for_the_disk(path, room, monkeypatch):
    """Pages and journal are on the disk when a change is committed, and references are checked."""
    monkeypatch.setattr("grader.classroom.gradebook.database._PRAGMAS", room.pragmas)
    with Gradebook(path) as book:
        asked = ("synchronous", "journal_mode", "foreign_keys")
        found = [book.rows(f"PRAGMA {name}") for name in asked]
    assert found == [[(2,)], [("truncate",)], [(1,)]]


def test_file_that_is_no_database_is_refused_and_left_alone(path):
    """Any other file is named as what it is not, and stays as it was."""
    path.write_bytes(b"name,points\n" * 100)
    with pytest.raises(WrongBook, match="gradebook.sqlite is not a gradebook: name another file"):
        Gradebook(path)
    assert path.read_bytes() == b"name,points\n" * 100


def test_database_of_another_program_is_refused_and_left_alone(path):
    """An SQLite file that has tables of its own gets none of ours."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE theirs (x)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(WrongBook, match="another program's database"):
        Gradebook(path)
    assert path.read_bytes() == before


def test_folder_that_is_not_there_is_named(tmp_path):
    """A gradebook is not made in a folder that does not exist."""
    with pytest.raises(WrongBook, match="cannot be opened: see whether its folder exists"):
        Gradebook(tmp_path / "no" / "gradebook.sqlite")


def test_read_only_book_can_be_read_and_refuses_to_be_written(path, room, monkeypatch):
    """Where nothing may be written, what is there can still be shown."""
    with Gradebook(path) as book:
        run = room.run(book)
    connect = sqlite3.connect
    monkeypatch.setattr(
        "sqlite3.connect", lambda at, **options: connect(f"file:{at.as_posix()}?mode=ro", uri=True, **options)
    )
    with Gradebook(path) as book:
        assert book.result(run).standings == room.standings()
        with pytest.raises(BookProblem, match="cannot be written to: it, or its folder, is read-only"):
            book.adjust("alice", 1, who="a", why="b")


def test_full_disk_loses_nothing_that_was_kept(kept_hand_ins, path, room):
    """The report that finds no room is refused whole; those before it stay, and with room it goes in."""
    big = b"".join(bytes([n % 251, n * 7 % 256, n * n % 253]) for n in range(40_000))
    with Gradebook(path) as book:
        run = book.begin(room.facts)
        book.keep("k", "losses", room.losses_report())
        pages = book.rows("PRAGMA page_count")[0][0]
        book.rows(f"PRAGMA max_page_count = {pages + 1}")
        hand_in = room.hand_in_of(room.alice)
        with pytest.raises(BookProblem, match="the disk is full: make room and run again"):
            book.record(run, type(hand_in)(room.alice, "", {"a": big, "b": big[1:]}), "losses", "k")
        assert book.known("k") == room.losses_report()
        assert kept_hand_ins(book) == ()
        book.rows("PRAGMA max_page_count = 1000000")
        book.record(run, hand_in, "losses", "k")
    with Gradebook(path) as book:
        assert kept_hand_ins(book) == (hand_in,)
        assert book.rows("PRAGMA integrity_check") == [("ok",)]


def test_full_disk_within_a_batch_is_told_even_if_its_error_was_caught(book, room):
    """A batch of which SQLite has undone everything does not end as if all were kept."""
    book.begin(room.facts)
    with pytest.raises(BookProblem, match="nothing of this change was kept"), book.change():
        book.write("ROLLBACK")  # as SQLite does by itself on a full disk


def test_book_in_use_is_told_when_it_does_not_become_free(path, room, monkeypatch):
    """A grader that waits for another longer than it should says so."""
    monkeypatch.setattr("grader.classroom.gradebook.database.WAIT_SECONDS", 0.05)
    with Gradebook(path) as first, Gradebook(path) as second, first.change():
        with pytest.raises(BookProblem, match="in use by another grader"):
            second.begin(room.facts)
        first.begin(room.facts)
    with Gradebook(path) as book:
        assert len(book.runs()) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE contents SET data = X'00'", "is damaged"),
        ("UPDATE contents SET data = (SELECT data FROM contents WHERE size > 900) WHERE size < 900", "is damaged"),
        ("DELETE FROM contents", "is missing"),
    ],
)  # fmt: skip
def test_damaged_content_is_told_and_never_taken_for_a_report(path, room, change, says):
    """Bytes that are not what was kept under their digest are no report."""
    with Gradebook(path) as book:
        book.keep("k", "losses", room.losses_report())
        book.keep("l", "tensors", room.tensors_report())
    with sqlite3.connect(path) as database:
        database.execute(change)
    database.close()
    with Gradebook(path) as book, pytest.raises(BookProblem, match=says):
        book.known("l")


def test_report_of_another_version_is_told(path, room):
    """A report that this torchgrade cannot read is no damage, and its remedy is another one."""
    with Gradebook(path) as book:
        book.keep("k", "losses", room.losses_report())
    with sqlite3.connect(path) as database:
        database.execute(
            """UPDATE reports SET report = replace(report, '"schema_version":2', '"schema_version":9')"""
        )
    database.close()
    with (
        Gradebook(path) as book,
        pytest.raises(BookProblem, match="schema_version is 9.*the torchgrade that wrote"),
    ):
        book.known("k")


def test_damaged_file_is_told(path, room):
    """A database of which pages were written over is damaged, not empty."""
    with Gradebook(path) as book:
        room.run(book)
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(BookProblem, match=r"is damaged: take it from a backup"), Gradebook(path) as book:
        book.result()


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


def test_version_1_opens_with_everything_that_is_in_it(kept_hand_ins, path):
    """A gradebook that version 1 has written is read whole by the code of today."""
    made_of(path, VERSION_1)
    with Gradebook(path) as book:
        result = book.result()
        (given,) = book.adjustments("alice")
        report = book.known("key of losses")
        (hand_in,) = kept_hand_ins(book)
    alice, carla = result.standings
    assert version_of(path) == len(database.STEPS)
    assert (result.title, result.number, result.seed, result.graded) == ("Deep learning", 2, 42, 1)
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
        assert book.result().number == 2


def test_later_version_is_refused(path):
    """A gradebook that a later torchgrade has written is left alone, and the remedy is named."""
    made_of(path, VERSION_1 + "PRAGMA user_version = 99;")
    with pytest.raises(
        WrongBook, match="has version 99 of the gradebook.*install the torchgrade that wrote it"
    ):
        Gradebook(path)
