"""The gradebook of a class: what was handed in, what was found, what people added, run by run."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from grader.classroom.gradebook import contents
from grader.classroom.gradebook.contents import dump, load, now, stored, text_of, time_text
from grader.classroom.gradebook.database import Connection, WrongBook
from grader.classroom.records import Adjustment, ClassResult, HandIn, Run, Standing
from grader.report import Report

AT_ONCE = 16  # standings that are one change
ENTRIES = """SELECT number, facts, finished, ending,
    (SELECT count(*) FROM gradings WHERE gradings.run = runs.number) FROM runs"""


class Gradebook(Connection):
    """One file, such as `results/gradebook.sqlite`; several graders may have it open at once.

    Whatever a method has written is on the disk when it returns, whole or not at all; within `change` it is when that
    ends. One object belongs to one thread, and to the process that opened it.

    Raises:
        WrongBook: the file is not a gradebook that is known here, or holds no such run.
        BookProblem: it cannot be read or written now.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def begin(self, run: Run) -> int:
        """Begin a new run and return its number; what earlier runs have graded is `known`."""
        with self.change():
            return self.write(
                "INSERT INTO runs (started, facts) VALUES (?, ?)", time_text(run.started), contents.facts_of(run)
            )

    def known(self, key: str) -> Report | None:
        """Return the report that is kept under a content key, None where there is none."""
        found = self.rows("SELECT report FROM reports WHERE key = ?", key)
        return contents.get_report(self, load(found[0][0])) if found else None

    def has(self, key: str) -> bool:
        """Whether a report is kept under a content key; cheaper than reading it."""
        return bool(self.rows("SELECT 1 FROM reports WHERE key = ?", key))

    def keep(self, key: str, topic: str, report: Report) -> None:
        """Keep the report of a topic under its content key; what is kept there already stays.

        Raises:
            ValueError: the report is incomplete: the fault was ours, so that it has to be graded again.
        """
        if report.incomplete is not None:
            raise ValueError(f"an incomplete report of {topic} is not kept: {report.incomplete}")
        with self.change():
            facts = dump(contents.put_report(self, report))
            self.write(
                "INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?)", key, topic, time_text(now()), facts
            )

    def record(self, run: int, hand_in: HandIn, topic: str, key: str | None) -> None:
        """Write down which kept report stands for a topic of a hand-in; None where its grading was incomplete.

        Raises:
            ValueError: no report is kept under the key, or the run is finished.
        """
        self._refuse_finished(run)
        if key is not None and not self.has(key):
            raise ValueError(f"no report is kept under {key!r}: keep it first")
        with self.change():
            digest = contents.put_hand_in(self, hand_in)
            self.write("INSERT OR REPLACE INTO gradings VALUES (?, ?, ?, ?)", run, digest, topic, key)

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

        A few standings are one change, which waits for the disk once, so that other graders wait for no more than the
        writing of these few; until the last change the run is not finished, and nobody reads them.

        Raises:
            ValueError: the run is finished already.
        """
        self._refuse_finished(run)
        with self.change():
            # of a time when it was broken off here
            self.write("DELETE FROM standings WHERE run = ?", run)
        for first in range(0, len(standings), AT_ONCE):
            with self.change():
                for place, standing in enumerate(standings[first : first + AT_ONCE], first):
                    contents.put_standing(self, run, place, standing)
        ending = {"seconds": seconds, "graded": graded, "cached": cached, "notes": notes, "students": len(standings)}
        with self.change():
            self.write(
                "UPDATE runs SET finished = ?, ending = ? WHERE number = ?", time_text(now()), dump(ending), run
            )
        return ClassResult(**vars(self._run(run)), standings=standings)

    def _refuse_finished(self, run: int) -> None:
        """Let nobody write into a run that is finished; this asks for no more, as it is asked for each grading."""
        rows = self.rows("SELECT finished FROM runs WHERE number = ?", run)
        if not rows:
            raise self._no_such_run(run)
        if rows[0][0] is not None:
            raise ValueError(f"run {run} was finished at {rows[0][0]}: begin a new one")

    def runs(self) -> tuple[Run, ...]:
        """Return every run, the oldest first, also those that were not finished."""
        return tuple(map(contents.run_of, self.rows(f"{ENTRIES} ORDER BY number")))

    def last(self) -> Run | None:
        """Return the last finished run."""
        return next((run for run in reversed(self.runs()) if run.finished), None)

    def _run(self, number: int) -> Run:
        rows = self.rows(f"{ENTRIES} WHERE number = ?", number)
        if not rows:
            raise self._no_such_run(number)
        return contents.run_of(rows[0])

    def _no_such_run(self, run: int | None) -> WrongBook:
        """Return what is wrong where a run is named that there never was; None: any that is finished."""
        numbers = [str(number) for (number,) in self.rows("SELECT number FROM runs ORDER BY number")]
        known = f"it has {', '.join(numbers)}" if len(numbers) <= 5 else f"its last is {numbers[-1]}"
        wanted = "finished run" if run is None else f"run {run}"
        return WrongBook(f"{self.path} has no {wanted}: {known if numbers else 'no run was begun yet'}")

    @property
    def zone(self) -> str:
        """The zone of the course as the latest run has it, in which times are shown; empty for none."""
        return next((run.zone for run in reversed(self.runs())), "")

    def result(self, run: int | None = None) -> ClassResult:
        """Return a finished run whole, the latest if none is named."""
        known = self.last() if run is None else self._run(run)
        if known is None:
            raise self._no_such_run(None)
        if known.finished is None:
            raise WrongBook(f"{self.path}: run {run} was not finished: grade the class again to take it up")
        return ClassResult(**vars(known), standings=contents.get_standings(self, known.number))

    def handed_in(self, run: int) -> tuple[Standing, ...]:
        """Return the standings of a finished run without their reports, which takes less time."""
        return contents.get_standings(self, run, reports=False)

    def digests(self, run: int) -> Mapping[str, str]:
        """Return a digest of each student's standing in a run, by the id; equal ones are of equal standings."""
        rows = self.rows("SELECT student_id, facts FROM standings WHERE run = ?", run)
        return {text_of(student): hashlib.sha256(str(facts).encode()).hexdigest() for student, facts in rows}

    def students(self) -> tuple[str, ...]:
        """Return the ids of all students who handed in something or stood in a finished run, sorted."""
        rows = self.rows(
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
        with self.change():
            return self.write(
                "INSERT INTO adjustments (student_id, points, who, at, why) VALUES (?, ?, ?, ?, ?)",
                stored(student_id), float(points), stored(who), time_text(when or now()), stored(why),
            )  # fmt: skip

    def adjustments(self, student_id: str | None = None) -> tuple[Adjustment, ...]:
        """Return the adjustments of a student, or of all, in the order in which they were made."""
        query = "SELECT number, student_id, points, who, at, why FROM adjustments"
        if student_id is None:
            rows = self.rows(f"{query} ORDER BY number")
        else:
            rows = self.rows(f"{query} WHERE student_id = ? ORDER BY number", stored(student_id))
        return tuple(map(contents.adjustment_of, rows))
