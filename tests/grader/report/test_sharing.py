"""Reports that repeat one another share what they repeat, and differ where they differ."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from grader.report import Environment, Message, Report, TaskReport, TestReport, Verdict
from grader.report.json import NotAReport, from_json, read_report, read_task, to_json

ENVIRONMENT = Environment(
    "0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", ("landlock", "seccomp"), (), "0f" * 32
)


def report_of(number: int, tests: int = 3) -> Report:
    """One report of a class: the same tests for everybody, other seconds, and what came out."""
    message = Message("the rows sum to 1", expected="1", got=f"0.{number}")
    told = Message("the shape of x", next="grade hint losses.softmax")
    made = [
        TestReport(
            f"test_rows_{each}", f"Rows sum to {each}.", Verdict.FAIL, True, 1.0, number + each / 8, message
        )
        for each in range(tests)
    ]
    tasks = (
        TaskReport("losses.softmax", "Scores into probabilities", Verdict.FAIL, 0.0, 2.0, tuple(made), told),
    )
    return Report(f"upload/s{number}", 7, ENVIRONMENT, tasks, 1.5)


def test_reports_of_a_class_share_texts_messages_and_environments() -> None:
    """What is equal in two reports is one object, and both come out as they were written."""
    one, other = (from_json(to_json(report_of(number))) for number in (1, 2))
    assert (one, other) == (report_of(1), report_of(2))
    first, second = one.tasks[0], other.tasks[0]
    assert one.environment is other.environment
    assert first.title is second.title and first.tests[0].name is second.tests[0].name
    assert first.message is second.message
    assert first.tests[0].message is first.tests[1].message is not second.tests[0].message
    assert first.tests[0].message is not None and second.tests[0].message is not None
    assert first.tests[0].message.checked is second.tests[0].message.checked


@pytest.mark.parametrize("name", ["device", "layers", "missing_layers", "course_digest"])
def test_reports_of_two_environments_keep_their_own(name: str) -> None:
    """One value that differs makes another environment."""
    value = json.loads(to_json(report_of(1)))
    value["environment"][name] = ["x"] if "layers" in name else "x"
    one, other = from_json(to_json(report_of(1))), from_json(json.dumps(value))
    assert one.environment == ENVIRONMENT
    assert getattr(other.environment, name) == (("x",) if "layers" in name else "x")


def test_report_of_version_1_is_read_and_written_as_version_2() -> None:
    """Before there were details every test was of the core."""
    old = Path(__file__).with_name("version_1.json").read_text()
    report = from_json(old)
    assert [task.verdict for task in report.tasks] == [Verdict.NOT_ATTEMPTED, Verdict.SKIPPED]
    assert not any(test.detail for task in report.tasks for test in task.tests)
    new = json.loads(to_json(report))
    assert new["schema_version"] == 2 and all(task["details_open"] == 0 for task in new["tasks"])
    assert from_json(json.dumps(new)) == report


def test_class_of_reports_takes_little_memory() -> None:
    """A report of twelve tests, all of them in words that others have too, takes under 6 kB."""
    texts = [to_json(report_of(number, tests=12)) for number in range(100)]
    kept = [from_json(texts[0])]
    tracemalloc.start()
    try:
        kept += [from_json(text) for text in texts]
        assert tracemalloc.get_traced_memory()[0] / len(texts) < 6000
    finally:
        tracemalloc.stop()
    assert len(kept) == 101


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verdict": "grand"}, "Invalid enum value 'grand'"),
        ({"message": {}}, "'checked' is missing"),
        ({"message": {"checked": "x", "got": []}}, "message.got: Expected"),
        ({"tests": None}, "tests: Expected `array`"),
    ],
)  # fmt: skip
def test_values_that_are_no_task_are_refused(change: dict[str, Any], says: str) -> None:
    """Whatever reads one task alone says what is wrong with it, as for a whole report."""
    value = json.loads(to_json(report_of(1)))
    task = value["tasks"][0] | change
    with pytest.raises(NotAReport, match=says):
        read_task(task)
    with pytest.raises(NotAReport, match=says):
        read_report(value | {"tasks": [task]})
