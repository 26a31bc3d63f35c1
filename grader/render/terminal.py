"""The report on a terminal: the tasks, the total, the first failure, and the next command to type."""

from __future__ import annotations

import shlex
from functools import partial

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.failure import failure, open_details, repeatable
from grader.render.page import Page
from grader.report import Report, TaskReport, Verdict
from grader.report.selection import (
    by_topic,
    first_failed,
    first_held_up,
    first_waiting,
    passed,
    place,
    untouched,
)
from grader.text import say
from grader.text.escape import one_line
from grader.text.formatting import MARKS, bar, count, details, earned, number, seconds, share, tally, word

BAR = 28
GAP = 2
VERDICT = 15  # columns of a mark and the longest English verdict
POINTS = 9  # of `0.67 / 12`
TIME = 6  # of `12.3 s`
TITLE = 24  # a title with less room than this is left out


def topics(page: Page, report: Report) -> None:
    """Write each topic: a table, or one line where there is nothing to do in it."""
    all_topics = by_topic(report.tasks)
    short = {slug for slug, tasks in all_topics.items() if len(all_topics) > 1 and _is_quiet(report, tasks)}
    long = [task for slug, tasks in all_topics.items() if slug not in short for task in tasks]
    before = ""
    for slug, tasks in all_topics.items():
        if before and not {before, slug} <= short:
            page.line()
        before = slug
        page_of_topic = _summary if slug in short else partial(_table, width=_name_width(long))
        page_of_topic(page, slug, tasks)
    page.line()


def total(page: Page, report: Report) -> None:
    """Write the score with its bar and how many tasks there are of each verdict."""
    score, most = report.score, report.max_score
    points = say("points.of_all", earned=earned(score, most), most=number(most))
    style = "green" if score >= most - 1e-6 else "cyan"
    page.line((bar(score, most, BAR), style), "  ", (points, "bold"), f"  {share(score, most)} %")
    page.line((f"{count(len(report.tasks), 'task')}: {tally(report.tasks)}", "dim"))


def _is_quiet(report: Report, tasks: list[TaskReport]) -> bool:
    """Whether a topic is all done or all untouched while there is something to do in another."""
    finished = passed(report)
    verdicts = {task.verdict for task in tasks}
    return not finished and len(verdicts) == 1 and verdicts <= {Verdict.PASS, Verdict.NOT_ATTEMPTED}


def _name_width(tasks: list[TaskReport]) -> int:
    return max((cell_len(_name(task)) for task in tasks), default=0)


def _summary(page: Page, slug: str, tasks: list[TaskReport]) -> None:
    mark, style = MARKS[tasks[0].verdict]
    verdict, number_of = word(tasks[0].verdict), count(len(tasks), "task")
    text = say("points.of_verdict", verdict=verdict, tasks=number_of, points=_points(tasks))
    page.line((mark, style), " ", (one_line(slug), "bold"), "  ", (text, "dim"))


def _table(page: Page, slug: str, tasks: list[TaskReport], *, width: int) -> None:
    page.line((one_line(slug), "bold"), "  ", (say("points", points=_points(tasks)), "dim"))
    verdict = max(VERDICT, *(cell_len(word(each)) + 2 for each in Verdict))
    room = page.width - verdict - GAP - width - GAP - POINTS
    timed, titled = room >= GAP + TIME, room >= GAP + TIME + GAP + TITLE
    table = Table.grid(padding=(0, GAP, 0, 0), expand=titled)
    table.add_column(no_wrap=True, width=verdict)
    table.add_column(overflow="fold", width=min(width, page.width - verdict - GAP - GAP - POINTS))
    if titled:
        table.add_column(overflow="fold", ratio=1)
    table.add_column(justify="right", no_wrap=True, width=POINTS)
    if timed:
        table.add_column(justify="right", no_wrap=True, width=TIME)
    for task in tasks:
        table.add_row(*_row(task, titled, timed))
    page.console.print(table, width=page.width)


def _row(task: TaskReport, titled: bool, timed: bool) -> list[Text]:
    mark, style = MARKS[task.verdict]
    quiet = "dim" if task.verdict in (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED) else ""
    points = f"{earned(task.points, task.max_points)} / {number(task.max_points)}"
    took = f"{seconds(task):.1f} s" if task.tests and not quiet else ""
    return [
        Text(f"{mark} {word(task.verdict)}", style),
        Text(_name(task), quiet),
        *([Text.assemble((one_line(task.title), "dim"), *_open(task))] if titled else []),
        Text(points, quiet),
        *([Text(took, "dim")] if timed else []),
    ]


def _open(task: TaskReport) -> list[tuple[str, str]]:
    return [(f", {said}", MARKS[task.verdict][1])] if (said := details(task)) else []


def _name(task: TaskReport) -> str:
    return one_line(task.id.rpartition(".")[2])


def _points(tasks: list[TaskReport]) -> str:
    most = sum(task.max_points for task in tasks)
    return f"{earned(sum(task.points for task in tasks), most)} / {number(most)}"


def show(report: Report, console: Console, *, paths: str = "", repeat: bool = False) -> None:
    """Write `report` to `console`.

    Args:
        report: what was graded.
        console: where to.
        paths: what was typed after `grade`, for the next command.
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
        _next(page, report, paths)
        open_details(page, [task for task in report.tasks if details(task)], brief=first_failed(report) is not None)
        if repeat:
            _repeat(page, first_failed(report))
    _remarks(page, report)


def _welcome(page: Page, report: Report, paths: str) -> None:
    points = say("points.of_all", earned=0, most=number(report.max_score))
    page.line((say("report.nothing_attempted"), "bold"), f"  {points}")
    page.line()
    for slug, tasks in by_topic(report.tasks).items():
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
    failed, waiting = first_failed(report) or first_held_up(report), first_waiting(report)
    if failed:
        failure(page, failed)
        page.copyable("Again", _command(paths, failed), "cyan")
    elif waiting:
        _begin(page, waiting, paths, "Then")
    elif passed(report):
        score, most = earned(report.score, report.max_score), number(report.max_score)
        points = say("points.of_all", earned=score, most=most)
        all_pass = all(task.verdict is Verdict.PASS for task in report.tasks)
        style = "bold green" if all_pass else "bold cyan"
        page.line((say("tasks.all_pass" if all_pass else "tasks.all_right"), style), f"  {points}")


def _begin(page: Page, task: TaskReport, paths: str, label: str) -> None:
    page.labelled(label, f"{task.id}: {task.title}" if task.title else task.id)
    if where := place(task):
        page.copyable("Open", where)
    page.copyable("Grade", _command(paths, task), "cyan")
    page.copyable("Hint", f"grade hint {task.id}", "cyan")


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
        seed=report.seed, seconds=f"{report.seconds:.1f}", device=environment.device,
        sandbox=environment.sandbox, layers=", ".join(environment.missing_layers),
    )  # fmt: skip
