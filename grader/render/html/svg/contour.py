"""The contour lines of a surface; contourpy finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.render.html.svg.element import Point

if TYPE_CHECKING:
    from grader.report import Surface

LEVELS = 9
SMALLEST = 2  # rows and columns that it takes to have a line


def contours(surface: Surface | None) -> list[list[Point]]:
    """Lines of equal height, in the surface's own coordinates; between two levels lies a like share of the plane."""
    if surface is None or len(surface.values) < SMALLEST or len(surface.values[0]) < SMALLEST:
        return []
    import numpy as np
    from contourpy import contour_generator

    heights = np.array(surface.values, dtype=np.float64)  # a gap becomes a NaN, and no line crosses it
    rows, columns = heights.shape
    x, y = np.linspace(*surface.across, columns), np.linspace(*surface.up, rows)
    generator = contour_generator(x, y, heights)
    known = heights[np.isfinite(heights)]
    if not known.size:
        return []
    levels = np.unique(np.quantile(known, [(k + 0.5) / LEVELS for k in range(LEVELS)]))
    return [[(float(a), float(b)) for a, b in line] for level in levels for line in generator.lines(level)]
