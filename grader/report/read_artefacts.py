"""Reading back what tests drew, out of a JSON report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from grader.report.report import (
    Curve,
    Grid,
    Passage,
    Path,
    Picture,
    PictureKind,
    Point,
    ShapeRow,
    ShapeTable,
    Surface,
)


def read_curve(value: Mapping[str, Any]) -> Curve:
    """Return a curve."""
    theirs, reference = (tuple(map(_number, value[name])) for name in ("theirs", "reference"))
    return Curve(str(value["title"]), theirs, reference, int(value["steps"]), float(value["beta"]))


def read_path(value: Mapping[str, Any]) -> Path:
    """Return a way through the plane."""
    theirs, reference = (tuple(map(_point, value[name])) for name in ("theirs", "reference"))
    return Path(str(value["title"]), theirs, reference, _surface(value.get("surface")))


def read_table(value: Mapping[str, Any]) -> ShapeTable:
    """Return a table of shapes."""
    rows = tuple(
        ShapeRow(
            str(row["name"]), str(row["kind"]), _shapes(row["theirs"]), _shapes(row["expected"]),
            Passage(row["passage"]),
        )
        for row in value["rows"]
    )  # fmt: skip
    return ShapeTable(str(value["title"]), rows, int(value["left_out"]), str(value["sentence"]))


def _shapes(value: Any) -> tuple[tuple[int, ...], ...] | None:
    return None if value is None else tuple(tuple(map(int, shape)) for shape in value)


def finite(value: Any) -> float:
    """Return a number that can be drawn, or raise ValueError."""
    if not math.isfinite(number := float(value)):
        raise ValueError(f"{value} is no finite number")
    return number


def _number(value: Any) -> float | None:
    return None if value is None else finite(value)


def _point(value: Any) -> Point | None:
    if value is None:
        return None
    x, y = value
    return finite(x), finite(y)


def read_picture(value: Mapping[str, Any]) -> Picture:
    """Return a picture."""
    labels = {name: tuple(map(str, value[name])) for name in ("panels", "rows", "columns")}
    return Picture(
        title=str(value["title"]),
        kind=PictureKind(value["kind"]),
        values=tuple(map(_grid, value["values"])),
        caption=str(value["caption"]),
        **labels,
    )


def _surface(value: Mapping[str, Any] | None) -> Surface | None:
    if value is None:
        return None
    (left, right), (low, high) = value["across"], value["up"]
    return Surface((float(left), float(right)), (float(low), float(high)), _grid(value["values"]))


def _grid(value: Any) -> Grid:
    return tuple(tuple(map(_number, row)) for row in value)
