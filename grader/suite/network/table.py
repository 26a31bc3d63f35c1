"""The shapes on the way through two networks, side by side, within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.report import Passage, ShapeRow, ShapeTable
from grader.suite.network.calls import Call, Seen
from grader.suite.network.difference import Trace

MOST_ROWS = 60
MOST_SHAPES = 3  # of one call
MOST_SIZES = 8  # of one shape
LONGEST = 40  # characters of a name; its end tells most


def table_of(trace: Trace, title: str, sentence: str) -> ShapeTable:
    """Return a row for each call of ours that came to its end, and for theirs that have no counterpart."""
    rows = list(_rows(trace))
    first = next((i for i, row in enumerate(rows) if row.passage not in (Passage.EQUAL, Passage.EXTRA)), 0)
    start = max(0, min(first - MOST_ROWS // 2, len(rows) - MOST_ROWS))
    kept = rows[start : start + MOST_ROWS]
    return ShapeTable(title, tuple(kept), len(rows) - len(kept), sentence)


def _rows(trace: Trace) -> Iterator[ShapeRow]:
    pending = _in_time(trace.theirs)
    names = {call.name for call in trace.ours}
    for call in _in_time(trace.ours):
        other = trace.counterpart(call)
        if other is not None and other in pending:
            place = pending.index(other)
            yield from (_extra(each) for each in pending[:place] if each.name not in names)
            pending = pending[place + 1 :]
        yield ShapeRow(
            _short(call.name),
            _short(other.kind if other else call.kind),
            _shapes(other.outputs) if other is not None and other.end is not None else None,
            _shapes(call.outputs),
            _passage(trace, call, other),
        )
    yield from (_extra(call) for call in pending if call.name not in names)


def _in_time(calls: Sequence[Call]) -> list[Call]:
    """Return calls in the order in which they ended; last those that raised, the innermost first."""
    ended = sorted((call for call in calls if call.end is not None), key=lambda call: call.end or 0)
    return ended + sorted((call for call in calls if call.end is None), key=lambda call: -call.start)


def _passage(trace: Trace, call: Call, other: Call | None) -> Passage:
    if other is None:
        known = any(each.name == call.name for each in trace.theirs)
        return Passage.NOT_COMPARED if known else Passage.NOT_REACHED
    if other.end is None:
        return Passage.NOT_REACHED
    if len(other.outputs) != len(call.outputs):
        return Passage.NOT_COMPARED
    return Passage.EQUAL if trace.of_output(call) is None else Passage.DIFFERS


def _extra(call: Call) -> ShapeRow:
    shapes = _shapes(call.outputs) if call.end is not None else None
    return ShapeRow(_short(call.name), _short(call.kind), shapes, None, Passage.EXTRA)


def _shapes(seen: Sequence[Seen]) -> tuple[tuple[int, ...], ...]:
    return tuple(shape[:MOST_SIZES] for shape, _ in seen[:MOST_SHAPES])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"...{text[3 - LONGEST :]}"
