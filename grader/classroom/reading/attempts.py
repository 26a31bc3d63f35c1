"""Making hand-ins of what a student handed in over time: a later file takes the place of an earlier one.

A new attempt begins where a topic comes again with another content. It keeps the earlier attempt's files of
topics that did not come again, so that nothing is lost by handing in one file anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grader.classroom.model import HandIn, Student
from grader.classroom.reading.gather import Content, Gathered
from grader.classroom.reading.words import bounded

MOST_PLACES = 3
MOST_PROBLEMS = 5  # in one sentence; the others are notes


@dataclass
class _Attempt:
    files: dict[str, Content | None] = field(default_factory=dict)
    source: dict[str, Gathered] = field(default_factory=dict)  # topic -> where its file is from
    kept: dict[str, str] = field(default_factory=dict)  # topic -> place of the earlier attempt it is from
    barren: list[Gathered] = field(default_factory=list)  # parts without any topic file

    def clashes(self, got: Gathered) -> bool:
        return any(topic in self.files and self.files[topic] != file for topic, file in got.files.items())

    def take(self, got: Gathered) -> None:
        if not got.files:
            self.barren.append(got)
        for topic, file in got.files.items():
            self.files[topic], self.source[topic] = file, got
            self.kept.pop(topic, None)

    def next(self) -> _Attempt:
        kept = {topic: got.part.place for topic, got in self.source.items()}
        return _Attempt(dict(self.files), dict(self.source), kept)

    @property
    def parts(self) -> list[Gathered]:
        """The parts that it is made of, each once."""
        return list({id(got): got for got in (*self.source.values(), *self.barren)}.values())


def hand_ins(student: Student, parts: Sequence[Gathered], notes: Iterable[str] = ()) -> list[HandIn]:
    """Return the attempts of a student, from parts in the order of handing in."""
    attempts = [_Attempt()]
    for got in parts:
        if attempts[-1].clashes(got):
            attempts.append(attempts[-1].next())
        attempts[-1].take(got)
    return [_hand_in(student, each, number, tuple(notes)) for number, each in enumerate(attempts, start=1)]


def in_order(bundles: Sequence[Sequence[Gathered]]) -> list[Sequence[Gathered]]:
    """Return bundles of parts by the time of each one's last part, or as they came where one has no time."""
    times = [max((at for got in parts if (at := got.part.submitted_at)), default=None) for parts in bundles]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        return list(bundles)
    return [bundles[index] for index in sorted(range(len(bundles)), key=lambda index: (known[index], index))]


def _hand_in(student: Student, attempt: _Attempt, number: int, notes: tuple[str, ...]) -> HandIn:
    parts = attempt.parts
    problems = bounded(problem for got in parts for problem in got.problems)
    files = {f"{topic}{file.suffix}": file.data for topic, file in attempt.files.items() if file is not None}
    kept = [f"{topic} is as it was handed in before, in {place}" for topic, place in attempt.kept.items()]
    every = (
        *(problems if files else problems[MOST_PROBLEMS:]),
        *notes,
        *kept,
        *(note for got in parts for note in got.notes),
    )
    return HandIn(
        student,
        _place(parts),
        files,
        submitted_at=max((at for got in parts if (at := got.part.submitted_at)), default=None),
        late=_late(parts),
        attempt=number,
        problem=None if files else "; ".join(problems[:MOST_PROBLEMS]),
        notes=bounded(every),
    )


def _place(parts: Sequence[Gathered]) -> str:
    places = list(dict.fromkeys(got.part.place for got in parts))
    more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    return ", ".join(places[:MOST_PLACES]) + more


def _late(parts: Sequence[Gathered]) -> bool | None:
    marks = [got.part.late for got in parts if got.part.late is not None]
    return any(marks) if marks else None
