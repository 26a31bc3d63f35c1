"""The few words about a student's work that fit into a cell of somebody else's table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from html import escape

from grader.classroom.model import Standing
from grader.render.choose import first_failed
from grader.render.escape import one_line
from grader.render.words import count, earned, number
from grader.report import Report, Verdict

OURS = "torchgrade:"  # a comment that begins so may be written anew
LONGEST = 300


def comment_of(standing: Standing, hidden: Collection[str] = ()) -> str:
    """One line: the score, how it came about, and what to mend first; safe where it is read as HTML.

    Of tasks that are hidden, by their ids, it says nothing.
    """
    parts = [f"{earned(standing.score, standing.max_score)} of {number(standing.max_score)} points"]
    if standing.penalty:
        parts.append(f"{number(standing.penalty)} taken for being late")
    if standing.adjusted:
        parts.append(f"{standing.adjusted:+.2f} by hand")
    if standing.report is not None:
        shown = [task for task in standing.report.tasks if task.id not in hidden]
        parts += [_tasks(replace(standing.report, tasks=tuple(shown)))] if shown else []
    return escape(f"{OURS} {'; '.join(part for part in parts if part)}.", quote=False)


def _tasks(report: Report) -> str:
    passed = sum(task.verdict is Verdict.PASS for task in report.tasks)
    text = f"{passed} of {count(len(report.tasks), 'task')} passed"
    failed = first_failed(report)
    if failed is None:
        return text
    test = failed.first_failure
    message = (test.message if test else None) or failed.message
    checked = one_line(message.checked).rstrip(".")[:LONGEST] if message else failed.title
    return f"{text}; mend first {one_line(failed.id)} ({checked})"
