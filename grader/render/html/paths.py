"""Paths through the plane as SVG, over the contour lines of what they descend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from markupsafe import Markup

from grader.render.drawings import Range, frame_of, inside
from grader.render.html.curves import legend
from grader.render.html.pictures import bounded
from grader.render.html.svg_elements import (
    Frame,
    Point,
    Scale,
    dots,
    drawing,
    element,
    padded,
    runs_of,
    text,
    way,
)
from grader.report import Path
from grader.text import say

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

    from grader.report import Surface

LEVELS = 9
SMALLEST = 2  # rows and columns that it takes to have a line


def contours(surface: Surface | None, across: Range, up: Range) -> list[list[Point]]:
    """Lines of equal height, in the surface's own coordinates.

    The levels are chosen by what is drawn: between two of them lies a like share of the frame.
    """
    grid = bounded(surface.values) if surface else ()
    if surface is None or len(grid) < SMALLEST or len(grid[0]) < SMALLEST:
        return []
    import numpy as np
    from contourpy import LineType, contour_generator

    x, y = np.linspace(*surface.across, len(grid[0])), np.linspace(*surface.up, len(grid))
    heights = np.array(grid, dtype=np.float64)  # a gap becomes a NaN, and no line crosses it
    generator = contour_generator(x, y, heights, line_type=LineType.Separate)
    near = heights[_inside(y, up)][:, _inside(x, across)]
    known = np.sort(near[np.isfinite(near)])
    levels = {known[int((k + 0.5) / LEVELS * known.size)] for k in range(LEVELS)} if known.size else set()
    lines = [
        line for level in sorted(levels) for line in cast("list[NDArray[float64]]", generator.lines(level))
    ]
    return [[(float(across), float(up)) for across, up in line] for line in lines]


def _inside(side: NDArray[float64], limits: Range) -> NDArray[bool_]:
    return (limits[0] <= side) & (side <= limits[1])


WIDTH, HEIGHT = 360.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 348.0, 30.0, 276.0
ROOM = 0.06  # of the frame, around the points


def path_svg(path: Path) -> Markup:
    """Both ways with a dot for each step, from one start."""
    frame = _frame(path)
    yours, own = ([_at(frame, point) for point in line] for line in (path.theirs, path.reference))
    return drawing(
        WIDTH, HEIGHT, path.title, describe(path),
        legend(LEFT, dotted=True),
        frame.axes(),
        frame.clipped(
            way(_ground(path, frame), "contour"),
            way(runs_of(yours), "theirs"), dots(_known(yours), "theirs-dots"),
            # Above theirs, which shows between the dashes where both agree.
            way(runs_of(own), "reference"), dots(_known(own), "reference-dots"),
            *_start(_known(own) or _known(yours)),
        ),
    )  # fmt: skip


def _ground(path: Path, frame: Frame) -> list[list[Point]]:
    lines = contours(path.surface, frame.across.limits, frame.up.limits)
    return [[frame.at(x, y) for x, y in line] for line in lines]


def describe(path: Path) -> str:
    """The drawing in one sentence, for whoever does not see it."""
    lines = " " + say("path.contours") if path.surface else ""
    return say("path.said", yours=_ends(path.theirs), reference=_ends(path.reference)) + lines


def outside(path: Path) -> int:
    """How many of their points lie beyond what is drawn."""
    across, up = frame_of(path)
    return sum(point is not None for point in path.theirs) - len(inside(path.theirs, across, up))


def _frame(path: Path) -> Frame:
    across, up = (_roomy(limits) for limits in frame_of(path))
    return Frame(Scale(across, LEFT, RIGHT), Scale(up, BOTTOM, TOP))


def _roomy(limits: Range) -> Range:
    return padded(limits, ROOM)


def _at(frame: Frame, point: Point | None) -> Point | None:
    return None if point is None else frame.at(*point)


def _known(points: Iterable[Point | None]) -> list[Point]:
    return [point for point in points if point is not None]


def _start(points: list[Point]) -> list[Markup]:
    """A ring around the first point, and the word beside it, on the side where there is room."""
    if not points:
        return []
    x, y = points[0]
    left = x > (LEFT + RIGHT) / 2
    ring = element("circle", cx=x, cy=y, r=6, class_="start")
    return [
        ring,
        text(
            (x - 10 if left else x + 10, max(y - 6, TOP + 12)), say("drawn.start"), "end" if left else "start"
        ),
    ]


def _ends(line: Iterable[Point | None]) -> str:
    points = _known(line)
    if not points:
        return say("path.empty")
    start, end = (f"({x:.3g}, {y:.3g})" for x, y in (points[0], points[-1]))
    return say("path.ends", start=start, end=end, steps=len(points) - 1)
