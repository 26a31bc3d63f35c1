"""What a gradebook holds is what was put into it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.classroom.gradebook.book import Gradebook


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


def test_hand_in_whose_change_was_undone_is_put_again(kept_hand_ins, book, path, room):
    """What was put within a batch that failed is not there, and is not believed to be."""
    hand_in, run = room.hand_in_of(room.bob), book.begin(room.facts)
    with pytest.raises(RuntimeError, match="stop"), book.change():
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
    digests = [book.digests(room.run(book, (row,)))[row.student.id] for row in rows]
    assert digests[0] == digests[1]
    assert len(set(digests)) == len(rows) - 1
