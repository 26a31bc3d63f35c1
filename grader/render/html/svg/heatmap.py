"""States over time as one picture: a row for each unit, a column for each step, and the labels along both sides."""

from __future__ import annotations

from markupsafe import Markup

from grader.render.html.png import diverging
from grader.render.html.svg.element import drawing, element, text
from grader.report import Grid, Picture
from grader.text import say

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
