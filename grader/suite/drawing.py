"""Curves, paths and tables that a test attaches to the report, from values that nobody has checked yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from grader.report import Curve, Path, Picture, PictureKind, ShapeTable
from grader.suite.pictured import grids_of, surface_of
from grader.suite.plotted import numbers_of, points_of, smoothed, spread, thinned

MOST_POINTS = 200
WINDOW = 10  # a curve is averaged over about a tenth of its steps
MOST_SMOOTH = 0.98


class Drawing:
    """What one play of a test draws; whatever cannot be drawn is left out, and nothing raises."""

    def __init__(self) -> None:
        """Start with an empty sheet."""
        self.curves: list[Curve] = []
        self.paths: list[Path] = []
        self.tables: list[ShapeTable] = []
        self.pictures: list[Picture] = []

    def curve(self, title: str, theirs: Any, reference: Any) -> None:
        """Attach a number for each step, such as a loss; a list of floats or a 1-D tensor.

        Args:
            title: what is drawn, in the learner's words.
            theirs: what the submission returned, whatever it is.
            reference: the same of the suite's own.
        """
        lines = numbers_of(theirs), numbers_of(reference)
        steps = max(map(len, lines))
        if not any(value is not None for value in lines[0]):
            return
        beta = smoothing(steps)
        places = spread(steps, MOST_POINTS)
        ours, own = (_kept(smoothed(line, beta), places) for line in lines)
        self.curves.append(Curve(title, ours, own, steps, beta))

    def path(
        self, title: str, theirs: Any, reference: Any, height: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        """Attach the points that an optimiser visits in the plane; tensors of shape (T, 2).

        Args:
            title: what is drawn, in the learner's words.
            theirs: what the submission returned, whatever it is.
            reference: the same of the suite's own.
            height: what is descended, from (M, 2) points in float64 to their M heights; pages draw its contour lines.
        """
        mine, own = points_of(theirs), points_of(reference)
        if any(point is not None for point in mine):
            lines = thinned(mine, MOST_POINTS), thinned(own, MOST_POINTS)
            self.paths.append(Path(title, *lines, surface_of(height, own)))

    def picture(
        self,
        title: str,
        kind: str,
        values: Any,
        *,
        panels: Sequence[str] = (),
        rows: Sequence[str] = (),
        columns: Sequence[str] = (),
        caption: str = "",
    ) -> None:
        """Attach numbers to look at, a (K, H, W) or (H, W) tensor; pages draw them.

        Args:
            title: what is drawn, in the learner's words.
            kind: "confusion", "images", "filters" or "states".
            values: what the submission made, whatever it is.
            panels: a label for each of the K.
            rows: labels of the rows.
            columns: labels of the columns.
            caption: what to look for, in one sentence.
        """
        if grids := grids_of(values):
            labels = tuple(panels), tuple(rows), tuple(columns)
            self.pictures.append(Picture(title, PictureKind(kind), grids, *labels, caption))

    def table(self, table: ShapeTable) -> None:
        """Attach the shapes on the way through a network; `check_network` does."""
        self.tables.append(table)


def smoothing(steps: int) -> float:
    """Return the beta of the average over about a tenth of so many steps; 0 for a short curve."""
    return round(max(0.0, min(MOST_SMOOTH, 1 - WINDOW / steps)), 2) if steps else 0.0


def _kept(line: Sequence[float | None], places: Sequence[int]) -> tuple[float | None, ...]:
    return tuple(line[place] for place in places if place < len(line))
