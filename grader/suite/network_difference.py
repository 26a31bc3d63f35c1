"""The first difference on the way through two networks that hold the same weights."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from grader.report import Passage, ShapeRow, ShapeTable
from grader.suite.failure import CheckFailure
from grader.suite.network_run import Call, Seen, difference, matched

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


@dataclass(frozen=True)
class Place:
    """Where two networks part: what is compared, where that lies in one sentence, and how it differs."""

    checked: str
    sentence: str
    failure: CheckFailure | None  # None: nothing on the way differs, as far as it can be compared


@dataclass(frozen=True)
class Trace:
    """Both ways, and how exactly they are compared."""

    theirs: Sequence[Call]
    ours: Sequence[Call]
    firm: frozenset[str]  # sub-modules that every right solution has, with the same meaning
    rtol: float | None
    atol: float | None

    @functools.cached_property
    def _matched(self) -> dict[tuple[str, int], Call]:
        return matched(self.theirs, self.ours)

    def counterpart(self, call: Call) -> Call | None:
        """Return their call of the same sub-module."""
        return self._matched.get(call.key)

    @property
    def reached(self) -> list[Any]:
        """What came out of their firm sub-modules, or went into those that raised, by name: their order is style."""
        calls = sorted((call for call in self.theirs if call.name in self.firm), key=lambda call: call.key)
        return [[*call.key, call.inputs if call.end is None else call.outputs] for call in calls]

    def of_input(self, call: Call) -> CheckFailure | None:
        """Return how what goes into a call differs."""
        other = self.counterpart(call)
        return difference(other.inputs, call.inputs, self.rtol, self.atol) if other else None

    def of_output(self, call: Call) -> CheckFailure | None:
        """Return how what comes out of a call differs."""
        other = self.counterpart(call)
        return difference(other.outputs, call.outputs, self.rtol, self.atol) if other else None


def firm_parts(module: nn.Module) -> frozenset[str]:
    """Return the sub-modules that hold weights, but for mere sequences: what else these hold is style."""
    parts = module.named_modules()
    return frozenset(
        name for name, part in parts if name and part.state_dict() and type(part) is not nn.Sequential
    )


def first_difference(trace: Trace) -> Place:
    """Return the first place where a firm sub-module's input or output differs, in the order of our calls."""
    last: Call | None = None
    for call, failure, came_out in _events(trace):
        if failure is None:
            last = call if came_out else last
        elif came_out:
            return _at(call, failure)
        else:
            return _loose(trace, call) or _before(trace, call, last, failure)
    return _after(trace, last)


def _events(trace: Trace) -> Iterator[tuple[Call, CheckFailure | None, bool]]:
    """Yield what goes in and what comes out of each firm sub-module that both have, in time."""
    calls = [call for call in trace.ours if call.name in trace.firm and trace.counterpart(call)]
    moments = [(call.start, call, False) for call in calls]
    moments += [(call.end, call, True) for call in calls if call.end is not None]
    for _, call, came_out in sorted(moments, key=lambda moment: moment[0]):
        yield call, (trace.of_output(call) if came_out else trace.of_input(call)), came_out


def _loose(trace: Trace, until: Call) -> Place | None:
    """Return a loose sub-module before a place that takes in what is right and gives what is wrong."""
    for call in trace.ours:
        before = call.name not in trace.firm and call.end is not None and call.end < until.start
        other = trace.counterpart(call) if before else None
        if other is None or other.kind != call.kind or trace.of_input(call) is not None:
            continue
        failure = trace.of_output(call)
        if failure is not None:
            return _at(call, failure)
    return None


def _at(call: Call, failure: CheckFailure) -> Place:
    sentence = f"{titled(call)} is the first that differs: what goes in agrees, what comes out does not"
    return Place(f"the output of {titled(call)}", sentence, failure)


def _before(trace: Trace, call: Call, last: Call | None, failure: CheckFailure) -> Place:
    between = f"between {titled(last)} and {titled(call)}" if last else f"before {titled(call)}"
    sentence = f"the difference comes {between}: an activation, a pooling, a reshape or what is added"
    after = f", after {titled(last)}" if last else ""
    return Place(f"what reaches {titled(call)}{after}", sentence + _uncalled(trace, last, call), failure)


def _after(trace: Trace, last: Call | None) -> Place:
    if last is None:
        return Place("", "no sub-module could be compared" + _uncalled(trace, None, None), None)
    sentence = f"all agrees up to {titled(last)}: the difference comes after it"
    return Place(f", where all agrees up to {titled(last)}", sentence + _uncalled(trace, last, None), None)


def _uncalled(trace: Trace, last: Call | None, until: Call | None) -> str:
    """Say which firm sub-module on the stretch is called more or less often than it should."""
    for call in trace.ours:
        after = last is None or (last.end is not None and call.start > last.end)
        before = until is None or call.start < until.start
        if call.name in trace.firm and after and before and trace.counterpart(call) is None:
            often = [sum(each.name == call.name for each in calls) for calls in (trace.theirs, trace.ours)]
            many = f"called {_times(often[0])}, not {_times(often[1])}" if often[0] else "never called"
            return f"; {call.name} is {many}"
    return ""


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def titled(call: Call) -> str:
    """Return a sub-module of ours by its name, its class if that is torch's, and which call it is after the first."""
    more = [call.kind] if hasattr(nn, call.kind) else []
    more += [f"call {call.number}"] if call.number > 1 else []
    return f"{call.name} ({', '.join(more)})" if more else call.name
