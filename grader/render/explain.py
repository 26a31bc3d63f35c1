"""The code of a task beside the reference, what torch has for it, and what both cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader.render.escape import lines
from grader.render.page import Page

if TYPE_CHECKING:
    from grader.course import Task
    from grader.learner.cost import Cost, Costs

WIDE = 116  # columns from which two pieces of code stand side by side
MOST_WIDE = 200
GAP = 3
LONG = 10_000
THEME = "ansi_dark"  # the terminal's own colours


def show(task: Task, theirs: str, reference: str, console: Console, costs: Costs | None = None) -> None:
    """Write both pieces of code, how torch does it, and what they cost."""
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    _codes(page, theirs, reference)
    if task.torch:
        page.whole("In torch", task.torch)
        page.labelled("Differs", task.differs, most=LONG)
    if costs is not None:
        _costs(page, costs)


def show_solution(task: Task, reference: str, console: Console) -> None:
    """Write the reference alone."""
    page = Page(console)
    page.line((task.id, "bold"), f"  {task.title}")
    page.line()
    console.print(_code(page, reference))
    page.line()


def _codes(page: Page, theirs: str, reference: str) -> None:
    pieces = (("Yours", theirs), ("Reference", reference))
    if page.console.width >= WIDE:
        width = (min(page.console.width, MOST_WIDE) - GAP) // 2
        table = Table.grid(padding=(0, GAP, 0, 0))
        for _ in pieces:
            table.add_column(width=width, overflow="fold")
        table.add_row(*(Text(label, "bold") for label, _ in pieces))
        table.add_row(*(_code(page, text) for _, text in pieces))
        page.console.print(table)
        page.line()
        return
    for label, text in pieces:
        page.line((label, "bold"))
        page.console.print(_code(page, text))
        page.line()


def _code(page: Page, text: str) -> RenderableType:
    """Python in the terminal's colours, or plain where there are none."""
    shown = "\n".join(lines(text))
    if page.console.color_system is None:
        return Text(shown, overflow="fold")
    return Syntax(shown, "python", theme=THEME, background_color="default", word_wrap=True)


def _costs(page: Page, costs: Costs) -> None:
    if costs.theirs is None or costs.reference is None:
        page.labelled("Cost", costs.note, "dim", most=LONG)
        return
    page.labelled("Cost", f"of {costs.call}", most=LONG)
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column()
    for _ in range(2):
        table.add_column(justify="right")
    table.add_row("", Text("yours", "dim"), Text("reference", "dim"))
    for label, name in (("operators", "operators"), ("time", "seconds"), ("memory", "bytes")):
        table.add_row(label, _written(costs.theirs, name), _written(costs.reference, name))
    page.console.print(table)
    page.labelled("", costs.note, "dim", most=LONG)


def _written(cost: Cost, name: str) -> str:
    value = getattr(cost, name)
    if name == "operators":
        return str(value)
    if name == "seconds":
        return f"{value * 1e6:.0f} us" if value < 1e-3 else f"{value * 1e3:.1f} ms"
    return (
        f"{value} B" if value < 1000 else f"{value / 1e3:.1f} kB" if value < 1e6 else f"{value / 1e6:.1f} MB"
    )
