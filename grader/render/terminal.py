"""The report on a terminal: the tasks, the total, the first failure, and the next command to type."""

from __future__ import annotations

import shlex

from rich.console import Console

from grader.render.choose import by_topic, first_failed, first_waiting, passed, place, untouched
from grader.render.escape import one_line
from grader.render.failure import failure, repeatable
from grader.render.page import Page
from grader.render.sketch import gallery
from grader.render.table import topics, total
from grader.render.words import count, earned, number
from grader.report import Report, TaskReport
from grader.text import judged, say


def show(
    report: Report, console: Console, *, paths: str = "", curves: bool = False, repeat: bool = False
) -> None:
    """Write `report` to `console`.

    Args:
        report: what was graded.
        console: where to.
        paths: what was typed after `grade`, for the next command.
        curves: whether to draw what every test has attached, not only the failed test that is shown.
        repeat: whether to write Python that repeats the failing call.
    """
    page = Page(console)
    paths = paths or shlex.quote(report.submission)
    if untouched(report):
        _welcome(page, report, paths)
    else:
        topics(page, report)
        total(page, report)
        page.line()
        if curves:
            failed = first_failed(report)
            gallery(page, report, failed.first_failure if failed else None)
        _next(page, report, paths)
        if repeat:
            _repeat(page, first_failed(report))
    _remarks(page, report)


def _welcome(page: Page, report: Report, paths: str) -> None:
    points = say("points.of_all", earned=0, most=number(report.max_score))
    page.line((say("report.nothing_attempted"), "bold"), f"  {points}")
    page.line()
    for slug, tasks in by_topic(report).items():
        points = number(sum(task.max_points for task in tasks))
        words = say("points.of_tasks", tasks=count(len(tasks), "task"), points=points)
        page.line(f"  {one_line(slug):<14}", (words, "dim"))
    page.line()
    _begin(page, first_waiting(report) or report.tasks[0], paths, "Start")


def _repeat(page: Page, failed: TaskReport | None) -> None:
    """Write how to repeat the failing call, or that it cannot be written down."""
    text = failed.first_failure.repeat if failed and failed.first_failure else None
    page.line()
    if text:
        repeatable(page, text)
    elif failed:
        page.line(say("failure.no_repeat"))


def _next(page: Page, report: Report, paths: str) -> None:
    failed, waiting = first_failed(report), first_waiting(report)
    if failed:
        failure(page, failed)
        page.whole("Again", _command(paths, failed), "cyan")
    elif waiting:
        _begin(page, waiting, paths, "Then")
    elif passed(report):
        score, most = earned(report.score, report.max_score), number(report.max_score)
        points = say("points.of_all", earned=score, most=most)
        page.line((say("tasks.all_pass"), "bold green"), f"  {points}")


def _begin(page: Page, task: TaskReport, paths: str, label: str) -> None:
    page.labelled(label, f"{task.id}: {task.title}" if task.title else task.id)
    if where := place(task):
        page.whole("Open", where)
    page.whole("Grade", _command(paths, task), "cyan")
    page.whole("Hint", f"grade hint {task.id}", "cyan")


def _command(paths: str, task: TaskReport) -> str:
    return f"grade {paths} --task {task.id}"


def _remarks(page: Page, report: Report) -> None:
    page.line()
    for note in report.notes:
        page.labelled("Note", note, "yellow", most=10_000)
    if report.incomplete is not None:
        page.labelled("Fault", report.incomplete, "bold magenta", most=10_000)
        page.labelled("", say("report.fault"))
    page.labelled("Run", _run(report), "dim", most=10_000)


def _run(report: Report) -> str:
    environment = report.environment
    return say(
        "report.run_without" if environment.missing_layers else "report.run",
        seed=report.seed, seconds=f"{report.seconds:.1f}", device=judged(environment.device),
        sandbox=environment.sandbox, layers=", ".join(environment.missing_layers),
    )  # fmt: skip
