"""How everybody stands, one after the other: each row is made once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.classroom.class_run import Standings
from grader.classroom.jobs import Settings
from grader.classroom.policy import columns_of, parse_policy
from grader.classroom.records import Adjustment, HandIn, Intake, Outcome, Student
from grader.course import load_course
from grader.device.choice import Accelerator
from grader.report import Environment, Report, TaskReport, Verdict

TASK = "tensors.outer"
ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)


class Reports:
    """Gives the same report for every key, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, key: str) -> Report:
        self.asked.append(key)
        task = load_course().task(TASK)
        return Report(
            "", 1, ENVIRONMENT, (TaskReport(task.id, task.title, Verdict.PASS, 1.0, task.points),), 0.5
        )


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def standings(reports: Reports) -> Standings:
    """Ann and Ben handed in, Cleo did not, and something is nobody's."""
    course, policy = load_course(), parse_policy("")
    hand_ins = tuple(HandIn(Student(name), f"upload/{name}", {"tensors.py": b""}) for name in ("ben", "ann"))
    given = Adjustment("ann", 0.5, "the lecturer", datetime(2026, 3, 1, tzinfo=UTC), "a good question")
    settings = Settings(course, (course.task(TASK),), Accelerator("cpu"), "auto", None, lambda _: 1)
    return Standings(
        Intake(hand_ins, missing=(Student("cleo"),), unknown=("'x' is nobody",)),
        {(0, "tensors"): "ben's", (1, "tensors"): "ann's"}, reports, settings, policy, columns_of(course, policy),
        (given,), ENVIRONMENT,
    )  # fmt: skip


def test_standings_are_those_of_everybody_in_order(standings: Standings) -> None:
    """Students come by their ids, whoever fits nobody comes last, and there are no more."""
    found = [(each.student.id, each.outcome, each.adjusted) for each in standings]
    assert found == [
        ("ann", Outcome.GRADED, 0.5), ("ben", Outcome.GRADED, 0.0), ("cleo", Outcome.MISSING, 0.0),
        ("?1", Outcome.UNKNOWN, 0.0),
    ]  # fmt: skip
    assert len(standings) == 4
    with pytest.raises(IndexError):
        standings[4]


def test_standing_is_made_when_it_is_asked_for_and_once(standings: Standings, reports: Reports) -> None:
    """No report is read before it is needed, and none a second time."""
    assert reports.asked == []
    first = standings[0]
    assert reports.asked == ["ann's"]
    assert standings[0] is first and standings[:2][0] is first
    assert list(standings)[0] is first
    assert reports.asked == ["ann's", "ben's"]
