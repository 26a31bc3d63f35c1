"""The gradebook of a class: what was handed in, what was found, what people added, run by run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from grader.classroom.gradebook import runs
from grader.classroom.gradebook.contents import (
    dump,
    get_report,
    load,
    now,
    put_hand_in,
    put_report,
    stored,
    text_of,
    time_of,
    time_text,
)
from grader.classroom.gradebook.database import Connection, WrongBook
from grader.classroom.gradebook.runs import RunEntry, RunFacts
from grader.classroom.records import Adjustment, ClassResult, HandIn, Standing
from grader.report import Report


@dataclass(frozen=True)
class AdjustmentEntry:
    """An adjustment with its number in the gradebook."""

    number: int
    adjustment: Adjustment
    takes_back: int | None = None  # the number of the entry that this one undoes


def _entry(row: tuple[object, ...]) -> AdjustmentEntry:
    number, student_id, points, who, at, why, takes_back = row
    assert isinstance(number, int) and isinstance(points, float)
    made = Adjustment(text_of(student_id), points, text_of(who), time_of(at), text_of(why))
    return AdjustmentEntry(number, made, takes_back if isinstance(takes_back, int) else None)


class Gradebook:
    """One file, such as `results/gradebook.sqlite`; several graders may have it open at once.

    Whatever a method has written is on the disk when it returns, whole or not at all; within `batch` it is when that
    ends. One object belongs to one thread, and to the process that opened it.

    Raises:
        WrongBook: the file is not a gradebook that is known here, or holds no such run.
        BookProblem: it cannot be read or written now.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file; where there is none, make it in a folder that exists."""
        self.path = Path(path)
        self._connection = Connection(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commit everything within at once; other graders wait for it, so grade before it and not in it."""
        with self._connection.change():
            yield

    def begin(self, facts: RunFacts) -> int:
        """Begin a new run and return its number; what earlier runs have graded is `known`."""
        with self._connection.change():
            return runs.begin(self._connection, facts)

    def known(self, key: str) -> Report | None:
        """Return the report that is kept under a content key, None where there is none."""
        found = self._connection.rows("SELECT report FROM reports WHERE key = ?", key)
        return get_report(self._connection, load(found[0][0])) if found else None

    def has(self, key: str) -> bool:
        """Whether a report is kept under a content key; cheaper than reading it."""
        return bool(self._connection.rows("SELECT 1 FROM reports WHERE key = ?", key))

    def keep(self, key: str, topic: str, report: Report) -> None:
        """Keep the report of a topic under its content key; what is kept there already stays.

        Raises:
            ValueError: the report is incomplete: the fault was ours, so that it has to be graded again.
        """
        if report.incomplete is not None:
            raise ValueError(f"an incomplete report of {topic} is not kept: {report.incomplete}")
        with self._connection.change():
            facts = dump(put_report(self._connection, report))
            self._connection.write(
                "INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?)", key, topic, time_text(now()), facts
            )

    def record(self, run: int, hand_in: HandIn, topic: str, key: str | None) -> None:
        """Write down which kept report stands for a topic of a hand-in; None where its grading was incomplete.

        Raises:
            ValueError: no report is kept under the key, or the run is finished.
        """
        runs.refuse_finished(self._connection, run)
        if key is not None and not self.has(key):
            raise ValueError(f"no report is kept under {key!r}: keep it first")
        with self._connection.change():
            digest = put_hand_in(self._connection, hand_in)
            self._connection.write(
                "INSERT OR REPLACE INTO gradings VALUES (?, ?, ?, ?)", run, digest, topic, key
            )

    def finish(
        self,
        run: int,
        standings: tuple[Standing, ...],
        *,
        seconds: float,
        graded: int = 0,
        cached: int = 0,
        notes: Sequence[str] = (),
    ) -> ClassResult:
        """Write down the standings of a run, which then never changes again, and return it.

        Raises:
            ValueError: the run is finished already.
        """
        ending = {"seconds": seconds, "graded": graded, "cached": cached, "notes": list(notes)}
        runs.finish(self._connection, run, standings, ending)
        return runs.made(runs.entry_of(self._connection, run), standings)

    def runs(self) -> tuple[RunEntry, ...]:
        """Return every run, the oldest first, also those that were not finished."""
        return runs.entries(self._connection)

    @property
    def zone(self) -> str:
        """The zone of the course as the latest run has it, in which times are shown; empty for none."""
        return next((entry.facts.zone for entry in reversed(self.runs())), "")

    def result(self, run: int | None = None) -> ClassResult:
        """Return a finished run whole, the latest if none is named."""
        return runs.result_of(self._connection, runs.last_finished(self._connection) if run is None else run)

    def handed_in(self, run: int) -> tuple[Standing, ...]:
        """Return the standings of a finished run without their reports, which takes less time."""
        return runs.get_standings(self._connection, run, reports=False)

    def digests(self, run: int) -> Mapping[str, str]:
        """Return a digest of each student's standing in a run, by the id; equal ones are of equal standings."""
        return runs.digests_of(self._connection, run)

    def students(self) -> tuple[str, ...]:
        """Return the ids of all students who handed in something or stood in a finished run, sorted."""
        rows = self._connection.rows(
            """SELECT student_id FROM hand_ins UNION
            SELECT student_id FROM standings JOIN runs ON run = number WHERE finished IS NOT NULL"""
        )
        return tuple(sorted(text_of(student) for (student,) in rows))

    def adjust(
        self, student_id: str, points: float, *, who: str, why: str, when: datetime | None = None
    ) -> int:
        """Give points to a student, or take them if negative; return the number of the entry.

        Raises:
            ValueError: the points are no finite number, or nobody or no reason is named.
        """
        if not math.isfinite(points) or not who.strip() or not why.strip():
            raise ValueError("an adjustment needs a number of points, somebody who makes it, and a reason")
        with self._connection.change():
            return self._add(Adjustment(student_id, float(points), who, when or now(), why))

    def take_back(self, number: int, *, who: str, why: str, when: datetime | None = None) -> int:
        """Undo an adjustment, once, by another one, which says why; return the number of that entry."""
        with self._connection.change():
            found = {entry.number: entry for entry in self.adjustment_entries()}
            if number not in found:
                raise WrongBook(f"{self.path} has no adjustment {number}: `grade adjust` lists them")
            for entry in found.values():
                if entry.takes_back == number:
                    raise WrongBook(f"adjustment {number} was taken back already, by adjustment {entry.number}")
            taken = found[number].adjustment
            return self._add(Adjustment(taken.student_id, -taken.points, who, when or now(), why), number)

    def adjustments(self, student_id: str | None = None) -> tuple[Adjustment, ...]:
        """Return the adjustments of a student, or of all, those that undo others among them."""
        return tuple(entry.adjustment for entry in self.adjustment_entries(student_id))

    def adjustment_entries(self, student_id: str | None = None) -> tuple[AdjustmentEntry, ...]:
        """Return the same with their numbers, in the order in which they were made."""
        query = "SELECT number, student_id, points, who, at, why, takes_back FROM adjustments"
        if student_id is None:
            rows = self._connection.rows(f"{query} ORDER BY number")
        else:
            rows = self._connection.rows(f"{query} WHERE student_id = ? ORDER BY number", stored(student_id))
        return tuple(_entry(row) for row in rows)

    def _add(self, adjustment: Adjustment, takes_back: int | None = None) -> int:
        return self._connection.write(
            "INSERT INTO adjustments (student_id, points, who, at, why, takes_back) VALUES (?, ?, ?, ?, ?, ?)",
            stored(adjustment.student_id), adjustment.points, stored(adjustment.who), time_text(adjustment.when),
            stored(adjustment.why), takes_back,
        )  # fmt: skip
