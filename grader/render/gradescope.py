"""The report as Gradescope's `results.json`: an entry a task, whose text cannot become markup.

A grading that is incomplete gets no score at all, at the top or in an entry: it would be a zero that nobody decided.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.report import LABELS, Message, Report, TaskReport, TestReport, Verdict
from grader.report.selection import by_topic, tells_of, to_share, without_values
from grader.text.escape import lines, one_line
from grader.text.formatting import count, details, earned, number, tally, word

VISIBLE = "visible"
VISIBILITIES = ("hidden", "after_due_date", "after_published", VISIBLE)
MOST_LINES = 12  # of a learner's own traceback
INCOMPLETE = (
    "The grading is incomplete by a fault of the grader, not of the submission: no score; ask for a rerun."
)


@dataclass(frozen=True)
class Look:
    """What an instructor decides about the page."""

    visibility: str = VISIBLE  # of every task that `tasks` does not name
    tasks: Mapping[str, str] = field(default_factory=dict)  # visibility by task id, or by topic
    factor: float = 1.0  # of all points: what the assignment is worth, by what the tasks are worth
    remarks: tuple[str, ...] = ()  # sentences for the top of the page
    extra: Mapping[str, Any] = field(default_factory=dict)  # for `extra_data`

    def of(self, task: TaskReport) -> str:
        """When a learner sees this task."""
        topic = task.id.partition(".")[0]
        return self.tasks.get(task.id, self.tasks.get(topic, self.visibility))


USUAL = Look()


def to_gradescope(report: Report) -> str:
    """The report as the text of `results.json`, in ASCII."""
    return as_text(results_of(report))


def as_text(results: Mapping[str, Any]) -> str:
    """Results as JSON that nothing a submission wrote can break."""
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def results_of(report: Report, look: Look = USUAL, *, score: float | None = None) -> dict[str, Any]:
    """The results as plain values.

    Args:
        report: what was graded.
        look: what an instructor decides.
        score: the whole score where it is not the sum of the tasks: with what was taken for being late.
    """
    complete = report.incomplete is None
    counted = report.score * look.factor
    return {
        **({"score": round(counted if score is None else score, 4)} if complete else {}),
        "execution_time": round(report.seconds, 2),
        "output": _summary(report, look, score),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": look.visibility,
        "stdout_visibility": "hidden",
        "extra_data": {
            "seed": report.seed,
            "torchgrade": report.environment.torchgrade,
            "course_digest": report.environment.course_digest[:16],
            **look.extra,
        },
        "tests": list(_tests(report, look, complete)),
    }


def failed_results(why: str, remedy: str) -> dict[str, Any]:
    """Results without a score: nothing was graded, and the page says why and what to do."""
    return {
        "output": f"{why}\n{remedy}\n\nThis is no zero: there is no score until the grading has run.",
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [],
    }


def _tests(report: Report, look: Look, complete: bool) -> list[dict[str, Any]]:
    entries = []
    hidden = {task.id: look.of(task) for task in report.tasks if look.of(task) != VISIBLE}
    for place, tasks in enumerate(by_topic(report.tasks).values(), 1):
        for index, task in enumerate(tasks, 1):
            entries.append({"number": f"{place}.{index}", **_entry(task, look, complete, hidden)})
    return entries


def _entry(task: TaskReport, look: Look, complete: bool, hidden: Mapping[str, str]) -> dict[str, Any]:
    points = {"score": round(task.points * look.factor, 4), "max_score": round(task.max_points * look.factor, 4)}
    return {
        "name": one_line(f"{task.id}: {task.title}" if task.title else task.id),
        **(points if complete else {}),
        "status": "passed" if task.verdict.is_right else "failed",
        "output": task_text(task),
        "tags": [task.id.partition(".")[0], word(task.verdict)],
        "visibility": hidden.get(tells_of(task, hidden) or "") or look.of(task),
    }


def task_text(task: TaskReport) -> str:
    """A task in a few lines: its verdict and its first failure, without what a hidden test keeps to itself."""
    test = task.first_failure and to_share(task.first_failure)
    message = (test.message if test else None) or task.message
    if message and test and not test.visible:
        message = without_values(message)
    return "\n".join([_verdict(task, test), *_labels(message), *_raised(test)])


def _verdict(task: TaskReport, test: TestReport | None) -> str:
    passed = sum(each.verdict is Verdict.PASS for each in task.tests)
    if test is None:
        return word(task.verdict) + (f", {count(passed, 'test')}" if passed else "")
    said = ", ".join(filter(None, (word(task.verdict), details(task))))
    return f"{said}, {passed} of {count(len(task.tests), 'test')} passed"


def _labels(message: Message | None) -> list[str]:
    values = [(name, getattr(message, name)) for name in LABELS] if message else []
    return [f"{name.capitalize():<10}{one_line(value)}" for name, value in values if value]


def _raised(test: TestReport | None) -> list[str]:
    """Where the learner's own code raised."""
    return ["", *lines(test.traceback)[-MOST_LINES:]] if test and test.traceback else []


def _summary(report: Report, look: Look, score: float | None) -> str:
    """The head of the page; the total only where every task is visible, as it tells of those that are not."""
    said = list(look.remarks)
    if report.incomplete is not None:
        said.insert(0, INCOMPLETE)
    elif all(look.of(task) == VISIBLE for task in report.tasks):
        said.insert(0, _total(report, look, score))
    said += [one_line(note) for note in report.notes]
    return "\n".join([*said, f"Inputs were drawn with seed {report.seed}."])


def _total(report: Report, look: Look, score: float | None) -> str:
    most = report.max_score * look.factor
    points = report.score * look.factor if score is None else score
    shown = earned(points, most) if points <= most else number(points)
    return f"{shown} of {number(most)} points; {count(len(report.tasks), 'task')}: {tally(report.tasks)}."
