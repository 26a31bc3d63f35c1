"""A picture of the report as what a template draws: tables, small images, and their numbers where they are few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from grader.render.html import png
from grader.render.html.confusion import Row, rows_of
from grader.render.html.grid import bounded, values_of
from grader.render.html.svg.heatmap import heatmap_svg
from grader.render.html.text import figure
from grader.report import Grid, Picture, PictureKind
from grader.text import say

MOST_PANELS = 36
PANEL_SIDE = 96  # pixels that a panel is enlarged to
MOST_NUMBERS = 400  # cells that are written out as numbers too


@dataclass(frozen=True)
class Panel:
    """One small image, with what it is called and what it is called aloud."""

    uri: Markup
    width: int
    height: int
    label: str
    alt: str


@dataclass(frozen=True)
class Numbers:
    """The values of one panel as text."""

    label: str
    alt: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class View:
    """A picture, ready for the template; what does not belong to its kind is empty."""

    title: str
    kind: str
    caption: str
    scale: str = ""
    left_out: int = 0
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    panels: tuple[Panel, ...] = ()
    drawing: Markup = Markup()
    numbers: tuple[Numbers, ...] = ()


def picture_of(picture: Picture) -> View:
    """What the template draws for a picture of any kind."""
    whole = [bounded(grid) for grid in picture.values[:MOST_PANELS]]
    grids = [grid for grid in whole if grid]
    left_out = len(picture.values) - len(grids)
    view = View(picture.title, picture.kind.value, picture.caption, left_out=left_out)
    if not grids:
        return view
    make = {PictureKind.CONFUSION: _confusion, PictureKind.STATES: _states}.get(picture.kind, _panels)
    return make(view, picture, grids)


def _confusion(view: View, picture: Picture, grids: Sequence[Grid]) -> View:
    columns = _names(picture.columns or picture.rows, len(grids[0][0]))
    names = _names(picture.rows or picture.columns, len(grids[0]))
    return replace(view, columns=columns, rows=rows_of(grids[0], names))


def _states(view: View, picture: Picture, grids: Sequence[Grid]) -> View:
    most = _most(grids[:1])
    drawing = heatmap_svg(picture, grids[0], most)
    return replace(
        view, drawing=drawing, scale=_signed(most) + _gaps(grids[:1]), numbers=_numbers(picture, grids[:1])
    )


def _panels(view: View, picture: Picture, grids: Sequence[Grid]) -> View:
    """Images and filters: all panels on one scale, so that they can be compared."""
    values = values_of(grids)
    low, high, most = min(values, default=0.0), max(values, default=0.0), _most(grids)
    signed = picture.kind is PictureKind.FILTERS
    uris = [png.diverging(grid, most) if signed else png.grey(grid, low, high) for grid in grids]
    labels = _names(picture.panels, len(grids), numbered=False)
    panels = tuple(_panel(*each) for each in zip(uris, grids, labels, _alts(picture, grids), strict=True))
    scale = _signed(most) if signed else say("picture.grey", low=f"{low:.3g}", high=f"{high:.3g}")
    return replace(view, panels=panels, scale=scale + _gaps(grids), numbers=_numbers(picture, grids))


def _panel(uri: str, grid: Grid, label: str, alt: str) -> Panel:
    times = max(1, PANEL_SIDE // max(len(grid), len(grid[0])))
    return Panel(Markup(uri), times * len(grid[0]), times * len(grid), label, alt)


def _numbers(picture: Picture, grids: Sequence[Grid]) -> tuple[Numbers, ...]:
    """The values in writing, so that no colour is needed to know them, where they are few enough to be read."""
    if sum(len(grid) * len(grid[0]) for grid in grids) > MOST_NUMBERS:
        return ()
    labels = _names(picture.panels, len(grids), numbered=False)
    return tuple(
        Numbers(label or alt, alt, tuple(tuple(map(figure, row)) for row in grid))
        for label, alt, grid in zip(labels, _alts(picture, grids), grids, strict=True)
    )


def _alts(picture: Picture, grids: Sequence[Grid]) -> list[str]:
    """What is read aloud: the label, or the title and a number."""
    labels = _names(picture.panels, len(grids), numbered=False)
    names = [
        label or say("picture.one_of", title=picture.title, place=place, all=len(grids))
        for place, label in enumerate(labels, 1)
    ]
    return [
        say("picture.size", label=name, rows=len(grid), columns=len(grid[0]))
        for name, grid in zip(names, grids, strict=True)
    ]


def _names(given: Sequence[str], length: int, *, numbered: bool = True) -> tuple[str, ...]:
    """So many labels: those that were given, then numbers, or nothing."""
    rest = (str(place) if numbered else "" for place in range(len(given), length))
    return (*given[:length], *rest)


def _most(grids: Sequence[Grid]) -> float:
    return max(map(abs, values_of(grids)), default=0.0)


def _signed(most: float) -> str:
    return say("picture.signed", most=f"{most:.3g}")


def _gaps(grids: Sequence[Grid]) -> str:
    missing = any(value is None for grid in grids for row in grid for value in row)
    return " " + say("picture.gaps") if missing else ""
