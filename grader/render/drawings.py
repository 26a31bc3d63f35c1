"""What tests attach: curves in characters, tables of shapes, and the frame of a path, which a page alone draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from grader.render.page import LABEL, Page, cut
from grader.report import Curve, Passage, Path, Point, ShapeRow, ShapeTable, TestReport
from grader.text import say
from grader.text.escape import one_line
from grader.text.formatting import passage

Range = tuple[float, float]


def limits_of(theirs: Iterable[float | None], reference: Iterable[float | None]) -> Range:
    """Return the scale: all values, but no further than the reference's own range once more on either side."""
    own = [value for value in reference if value is not None]
    values = own + [value for value in theirs if value is not None]
    if not values:
        return 0.0, 1.0
    if not own:
        return min(values), max(values)
    low, high = min(own), max(own)
    room = high - low or abs(high) or 1.0
    return max(min(values), low - room), min(max(values), high + room)


def cell_of(value: float, limits: Range, cells: int) -> int:
    """Return which of so many cells a value falls into; what lies outside falls into the first or the last."""
    low, high = limits
    if high <= low:
        return 0
    return max(0, min(cells - 1, int((value - low) / (high - low) * cells)))


def spread(length: int, most: int) -> list[int]:
    """Return at most so many places from 0 to length - 1, evenly, with both ends."""
    count = min(length, most)
    return [round(place * (length - 1) / max(count - 1, 1)) for place in range(count)]


CURVE_COLUMNS = 32  # of a curve, where the page has room
ENDS = 24  # columns of the first and last value
BLOCKS = "▁▂▃▄▅▆▇█"
MOST = 3  # curves of one test, and as many paths


def draw_attached(page: Page, test: TestReport) -> None:
    """Draw what a test has attached, the first few, and a blank line behind it."""
    for curve in test.curves[:MOST]:
        _curve(page, curve)
    for path in test.paths[:MOST]:
        page.labelled("Path", say("path.on_the_page", title=path.title), "dim")
    for table in test.tables[:1]:
        draw_table(page, table)
    if has_terminal_drawings(test):
        page.line()


def has_terminal_drawings(test: TestReport) -> bool:
    """Whether a test has attached anything to draw."""
    return bool(test.curves or test.paths or test.tables)


def _curve(page: Page, curve: Curve) -> None:
    window = round(1 / (1 - curve.beta)) if curve.beta < 1 else curve.steps
    sentence = "curve.title_averaged" if curve.beta else "curve.title"
    title = say(sentence, title=curve.title, steps=curve.steps, window=window, beta=f"{curve.beta:g}")
    page.labelled("Curve", title)
    limits = limits_of(curve.theirs, curve.reference)
    columns = min(CURVE_COLUMNS, page.width - LABEL - ENDS)
    places = spread(max(len(curve.theirs), len(curve.reference)), columns)
    for name, line, style in (
        ("drawn.yours", curve.theirs, "red"),
        ("drawn.reference", curve.reference, "green"),
    ):
        drawn = bars(line, places, limits).ljust(columns)
        ends = ends_of(line, "drawn.ends", "drawn.nothing")
        page.line(page.head(say(name)), (drawn, style), f"  {ends}")


def bars(line: Sequence[float | None], places: Iterable[int], limits: Range) -> str:
    """Return a block for the value at each of the places, and a blank where there is none."""
    values = [line[place] if place < len(line) else None for place in places]
    return "".join(" " if value is None else BLOCKS[cell_of(value, limits, len(BLOCKS))] for value in values)


def ends_of(line: Sequence[float | None], ends: str, nothing: str) -> str:
    """Return the sentence called `ends` on the first and the last value of a line, or that on a line without any."""
    values = [value for value in line if value is not None]
    return say(ends, first=f"{values[0]:.3g}", last=f"{values[-1]:.3g}") if values else say(nothing)


def frame_of(path: Path) -> tuple[Range, Range]:
    """Return the smallest frame around what is not too far away from the reference."""
    across, up = (limits_of(_part(path.theirs, axis), _part(path.reference, axis)) for axis in (0, 1))
    near = [*inside(path.theirs, across, up), *inside(path.reference, across, up)]
    return limits_of((), _part(near, 0)), limits_of((), _part(near, 1))


def inside(line: Iterable[Point | None], across: Range, up: Range) -> list[Point]:
    """Return the points that lie inside of a frame."""
    points = [point for point in line if point is not None]
    return [(x, y) for x, y in points if across[0] <= x <= across[1] and up[0] <= y <= up[1]]


def _part(line: Iterable[Point | None], axis: int) -> list[float]:
    return [point[axis] for point in line if point is not None]


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
