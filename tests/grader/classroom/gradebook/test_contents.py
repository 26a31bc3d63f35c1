"""What was read or put is neither read nor put again while it is held, and nothing is taken for what it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.classroom.gradebook import contents
from grader.classroom.gradebook.book import Gradebook
from grader.classroom.gradebook.database import WeakCache
from grader.classroom.gradebook.runs import facts_digest
from grader.classroom.records import Student


class Thing:
    """Something that can be held; equal to any other."""

    def __eq__(self, other):
        return isinstance(other, Thing)

    __hash__ = None


@pytest.fixture
def puts(monkeypatch):
    """The contents that were put, whether they were there or not."""
    seen, put = [], contents.put_bytes

    def counted(connection, data):
        seen.append(data)
        return put(connection, data)

    monkeypatch.setattr(contents, "put_bytes", counted)
    return seen


@pytest.fixture
def gets(monkeypatch):
    """The digests of the contents that were read."""
    seen, get = [], contents.get_bytes

    def counted(connection, digest):
        seen.append(digest)
        return get(connection, digest)

    monkeypatch.setattr(contents, "get_bytes", counted)
    return seen


def test_things_are_known_by_identity_while_all_of_them_are_held():
    """An equal thing is another one, and a content of which a part has gone is unknown."""
    alive, one, two = WeakCache(), Thing(), Thing()
    alive.add("d", (one, two))
    assert alive.digest_of((one, two)) == "d"
    assert [alive.digest_of(things) for things in ((one,), (two,), (one, Thing()), (Thing(), two))] == [
        None
    ] * 4
    first, second = alive.things_of("d")
    assert first is one and second is two
    del two, second
    assert alive.things_of("d") == ()
    assert alive.digest_of((one,)) is None


def test_thing_in_the_place_of_one_that_has_gone_is_unknown():
    """Memory is used again: what comes to lie where another thing lay is not taken for that."""
    alive, places = WeakCache(), set()
    for number in range(200):
        thing = Thing()
        places.add(id(thing))
        assert alive.digest_of((thing,)) is None
        alive.add(f"{number}", (thing,))
        del thing
    assert len(places) < 200
    assert not alive._things and not alive._digests


def test_tasks_that_were_read_are_not_written_again(book, room, puts):
    """A standing with the tasks of a kept report refers to them, and nothing is turned into text for it."""
    book.keep("k", "losses", room.losses_report())
    kept = book.known("k")
    puts.clear()
    whole = replace(
        room.standings()[1], hand_in=None, attempts=(), report=replace(kept, submission="another")
    )
    run = room.run(book, (whole,))
    assert puts == []
    assert book.result(run).standings == (whole,)


def test_task_that_was_changed_is_written_as_it_is(book, path, room):
    """A report with another verdict than the kept one keeps its own, also for another grader."""
    book.keep("k", "losses", room.losses_report())
    kept = book.known("k")
    changed = replace(kept, tasks=(replace(kept.tasks[0], points=0.5), *kept.tasks[1:]))
    whole = replace(room.standings()[1], hand_in=None, attempts=(), report=changed)
    run = room.run(book, (whole,))
    with Gradebook(path) as other:
        assert other.result(run).standings == (whole,)
        assert other.known("k") == kept


def test_tasks_that_are_held_are_not_read_again(book, room, gets):
    """The result of a run shares the tasks with whoever holds them; when nobody does, they are read."""
    book.keep("k", "losses", room.losses_report())
    kept = book.known("k")
    assert book.known("k").tasks[0] is kept.tasks[0]
    assert len(gets) == 1
    del kept
    book.known("k")
    assert len(gets) == 2


def test_hand_in_is_put_once_while_it_is_held(book, path, room, puts):
    """The bytes of a hand-in are looked at once in a run, and come back in the result as they are."""
    hand_in = room.hand_in_of(room.bob)
    run = book.begin(room.facts)
    for topic in ("losses", "tensors"):
        book.record(run, hand_in, topic, None)
    assert len(puts) == len(hand_in.files)
    book.finish(run, (replace(room.standings()[0], hand_in=hand_in),), seconds=1.0)
    (standing,) = book.result(run).standings
    assert standing.hand_in == hand_in
    assert standing.hand_in.files is hand_in.files
    with Gradebook(path) as other:
        assert other.result(run).standings[0].hand_in == hand_in


def test_hand_in_whose_change_was_undone_is_put_again(kept_hand_ins, book, path, room):
    """What was put within a batch that failed is not there, and is not believed to be."""
    hand_in, run = room.hand_in_of(room.bob), book.begin(room.facts)
    with pytest.raises(RuntimeError, match="stop"), book.batch():
        book.record(run, hand_in, "losses", None)
        raise RuntimeError("stop")
    book.record(run, hand_in, "losses", None)
    with Gradebook(path) as other:
        assert kept_hand_ins(other) == (hand_in,)


def test_digest_of_facts_is_equal_for_equal_standings_and_another_for_any_change(book, room):
    """Two runs with the same standing have one digest; other points, another name or a note have another."""
    standing = room.standings()[1]
    rows = [
        standing,
        standing,
        replace(standing, earned=1.0),
        replace(standing, student=replace(standing.student, name="Alice B.")),
        replace(standing, notes=("another",)),
        replace(standing, report=replace(standing.report, notes=("another",))),
        replace(standing, hand_in=replace(standing.hand_in, files={"losses.py": b"another"})),
        replace(standing, report=replace(standing.report, tasks=standing.report.tasks[1:])),
    ]
    results = [book.result(room.run(book, (row,))) for row in rows]
    digests = [facts_digest(result.standings[0]) for result in results]
    assert digests[0] == digests[1] is not None
    assert len(set(digests)) == len(rows) - 1


def test_digest_of_a_standing_that_was_not_read_is_unknown(book, room):
    """Neither a standing that was made here has one, nor a changed one of those that were read."""
    room.run(book)
    read = book.result().standings[1]
    assert facts_digest(room.standings()[1]) is None
    assert facts_digest(replace(read, adjustments=())) is None
    assert facts_digest(replace(read, student=Student("zoe"))) is None
