"""One failure in its six lines: Checked, Expected, Got, Where, Likely, Next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.text import Text

from grader.render.drawings import draw_attached, has_terminal_drawings
from grader.render.page import LABEL, WIDEST, Page, cut
from grader.report import LABELS, Message, TaskReport, TestReport, Verdict
from grader.text import say
from grader.text.escape import lines, one_line
from grader.text.formatting import MARKS, details, word

STYLES = {"expected": "green", "got": "red", "likely": "yellow"}
ONE_LINE = WIDEST - LABEL  # what may quote the submission is cut to one line
# The sentence of a known mistake is the course's own, and is never cut; arguments are shown as far as they are told.
LENGTHS = {"likely": 10_000, "where": 3 * ONE_LINE}
LONGEST = 300  # of an exception's message
TRACEBACK = 12  # lines of the learner's own traceback, the last ones
BAR = "  | "  # before each line of it
PRINTED = 10  # lines of what the learner's code printed, the first ones


def failure(page: Page, task: TaskReport) -> None:
    """Write why a task did not pass: its first failed test, or what kept it from being tested."""
    test = task.first_failure
    _heading(page, task, test)
    if test and test.traceback:
        _traceback(page, test.traceback)
    message = task.what_failed
    if message:
        labels(page, _without_title(test, message) if test and not _repeats(test) else message)
    if test and has_terminal_drawings(test):
        page.line()
        draw_attached(page, test)
    if test and test.printed and test.printed.strip():
        _printed(page, test.printed)
    if task.verdict is not Verdict.INTERNAL:
        page.copyable("Next", (message and message.next) or f"grade hint {task.id}", "cyan")


MOST_RIGHT = 5  # tasks with open details
MOST_DETAILS = 3  # of all, with what is known of each


def open_details(page: Page, tasks: Sequence[TaskReport], *, brief: bool = False) -> None:
    """Write what is open of tasks that are right: what each detail checks and what came out, or the tasks alone."""
    room = 0 if brief else MOST_DETAILS
    for task in tasks[:MOST_RIGHT]:
        mark, style = MARKS[task.verdict]
        if room or task is tasks[0]:
            page.line()
        page.line((f"{mark} {word(task.verdict)}", style), "  ", one_line(task.id), (f"  {details(task)}", style))
        for test in task.details_open[:room]:
            page.line("  ", (one_line(test.title or test.name), "bold"))
            if test.message:
                checked = test.message.checked.removeprefix((test.title or "").rstrip(".")).strip(": .")
                labels(page, replace(test.message, checked=checked))
        more = len(task.details_open) - room
        if room and more > 0:
            page.line("  ", (say("more", more=more), "dim"))
        room = max(0, room - len(task.details_open))
    if len(tasks) > MOST_RIGHT:
        page.line((say("more", more=len(tasks) - MOST_RIGHT), "dim"))


def labels(page: Page, message: Message) -> None:
    """Write the labels that have a value, in their fixed order, without the last."""
    for name in LABELS[:-1]:
        if value := getattr(message, name):
            page.labelled(name.capitalize(), value, STYLES.get(name, ""), most=LENGTHS.get(name, ONE_LINE))


def _heading(page: Page, task: TaskReport, test: TestReport | None) -> None:
    verdict = test.verdict if test else task.verdict
    mark, style = MARKS[verdict]
    page.line((f"{mark} {word(verdict)}", style), "  ", one_line(task.id), ("  " + _which(task, test), "dim"))
    if test and not _repeats(test):
        page.line("  ", (one_line(test.title or test.name), "bold"))
    page.line()


def _which(task: TaskReport, test: TestReport | None) -> str:
    if test is None:
        return say("test.none")
    place = task.tests.index(test) + 1
    return say("test.of_all", number=place, all=len(task.tests), name=one_line(test.name))


def _repeats(test: TestReport) -> bool:
    """Whether what was checked begins with what the test says, and leaves room on its line for the rest."""
    checked = test.message.checked if test.message else ""
    fits = cell_len(one_line(checked)) <= ONE_LINE
    return bool(test.title and checked.startswith(test.title.rstrip("."))) and fits


def _without_title(test: TestReport, message: Message) -> Message:
    """Return a message whose check is named without the test's sentence, which stands above it."""
    rest = message.checked.removeprefix(test.title.rstrip("."))
    return replace(message, checked=rest.removeprefix(": ")) if rest.startswith(": ") else message


def _printed(page: Page, text: str) -> None:
    """Write what the learner's code printed, marked as theirs; a long line, such as a warning, is wrapped."""
    all_lines = lines(text)
    page.line()
    page.line((say("failure.printed"), "bold"))
    more = len(all_lines) - PRINTED
    for line in [*all_lines[:PRINTED], *([say("failure.more_lines", n=more)] if more > 0 else [])]:
        for part in Text(cut(line, LONGEST)).wrap(page.console, page.width - len(BAR)) or [Text()]:
            page.line((BAR + part.plain.rstrip(), "dim"))
    page.line()


def repeatable(page: Page, text: str) -> None:
    """Write what repeats the failing call, to be copied: never cut, never broken."""
    page.line((say("failure.repeat"), "bold"))
    page.line()
    for line in lines(text):
        page.console.print(Text(line), soft_wrap=True)


def _traceback(page: Page, text: str) -> None:
    all_lines = lines(text)
    shown = all_lines[-TRACEBACK:]
    if len(shown) < len(all_lines):
        page.line(("  ...", "dim"))
    for line in shown[:-1]:
        page.line(("  " + cut(line, page.width - 2), "dim"))
    page.line(("  " + cut(shown[-1], LONGEST), "dim"))  # the exception itself, wrapped
    page.line()
