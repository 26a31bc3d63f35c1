"""The page of one student: the score and how it came about, and the first failure of each task."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from grader.classroom.policy.columns import hidden_tasks, shown_tasks
from grader.classroom.records import ClassResult, Outcome, Standing, Student
from grader.render.html.environment import page
from grader.render.html.report_page import topics_of
from grader.text.formatting import tally


def feedback_page(standing: Standing, result: ClassResult, now: datetime | None = None) -> str:
    """What one student is told, as one page for a browser.

    Where a task waits to be shown, nothing is told that its result could be computed from: no total either.

    Args:
        standing: the student's row.
        result: the run, for its title and for what is visible when.
        now: with a time zone; the time of the call if it is left out.
    """
    report = standing.report
    hidden = hidden_tasks(result.columns, now or datetime.now(UTC))
    tasks = shown_tasks(report.tasks, hidden) if report else []
    later = len(report.tasks) - len(tasks) if report else 0
    return people_page(
        "feedback.html.j2",
        standing=standing,
        result=result,
        report=report,
        complete=standing.outcome is Outcome.GRADED,
        later=later,
        tally=tally(tasks),
        topics=topics_of(tuple(tasks)),
        notes=_notes(standing, later),
        uncounted={column.id for column in result.columns if not column.counts},
        bonus={column.id for column in result.columns if column.bonus},
    )


def _notes(standing: Standing, later: int) -> tuple[str, ...]:
    """Remarks for the student; those of the policy may speak of points, so they wait for the total."""
    source = standing.report or standing.hand_in  # a report has the notes of its hand-in
    return (*(source.notes if source else ()), *(() if later else standing.notes))


LONGEST = 40


def feedback_file(student: Student) -> str:
    """The file of a student's page inside `feedback/`: safe on every system, and one for each id."""
    readable = re.sub(r"[^a-z0-9]+", "-", student.id.lower()).strip("-")[:LONGEST]
    # Two ids may read alike, or differ in case alone, which some systems do not tell apart.
    digest = sha256(student.id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable or 'student'}-{digest}.html"


def has_feedback(standing: Standing) -> bool:
    """Whether there is a page to link to: not for whoever handed in nothing."""
    return standing.hand_in is not None


def people_page(template: str, **values: Any) -> str:
    """A page of this package's templates, which all know where somebody's page lies."""
    known = {"has_feedback": has_feedback, "feedback_file": feedback_file}
    return page(template, package="grader.classroom.pages", **known, **values)
