"""A path through the plane in characters, theirs and the reference's in one frame."""

from __future__ import annotations

from collections.abc import Iterable

from grader.render.page import LABEL, Page
from grader.render.scale import Range, cell_of, limits_of
from grader.report import Path, Point
from grader.text import say

GRID = 40, 10  # columns, where the page has room, and rows
YOURS, REFERENCE, BOTH, START = "o", "+", "*", "S"  # the same on every terminal
LEGEND = {YOURS: "drawn.yours", REFERENCE: "drawn.reference", BOTH: "drawn.both", START: "drawn.start"}


def draw_path(page: Page, path: Path) -> None:
    """Write a path with its legend, its ranges, and how much of it lies outside of them."""
    across, up = frame_of(path)
    page.labelled("Path", path.title)
    columns = min(GRID[0], page.width - LABEL - 2)
    for row in grid(path, across, up, columns):
        page.line(" " * LABEL, (f"|{row}|", "dim"))
    page.labelled("", ", ".join(f"{mark} {say(name)}" for mark, name in LEGEND.items()))
    ends = zip(("left", "right", "low", "high"), (*across, *up), strict=True)
    page.labelled("", say("drawn.ranges", **{name: f"{end:.3g}" for name, end in ends}))
    points = [point for point in path.theirs if point is not None]
    if outside := len(points) - len(inside(points, across, up)):
        page.labelled("", say("drawn.outside", outside=outside, points=len(points)), "red")


def grid(path: Path, across: Range, up: Range, columns: int) -> list[str]:
    """Return the rows of a path from the top; each cell holds one mark, or a blank."""
    cells = [[" "] * columns for _ in range(GRID[1])]

    def mark(line: Iterable[Point | None], sign: str, over: str = "") -> None:
        for x, y in inside(line, across, up):
            row, column = GRID[1] - 1 - cell_of(y, up, GRID[1]), cell_of(x, across, columns)
            cells[row][column] = BOTH if over and cells[row][column] in over else sign

    mark(path.reference, REFERENCE)
    mark(path.theirs, YOURS, REFERENCE + BOTH)
    mark((path.reference or path.theirs)[:1], START)
    return ["".join(row) for row in cells]


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
