"""Pictures for a template: confusion matrices, images, filters and states, with their numbers where they are few."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from grader.render.html.markup import figure
from grader.render.html.svg_elements import drawing, element, text
from grader.report import Grid, Picture, PictureKind
from grader.text import say

MOST_SIDE = 64  # rows and columns
LARGEST = 1e30  # as of every number that a test draws; what is beyond is a gap


def bounded(grid: Grid) -> Grid:
    """The first rows and columns of a grid; nothing at all if it is empty or its rows differ in length."""
    rows = tuple(tuple(map(_finite, row[:MOST_SIDE])) for row in grid[:MOST_SIDE])
    return rows if rows and rows[0] and len({len(row) for row in rows}) == 1 else ()


def values_of(grids: Iterable[Grid]) -> list[float]:
    """All numbers of some grids, without the gaps."""
    return [value for grid in grids for row in grid for value in row if value is not None]


def _finite(value: float | None) -> float | None:
    return value if value is not None and abs(value) <= LARGEST else None


Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
BELOW, ZERO, ABOVE = (38, 92, 160), (245, 245, 245), (196, 98, 16)
GAP: Colour = (200, 60, 160)  # a colour that no scale has
SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, DEPTH = 2, 8


def grey(grid: Grid, low: float, high: float) -> str:
    """A picture from black at `low` to white at `high`, as a data URI."""
    span = high - low or 1.0
    return _uri(grid, lambda value: _mixed(BLACK, WHITE, max(0.0, min(1.0, (value - low) / span))))


def diverging(grid: Grid, most: float) -> str:
    """A picture from blue at `-most` over white at 0 to orange at `most`, as a data URI."""
    return _uri(
        grid, lambda value: _mixed(ZERO, ABOVE if value > 0 else BELOW, min(1.0, abs(value / most)) if most else 0.0)
    )


def _mixed(start: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (round(near + share * (far - near)) for near, far in zip(start, end, strict=True))
    return red, green, blue


def _uri(grid: Grid, colour: Callable[[float], Colour]) -> str:
    rows = [[GAP if value is None else colour(value) for value in row] for row in grid]
    return "data:image/png;base64," + b64encode(_png(rows)).decode("ascii")


def _png(rows: list[list[Colour]]) -> bytes:
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), DEPTH, RGB, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(part for colour in row for part in colour) for row in rows)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


SHADES = 5


@dataclass(frozen=True)
class Cell:
    """One count; `shade` is its share of the row, from 0 for nothing to 5."""

    text: str
    shade: int
    right: bool  # whether the class was recognised


def _cells_of_row(row: int, values: Sequence[float | None]) -> tuple[Cell, ...]:
    most = max((value for value in values if value is not None), default=0.0)
    total = sum(max(0.0, value or 0.0) / most for value in values) * most if most > 0 else 0.0
    return tuple(
        Cell(figure(value), _shade(value, total), column == row) for column, value in enumerate(values)
    )


def _shade(value: float | None, total: float) -> int:
    if not value or value < 0 or not total:
        return 0
    return 1 + min(SHADES - 1, int(value / total * SHADES))


WIDTH = 360.0
LEFT, RIGHT, TOP = 40.0, 352.0, 8.0
TALLEST, LOWEST = 14.0, 3.0  # pixels of a row
TALL = 260.0
READABLE = 10.0  # pixels of a column or a row that a label needs
LONGEST = 5  # characters of a label


def heatmap_svg(picture: Picture, grid: Grid, most: float) -> Markup:
    """The grid from blue at -most over white at 0 to orange at most."""
    rows, columns = len(grid), len(grid[0])
    row = max(LOWEST, min(TALLEST, TALL / rows))
    column = (RIGHT - LEFT) / columns
    bottom = TOP + row * rows
    image = element(
        "image",
        x=LEFT, y=TOP, width=RIGHT - LEFT, height=bottom - TOP, preserveAspectRatio="none",
        href=Markup(diverging(grid, most)),
    )  # fmt: skip
    beside = [
        text((LEFT - 5, TOP + row * (place + 0.5) + 4), label[:LONGEST], "end")
        for place, label in _some(picture.rows, rows, row)
    ]
    below = [
        text((LEFT + column * (place + 0.5), bottom + 15), label[:LONGEST], "middle")
        for place, label in _some(picture.columns, columns, column)
    ]
    axis = text(((LEFT + RIGHT) / 2, bottom + 32), say("drawn.step"), "middle")
    said = say("picture.states", rows=rows, columns=columns, most=f"{most:.3g}")
    return drawing(WIDTH, bottom + 38, picture.title, said, image, *beside, *below, axis)


def _some(labels: tuple[str, ...], length: int, room: float) -> list[tuple[int, str]]:
    """Labels with their places, as many as there is room for; numbers where there are none."""
    names = labels if len(labels) >= length else tuple(map(str, range(length)))
    longest = max((len(name) for name in names), default=1)
    every = max(1, -(-int(READABLE * min(longest, LONGEST) * 0.75 + 2) // max(1, int(room))))
    return [(place, names[place]) for place in range(0, length, every)]


MOST_PANELS = 36
PANEL_SIDE = 96  # pixels that a panel is enlarged to
MOST_NUMBERS = 400  # cells that are written out as numbers too
MOST_LINES = 40  # of what a model wrote


@dataclass(frozen=True)
class Panel:
    """One small image, with what it is called, what it is called aloud, and its values where they are few."""

    uri: Markup
    width: int
    height: int
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
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = ()  # the counts of each true class, by its name
    panels: tuple[Panel, ...] = ()
    drawing: Markup = Markup()
    lines: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[Panel]:
        """The panels whose values are written out, so that no colour is needed to know them."""
        return [panel for panel in self.panels if panel.rows]


def picture_of(picture: Picture) -> View:
    """What the template draws for a picture of any kind."""
    if picture.kind is PictureKind.WRITTEN:
        left_out = max(0, len(picture.rows) - MOST_LINES)
        lines = picture.rows[:MOST_LINES]
        return View(picture.title, picture.kind.value, picture.caption, left_out=left_out, lines=lines)
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
    cells = (_cells_of_row(row, values) for row, values in enumerate(grids[0]))
    return replace(view, columns=columns, rows=tuple(zip(names, cells, strict=True)))


def _states(view: View, picture: Picture, grids: Sequence[Grid]) -> View:
    most = _most(grids[:1])
    panels = _drawn(picture, grids[:1], lambda grid: "")
    scale = _signed(most) + _gaps(grids[:1])
    return replace(view, drawing=heatmap_svg(picture, grids[0], most), scale=scale, panels=panels)


def _panels(view: View, picture: Picture, grids: Sequence[Grid]) -> View:
    """Images and filters: all panels on one scale, so that they can be compared."""
    values = values_of(grids)
    low, high, most = min(values, default=0.0), max(values, default=0.0), _most(grids)
    if picture.kind is PictureKind.FILTERS:
        panels, scale = _drawn(picture, grids, lambda grid: diverging(grid, most)), _signed(most)
    else:
        panels = _drawn(picture, grids, lambda grid: grey(grid, low, high))
        scale = say("picture.grey", low=f"{low:.3g}", high=f"{high:.3g}")
    return replace(view, panels=panels, scale=scale + _gaps(grids))


def _drawn(picture: Picture, grids: Sequence[Grid], draw: Callable[[Grid], str]) -> tuple[Panel, ...]:
    few, panels = sum(len(grid) * len(grid[0]) for grid in grids) <= MOST_NUMBERS, []
    labels = (*picture.panels, *[""] * len(grids))
    for place, (grid, label) in enumerate(zip(grids, labels, strict=False), start=1):
        height, width = len(grid), len(grid[0])
        times = max(1, PANEL_SIDE // max(height, width))
        name = label or say("picture.one_of", title=picture.title, place=place, all=len(grids))
        alt = say("picture.size", label=name, rows=height, columns=width)
        rows = tuple(tuple(map(figure, row)) for row in grid) if few else ()
        panels.append(Panel(Markup(draw(grid)), times * width, times * height, label, alt, rows))
    return tuple(panels)


def _names(given: Sequence[str], length: int) -> tuple[str, ...]:
    """So many labels: those that were given, then numbers."""
    return (*given[:length], *map(str, range(len(given), length)))


def _most(grids: Sequence[Grid]) -> float:
    return max(map(abs, values_of(grids)), default=0.0)


def _signed(most: float) -> str:
    return say("picture.signed", most=f"{most:.3g}")


def _gaps(grids: Sequence[Grid]) -> str:
    missing = any(value is None for grid in grids for row in grid for value in row)
    return " " + say("picture.gaps") if missing else ""
