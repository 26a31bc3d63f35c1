"""Curves in characters: small, beside a failure, theirs and the reference's on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.render.escape import one_line
from grader.render.page import LABEL, Page
from grader.render.plane import draw_path
from grader.render.scale import Range, cell_of, limits_of, spread
from grader.render.shapes import draw_table
from grader.report import Curve, Report, TestReport
from grader.text import say

COLUMNS = 32  # of a curve, where the page has room
ENDS = 24  # columns of the first and last value
BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.-:=+*#"
MOST = 3  # curves of one test, and as many paths


def sketches(page: Page, test: TestReport) -> None:
    """Draw what a test has attached, the first few, and a blank line behind it."""
    for curve in test.curves[:MOST]:
        _curve(page, curve)
    for path in test.paths[:MOST]:
        draw_path(page, path)
    for table in test.tables[:1]:
        draw_table(page, table)
    if has_sketches(test):
        page.line()


def has_sketches(test: TestReport) -> bool:
    """Whether a test has attached anything to draw."""
    return bool(test.curves or test.paths or test.tables)


def gallery(page: Page, report: Report, without: TestReport | None) -> None:
    """Draw what the tests of every task have attached, but for one that is shown elsewhere."""
    for task in report.tasks:
        for test in task.tests:
            if has_sketches(test) and test is not without:
                page.line((one_line(task.id), "bold"), f"  {one_line(test.title or test.name)}")
                sketches(page, test)


def _curve(page: Page, curve: Curve) -> None:
    window = round(1 / (1 - curve.beta)) if curve.beta < 1 else curve.steps
    sentence = "curve.title_averaged" if curve.beta else "curve.title"
    title = say(sentence, title=curve.title, steps=curve.steps, window=window, beta=f"{curve.beta:g}")
    page.labelled("Curve", title)
    limits = limits_of(curve.theirs, curve.reference)
    columns = min(COLUMNS, page.width - LABEL - ENDS)
    places = spread(max(len(curve.theirs), len(curve.reference)), columns)
    blocks = BLOCKS if page.alphabet.unicode else ASCII_BLOCKS
    for name, line, style in (
        ("drawn.yours", curve.theirs, "red"),
        ("drawn.reference", curve.reference, "green"),
    ):
        drawn = bars(line, places, limits, blocks).ljust(columns)
        page.line(page.head(say(name)), (drawn, style), f"  {_ends(line)}")


def bars(line: Sequence[float | None], places: Iterable[int], limits: Range, blocks: str) -> str:
    """Return a block for the value at each of the places, and a blank where there is none."""
    values = [line[place] if place < len(line) else None for place in places]
    return "".join(" " if value is None else blocks[cell_of(value, limits, len(blocks))] for value in values)


def _ends(line: Sequence[float | None]) -> str:
    values = [value for value in line if value is not None]
    if not values:
        return say("drawn.nothing")
    return say("drawn.ends", first=f"{values[0]:.3g}", last=f"{values[-1]:.3g}")
