"""Curves, paths, tables and pictures that a test attaches to the report, from values that nobody has checked yet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from grader.report import Curve, Grid, Path, Picture, PictureKind, Point, ShapeTable, Surface

MOST_VALUES = 100_000  # of a curve or path; what comes after them is not looked at
LARGEST = 1e30
DIGITS = 6

Item = TypeVar("Item")


def numbers_of(value: Any) -> list[float | None]:
    """Return the numbers of a list, tuple, 1-D tensor or array; nothing for anything else."""
    return [_number(part) for part in _parts(value)]


def points_of(value: Any) -> list[Point | None]:
    """Return the points of a (T, 2) tensor or array, or of a list of pairs; nothing for anything else."""
    return [_point(part) for part in _parts(value)]


def smoothed(line: Sequence[float | None], beta: float) -> list[float | None]:
    """Return the exponentially weighted average of a line, with bias correction; a gap stays one."""
    average, weight, result = 0.0, 0.0, list[float | None]()
    for value in line:
        if value is None:
            result.append(None)
            continue
        average, weight = beta * average + (1 - beta) * value, beta * weight + (1 - beta)
        result.append(_rounded(average / weight))
    return result


def spread(length: int, most: int) -> list[int]:
    """Return at most so many places from 0 to length - 1, evenly, with both ends."""
    if length <= most:
        return list(range(length))
    return [round(i * (length - 1) / (most - 1)) for i in range(most)]


def thinned(line: Sequence[Item], most: int) -> tuple[Item, ...]:
    """Return at most so many items, evenly, with both ends."""
    return tuple(line[place] for place in spread(len(line), most))


def _parts(value: Any) -> list[Any]:
    kind = type(value)
    if kind is Tensor or kind is torch.nn.Parameter:
        return _of_tensor(value)
    if kind is np.ndarray:
        return list(value[:MOST_VALUES].tolist()) if value.ndim and value.dtype.kind in "fiu" else []
    return list(value[:MOST_VALUES]) if kind in (list, tuple) else []


def _of_tensor(value: Tensor) -> list[Any]:
    plain = value.layout is torch.strided and not value.is_complex() and not value.is_quantized
    if not plain or not value.dim() or value.device.type == "meta":
        return []
    try:
        return list(value.detach()[:MOST_VALUES].cpu().to(torch.float64).tolist())
    except (RuntimeError, MemoryError):
        return []


def _number(value: Any) -> float | None:
    if type(value) is Tensor and not value.dim():
        value = next(iter(_of_tensor(value[None])), None)
    if type(value) not in (int, float) or not abs(value) <= LARGEST:  # so that NaN is none
        return None
    return _rounded(float(value))


def _point(value: Any) -> Point | None:
    pair = (
        [_number(part) for part in _parts(value)]
        if not isinstance(value, list)
        else list(map(_number, value))
    )
    if len(pair) != 2 or pair[0] is None or pair[1] is None:
        return None
    return pair[0], pair[1]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else 0.0


SIDE = 31  # rows and columns of a surface
ROOM = 1.0  # of the reference's own range, on either side: as far as a path is drawn
MOST_PANELS, MOST_SIDE = 36, 64
MOST_LINES, LONGEST_LINE = 40, 200
DIGITS_OF_GRID = 4


def surface_of(height: Callable[[Tensor], Tensor] | None, points: Sequence[Point | None]) -> Surface | None:
    """Return the heights around the reference's points; nothing where they cannot be had."""
    known = [point for point in points if point is not None]
    if height is None or not known:
        return None
    x, y = (_side([point[axis] for point in known]) for axis in (0, 1))
    plane = torch.cartesian_prod(y, x).flip(1)  # the last rows are the highest y; x runs along a row
    values = _grid(height(plane).reshape(SIDE, SIDE))
    return Surface((float(x[0]), float(x[-1])), (float(y[0]), float(y[-1])), values)


def grids_of(values: Any) -> tuple[Grid, ...]:
    """Return the panels of a (K, H, W) or (H, W) tensor, the first rows and columns of the first of them."""
    if type(values) is not Tensor or values.dim() not in (2, 3) or not values.numel():
        return ()
    panels = values.detach()[None] if values.dim() == 2 else values.detach()
    return tuple(_grid(panel) for panel in panels[:MOST_PANELS, :MOST_SIDE, :MOST_SIDE])


def _side(values: list[float]) -> Tensor:
    low, high = min(values), max(values)
    room = ROOM * (high - low) or abs(high) or 1.0
    return torch.linspace(low - room, high + room, SIDE, dtype=torch.float64)


def _grid(panel: Tensor) -> Grid:
    return tuple(tuple(map(_short, numbers_of(row))) for row in panel)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS_OF_GRID}g}")


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

    def writing(self, title: str, lines: Any, caption: str = "") -> None:
        """Attach what a model wrote, a list of strings, one for each line; pages escape them.

        Args:
            title: what it is, in the learner's words.
            lines: what the submission returned, whatever it is; of what is no string nothing is shown.
            caption: what to look for, in one sentence.
        """
        kept = tuple(line[:LONGEST_LINE] for line in _parts(lines) if type(line) is str)[:MOST_LINES]
        if kept:
            self.pictures.append(Picture(title, PictureKind.WRITTEN, (), rows=kept, caption=caption))

    def table(self, table: ShapeTable) -> None:
        """Attach the shapes on the way through a network; `check_network` does."""
        self.tables.append(table)


def smoothing(steps: int) -> float:
    """Return the beta of the average over about a tenth of so many steps; 0 for a short curve."""
    return round(min(MOST_SMOOTH, 1 - WINDOW / steps), 2) if steps >= 2 * WINDOW else 0.0


def _kept(line: Sequence[float | None], places: Sequence[int]) -> tuple[float | None, ...]:
    return tuple(line[place] for place in places if place < len(line))
