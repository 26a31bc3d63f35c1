"""The contour lines of a surface; contourpy finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from grader.render.html.grid import bounded
from grader.render.html.svg.element import Point
from grader.render.scale import Range

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
