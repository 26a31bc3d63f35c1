"""The code of a task beside the reference, what torch has for it, and what both cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader.render.page import Page
from grader.text import say
from grader.text.escape import lines

if TYPE_CHECKING:
    from grader.course import Task
    from grader.learner.cost import Costs

GAP = 3
LONG = 10_000
SECONDS = ((1e-6, 1e9, "ns", 0), (1e-3, 1e6, "us", 0), (1.0, 1e3, "ms", 1))  # below which unit, times what
THEME = "ansi_dark"  # the terminal's own colours


def show(task: Task, theirs: str, reference: str, console: Console, costs: Costs | None = None) -> None:
    """Write both pieces of code, how torch does it, and what they cost."""
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    _codes(page, theirs, reference)
    if task.torch:
        page.copyable("In torch", task.torch)
        page.labelled("Differs", task.differs, most=LONG)
    if costs is not None:
        _costs(page, costs)


def show_solution(task: Task, reference: str, console: Console) -> None:
    """Write the reference alone."""
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    console.print(_code(page, reference), soft_wrap=True)
    page.line()


def _codes(page: Page, theirs: str, reference: str) -> None:
    pieces = ((say("explain.yours"), theirs), (say("explain.reference"), reference))
    widths = [max(map(cell_len, lines(text)), default=0) for _, text in pieces]
    if sum(widths) + GAP <= page.console.width:
        table = Table.grid(padding=(0, GAP, 0, 0))
        for width in widths:
            table.add_column(min_width=width, no_wrap=True)
        table.add_row(*(Text(label, "bold") for label, _ in pieces))
        table.add_row(*(_code(page, text) for _, text in pieces))
        page.console.print(table)
        page.line()
        return
    for label, text in pieces:
        page.line((label, "bold"))
        page.console.print(_code(page, text), soft_wrap=True)
        page.line()


def _code(page: Page, text: str) -> Text:
    """Python in the terminal's colours, or plain where there are none; its lines are never broken here."""
    shown = "\n".join(lines(text))
    if page.console.color_system is None:
        return Text(shown)
    return Syntax("", "python", theme=THEME, background_color="default").highlight(shown)


def _costs(page: Page, costs: Costs) -> None:
    if costs.theirs is None or costs.reference is None:
        page.labelled("Cost", costs.note, "dim", most=LONG)
        return
    page.labelled("Cost", say("explain.cost", call=costs.call), most=LONG)
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column()
    for _ in range(3):
        table.add_column(justify="right")
    heads = (say("drawn.yours"), say("drawn.reference"), "")
    table.add_row("", *(Text(head, "dim") for head in heads))
    for label, name in (("operators", "operators"), ("time", "seconds")):
        theirs, reference = getattr(costs.theirs, name), getattr(costs.reference, name)
        if theirs or reference:
            ratio = f"{theirs / reference:.2f} x" if reference else ""
            written = map(str if name == "operators" else _written, (theirs, reference))
            table.add_row(say(f"explain.{label}"), *written, Text(ratio, "dim"))
    page.console.print(table)
    page.labelled("", costs.note, "dim", most=LONG)


def _written(seconds: float) -> str:
    """Return a time in a unit that can be read."""
    for below, factor, unit, digits in SECONDS:
        if seconds < below:
            return f"{seconds * factor:.{digits}f} {unit}"
    return f"{seconds:.1f} s"
