"""The shapes on the way through a network, theirs beside the expected, as a table in characters."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from grader.render.escape import one_line
from grader.render.page import Page, cut
from grader.render.words import passage
from grader.report import Passage, ShapeRow, ShapeTable
from grader.text import say

ROWS = 16  # shown at most, around the first that is not equal
WIDE = 78  # columns from which there is room for the name of the class
GAP = "  "
STYLES = {
    Passage.EQUAL: "green",
    Passage.DIFFERS: "red",
    Passage.NOT_REACHED: "yellow",
    Passage.NOT_COMPARED: "yellow",
    Passage.EXTRA: "dim",
}
COLUMNS = ("shapes.part", "shapes.class", "drawn.yours", "shapes.expected")


def draw_table(page: Page, table: ShapeTable) -> None:
    """Write the rows around the first difference, and where that lies."""
    page.labelled("Shapes", table.title)
    first = next((i for i, row in enumerate(table.rows) if _tells(row)), 0)
    start = max(0, min(first - ROWS // 2, len(table.rows) - ROWS))
    rows = table.rows[start : start + ROWS]
    cells = [[say(name) for name in COLUMNS], *(_cells(row) for row in rows)]
    lines = aligned(cells, page.width)
    page.line((lines[0], "dim"))
    for line, row in zip(lines[1:], rows, strict=True):
        page.line(line, GAP, (passage(row.passage), STYLES[row.passage]))
    hidden = len(table.rows) - len(rows) + table.left_out
    if hidden:
        page.line((say("more", more=hidden), "dim"))
    if table.sentence:
        page.labelled("", table.sentence, most=200)


def aligned(cells: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return one line for each row, its columns below one another, with room left for a word behind it."""
    kept = (0, 1, 2, 3) if width >= WIDE else (0, 2, 3)
    room = width - max(cell_len(passage(each)) for each in Passage) - len(GAP) * len(kept)
    widths = {column: max(cell_len(row[column]) for row in cells) for column in kept}
    while sum(widths.values()) > room:
        widest = max(widths, key=lambda column: widths[column])
        widths[widest] -= 1
    return [GAP.join(_padded(row[column], widths[column]) for column in kept) for row in cells]


def shapes_of(shapes: Sequence[Sequence[int]] | None) -> str:
    """Return shapes as Python writes them, one after the other."""
    return "" if shapes is None else ", ".join(str(tuple(shape)) for shape in shapes)


def _cells(row: ShapeRow) -> list[str]:
    """Return the text of a row; an expected shape is written where it is another one."""
    expected = "" if row.expected == row.theirs else shapes_of(row.expected)
    return [one_line(row.name), one_line(row.kind), shapes_of(row.theirs), expected]


def _tells(row: ShapeRow) -> bool:
    return row.passage not in (Passage.EQUAL, Passage.EXTRA)


def _padded(text: str, columns: int) -> str:
    short = cut(text, columns)
    return short + " " * (columns - cell_len(short))
