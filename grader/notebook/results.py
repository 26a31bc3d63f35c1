"""A report as Markdown for the cells of a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.notebook.plain import drawn
from grader.render.failure import failure, labels
from grader.render.formatting import MARKS, count, earned, number, share, word
from grader.render.page import Page
from grader.report import Report, TaskReport, Verdict
from grader.report.selection import WAITING
from grader.text.escape import one_line

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
MOST_NOTES = 20


def overview(report: Report) -> str:
    """Return the score, a table of the tasks, and what is to be said about the whole."""
    points = f"{earned(report.score, report.max_score)} of {number(report.max_score)} points"
    rows = "\n".join(_row(task) for task in report.tasks)
    table = f"| task | | points | |\n|---|---|--:|---|\n{rows}"
    remarks = "\n".join(f"- {plainly(remark)}" for remark in _remarks(report))
    head = f"# Results\n\n**{points}**, {share(report.score, report.max_score)} %"
    return "\n\n".join(part for part in (head, table if rows else "", remarks, _run(report)) if part)


def about_task(task: TaskReport) -> str:
    """Return what became of a task: its points, and the first failure as the terminal shows it."""
    mark, _ = MARKS[task.verdict]
    points = f"{earned(task.points, task.max_points)} of {number(task.max_points)} points"
    passed = sum(test.verdict is Verdict.PASS for test in task.tests)
    tests = f", {passed} of {count(len(task.tests), 'test')} passed" if task.tests else ""
    head = f"**{mark} {word(task.verdict)}** {plainly(task.id)}: {points}{tests}"
    shown = (
        drawn(lambda console: _why(Page(console), task)).rstrip() if task.verdict is not Verdict.PASS else ""
    )
    return f"{head}\n\n{fenced(shown)}" if shown.strip() else head


def summary(report: Report) -> Iterator[str]:
    """Yield the same as plain text: the score, a line for each task, what is to be said, and each first failure."""
    yield f"{earned(report.score, report.max_score)} of {number(report.max_score)} points\n"
    for task in report.tasks:
        mark, _ = MARKS[task.verdict]
        points = f"{earned(task.points, task.max_points)} / {number(task.max_points)}"
        yield one_line(f"{mark} {word(task.verdict)}  {task.id}  {points}")
    remarks = [one_line(remark) for remark in _remarks(report)]
    yield from ("", *remarks) if remarks else ()
    for task in report.tasks:
        if task.verdict is not Verdict.PASS:
            yield "\n" + drawn(lambda console, task=task: _why(Page(console), task)).rstrip()  # type: ignore[misc]


def plainly(text: str) -> str:
    """Return text that Markdown shows as it is: one line, with every sign that could mean something escaped."""
    return PUNCTUATION.sub(r"\\\1", one_line(text))


def fenced(text: str) -> str:
    """Return text between fences that are longer than any in it, so that nothing in it is interpreted."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    return f"{fence}text\n{text}\n{fence}"


def _why(page: Page, task: TaskReport) -> None:
    if task.verdict not in WAITING:
        failure(page, task)
    elif task.message:
        labels(page, task.message)


def _row(task: TaskReport) -> str:
    mark, _ = MARKS[task.verdict]
    points = f"{earned(task.points, task.max_points)} / {number(task.max_points)}"
    return f"| {plainly(task.id)} | {plainly(task.title)} | {points} | {mark} {word(task.verdict)} |"


def _remarks(report: Report) -> Iterator[str]:
    if report.incomplete is not None:
        yield f"The grading is incomplete, and the score not final, by the grader's own fault: {report.incomplete}"
    yield from report.notes[:MOST_NOTES]


def _run(report: Report) -> str:
    environment = report.environment
    return f"Seed {report.seed}, {plainly(environment.device)}, sandbox {plainly(environment.sandbox)}."
