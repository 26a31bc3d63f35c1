"""A made-up class of two topics: reports with the points that a test wants, and hand-ins at the time it wants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.classroom.records import HandIn, Student, TaskColumn
from grader.course import Course, Task, Topic
from grader.report import Environment, Report, TaskReport, Verdict

ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)
ALICE = Student("alice", "Alice")
DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
TASKS = {"losses.softmax": 2, "losses.entropy": 3, "tensors.outer": 1, "tensors.matmul": 4}


class Class:
    """What a test of a policy works with."""

    alice, due = ALICE, DUE
    second, minute, hour, day = (
        timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1),
    )  # fmt: skip
    columns = tuple(TaskColumn(name, "", float(points)) for name, points in TASKS.items())

    @staticmethod
    def report(incomplete: str | None = None, **points: float) -> Report:
        """A report with the points of each topic_task that is named, and none for the others."""
        earned = {name.replace("_", ".", 1): value for name, value in points.items()}
        tasks = tuple(
            TaskReport(name, "", Verdict.PASS, earned.get(name, 0.0), most) for name, most in TASKS.items()
        )
        return Report("x", 1, ENVIRONMENT, tasks, 1.0, incomplete)

    @classmethod
    def full(cls) -> Report:
        """A report of everything, ten points."""
        return cls.report(losses_softmax=2, losses_entropy=3, tensors_outer=1, tensors_matmul=4)

    @staticmethod
    def hand_in(submitted_at: datetime | None = None, attempt: int = 1, **more) -> HandIn:
        """A hand-in of Alice's; its files differ from attempt to attempt."""
        content = str(attempt).encode()
        files = more.pop("files", {"a/losses.py": content, "a/tensors.ipynb": content})
        place = f"upload.zip/{attempt}"
        return HandIn(
            more.pop("student", ALICE), place, files, submitted_at=submitted_at, attempt=attempt, **more
        )

    @staticmethod
    def course() -> Course:
        """A course with these tasks."""
        topics = tuple(
            Topic(slug, slug, order, tuple(
                Task(name, slug, name.partition(".")[2], name, points, (), ("look",))
                for name, points in TASKS.items() if name.startswith(slug)
            ))
            for order, slug in enumerate(("losses", "tensors"))
        )  # fmt: skip
        return Course(*([Path("nowhere")] * 4), topics)


@pytest.fixture
def made():
    """The class."""
    return Class
