"""Making hand-ins of what a student handed in over time: a later file takes the place of an earlier one.

A new attempt begins where a topic comes again with another content. It keeps the earlier attempt's files of
topics that did not come again, so that nothing is lost by handing in one file anew. What was handed in together, in one
download, is never torn apart: its files are one attempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grader.classroom.reading.collect import Collected, TopicFile
from grader.classroom.records import HandIn, Student
from grader.intake.topic_files import at_most

AS_GIVEN = "nothing tells which of these was handed in last; they are taken in the order in which the paths were given"
MOST_PLACES = 3
MOST_PROBLEMS = 5  # in one sentence; the others are notes


@dataclass
class _Attempt:
    source: dict[str, Collected] = field(default_factory=dict)  # topic -> where its file is from
    kept: set[str] = field(default_factory=set)  # topics whose files are those of the attempt before
    barren: list[Collected] = field(default_factory=list)  # parts without any topic file

    def clashes(self, got: Collected) -> bool:
        """Whether a part brings something else than this attempt has; without times what was kept gives way."""
        new = {topic for topic, file in got.files.items() if topic in self.source and not self.has(topic, file)}
        return bool(new if got.part.submitted_at else new - self.kept)

    def has(self, topic: str, file: TopicFile | None) -> bool:
        """Whether this is the file of a topic."""
        return topic in self.source and self.source[topic].files[topic] == file

    def take(self, got: Collected) -> None:
        if not got.files:
            self.barren.append(got)
        for topic, file in got.files.items():
            if self.has(topic, file) and self.source[topic].part.submitted_at:
                continue  # it was handed in when it first came
            self.source[topic] = got
            self.kept.discard(topic)


def hand_ins(student: Student, bundles: Sequence[Sequence[Collected]], notes: Iterable[str]) -> list[HandIn]:
    """Return the attempts of a student, from bundles of parts; of several the notes say in what order they are."""
    bundles, is_known = _in_order(bundles)
    attempts = [_Attempt()]
    for parts in bundles:
        begins = any(attempts[-1].clashes(got) for got in parts)
        for number, got in enumerate(parts):
            if begins if number == 0 else attempts[-1].clashes(got):
                attempts.append(_Attempt(dict(attempts[-1].source), set(attempts[-1].source)))
            attempts[-1].take(got)
    said = (*notes, *(() if is_known else (AS_GIVEN,))) if len(attempts) > 1 else ()
    return [_hand_in(student, each, number, said) for number, each in enumerate(attempts, start=1)]


def _in_order(bundles: Sequence[Sequence[Collected]]) -> tuple[Sequence[Sequence[Collected]], bool]:
    """Return bundles of parts as they were handed in, and whether that is known.

    Each one's last time tells, or else where its system puts it. Where neither does, they are as they came.
    """
    for key in (_last_time, _last_place):
        known = [place for parts in bundles if (place := key(parts)) is not None]
        if len(known) == len(bundles) and len({system for system, _ in known}) == 1:
            order = sorted(range(len(bundles)), key=lambda index: known[index][1])
            files = [[got.files for got in parts] for parts in bundles]
            pairs = pairwise(order)
            doubtful = any(known[one] == known[other] and files[one] != files[other] for one, other in pairs)
            return [bundles[index] for index in order], not doubtful
    return bundles, len(bundles) < 2


def _last_time(parts: Sequence[Collected]) -> tuple[str, float] | None:
    times = [at.timestamp() for got in parts if (at := got.part.submitted_at)]
    return ("", max(times)) if times else None


def _last_place(parts: Sequence[Collected]) -> tuple[str, float] | None:
    return max((place for got in parts if (place := got.part.order)), default=None)


def _hand_in(student: Student, attempt: _Attempt, number: int, notes: tuple[str, ...]) -> HandIn:
    parts = list({id(got): got for got in (*attempt.source.values(), *attempt.barren)}.values())
    given = [(topic, got.part, file) for topic, got in attempt.source.items() if (file := got.files[topic])]
    # what the system calls each file, or all where there is none that can be graded
    uploads = {f"{topic}{file.suffix}": part.upload for topic, part, file in given} or {"": parts[0].part.upload}
    kept = [each for each in attempt.source.items() if each[0] in attempt.kept]
    problems = _bounded(problem for got in parts for problem in got.problems)
    every = (
        *(problems if given else problems[MOST_PROBLEMS:]),
        *notes,
        *(f"{topic} is as it was handed in before, in {got.part.place}" for topic, got in kept),
        *(note for got in parts for note in got.notes),
    )
    marks = [got.part.late for got in parts if got.part.late is not None]
    places = list(dict.fromkeys(got.part.place for got in parts))
    more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    return HandIn(
        student,
        ", ".join(places[:MOST_PLACES]) + more,
        {f"{topic}{file.suffix}": file.data for topic, _, file in given},
        submitted_at=max((at for got in parts if (at := got.part.submitted_at)), default=None),
        late=any(marks) if marks else None,
        attempt=number,
        problem=None if given else "; ".join(problems[:MOST_PROBLEMS]),
        notes=_bounded(every),
        uploads={name: upload for name, upload in uploads.items() if upload},
    )


def _bounded(notes: Iterable[str]) -> tuple[str, ...]:
    return at_most(notes, "notes are left out")
