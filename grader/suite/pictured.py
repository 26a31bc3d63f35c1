"""Surfaces and pictures that a test attaches to the report, as grids of finite numbers within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.report import Grid, Point, Surface
from grader.suite.plotted import numbers_of

SIDE = 31  # rows and columns of a surface
ROOM = 1.0  # of the reference's own range, on either side: as far as a path is drawn
MOST_PANELS, MOST_SIDE = 36, 64
DIGITS = 4


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
    return None if value is None else float(f"{value:.{DIGITS}g}")
