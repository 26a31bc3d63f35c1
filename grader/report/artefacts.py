"""What a test draws for the report, beside its verdict: lines, ways, tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A number over the steps of a training, theirs beside the reference's; None is a gap.

    Point i of m belongs to step i (steps - 1) / (m - 1), where m is the number of points of the longer line.
    """

    title: str
    theirs: tuple[float | None, ...]
    reference: tuple[float | None, ...]
    steps: int  # that the longer line had before it was thinned out
    beta: float  # of the exponentially weighted average that both lines show; 0 shows them as they were


Grid = tuple[tuple[float | None, ...], ...]  # rows of numbers, all of one length; None is a gap


@dataclass(frozen=True)
class Surface:
    """The height of a cost over a patch of the plane, on an even grid with both ends."""

    across: tuple[float, float]  # x of the first and of the last column
    up: tuple[float, float]  # y of the first and of the last row
    values: Grid


@dataclass(frozen=True)
class Path:
    """A way through the plane, theirs beside the reference's; None is a gap."""

    title: str
    theirs: tuple[Point | None, ...]
    reference: tuple[Point | None, ...]
    surface: Surface | None = None  # that the way descends


class Passage(StrEnum):
    """What a part of a network gave, beside what was expected."""

    EQUAL = "equal"
    DIFFERS = "differs"
    NOT_REACHED = "not reached"
    NOT_COMPARED = "not compared"  # it is called another number of times, or is of another make
    EXTRA = "only yours"


Shape = tuple[int, ...]


@dataclass(frozen=True)
class ShapeRow:
    """One call of a part of a network: the shapes of what comes out, theirs beside the expected; None is nothing."""

    name: str
    kind: str  # the name of its class
    theirs: tuple[Shape, ...] | None
    expected: tuple[Shape, ...] | None
    passage: Passage


@dataclass(frozen=True)
class ShapeTable:
    """The shapes on the way through a network, in the order of the calls."""

    title: str
    rows: tuple[ShapeRow, ...]
    left_out: int  # rows that there was no room for
    sentence: str  # where the first difference lies


class PictureKind(StrEnum):
    """What a picture shows, and so how it is drawn."""

    CONFUSION = "confusion"  # one panel: row i, column j counts the samples of class i that were called j
    IMAGES = "images"  # a panel for each image, dark to light
    FILTERS = "filters"  # a panel for each filter; below and above zero are told apart
    STATES = "states"  # one panel: a row for each unit, a column for each step


@dataclass(frozen=True)
class Picture:
    """Numbers that are looked at: panel k has row i and column j in values[k][i][j]."""

    title: str
    kind: PictureKind
    values: tuple[Grid, ...]
    panels: tuple[str, ...] = ()  # a label for each panel, such as "a 3, taken for a 5"
    rows: tuple[str, ...] = ()  # labels of the rows
    columns: tuple[str, ...] = ()  # labels of the columns
    caption: str = ""  # what to look for, in one sentence
