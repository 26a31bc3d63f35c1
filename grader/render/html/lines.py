"""Curves, and paths through the plane, as SVG: theirs a full line and the reference's a broken one, with one legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from markupsafe import Markup

from grader.render.drawings import Range, ends_of, frame_of, inside, limits_of
from grader.render.html import svg_elements as svg
from grader.render.html.pictures import bounded
from grader.render.html.svg_elements import Frame, Point, Scale
from grader.report import Curve, Path
from grader.text import say

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

    from grader.report import Surface

WAYS = 6  # lines that can be told apart
SAMPLE, Y = 26.0, 16.0
WIDTH, CURVE_HEIGHT, PATH_HEIGHT = 360.0, 220.0, 300.0
LEFT, RIGHT, TOP, CURVE_BOTTOM, PATH_BOTTOM = 52.0, 348.0, 30.0, 180.0, 276.0


def legend(left: float, *, dotted: bool = False, alone: bool = False) -> Markup:
    """A sample of both lines with a word each; `dotted` where each step has a dot, `alone` without a reference."""
    parts = []
    lines = ((left, "theirs", "drawn.yours"), (left + 90, "reference", "drawn.reference"))
    for x, kind, name in lines[: 1 if alone else 2]:
        parts += [svg.line((x, Y - 4), (x + SAMPLE, Y - 4), kind)]
        if dotted:
            parts += [svg.line((x + SAMPLE / 2, Y - 4), (x + SAMPLE / 2, Y - 4), f"{kind}-dots")]
        parts += [svg.text((x + SAMPLE + 6, Y), say(name))]
    return Markup().join(parts)


def curve_svg(curve: Curve) -> Markup:
    """The two lines on one scale, which a wild value of theirs does not flatten."""
    frame = _frame_of_curve(curve)
    longest = max(len(curve.theirs), len(curve.reference))
    yours, own = (_pixels(line, longest, curve.steps, frame) for line in (curve.theirs, curve.reference))
    return svg.drawing(
        WIDTH, CURVE_HEIGHT, curve.title, describe_curve(curve),
        legend(LEFT, alone=not curve.reference),
        frame.axes(whole_steps=True),
        # The broken line lies above the full one, which shows between its dashes where both agree.
        frame.clipped(svg.way(svg.runs_of(yours), "theirs"), svg.way(svg.runs_of(own), "reference")),
        svg.text(((LEFT + RIGHT) / 2, CURVE_HEIGHT - 6), say("drawn.step"), "middle"),
    )  # fmt: skip


def curves_svg(curves: Sequence[Curve]) -> Markup:
    """Curves of one length on one scale, each in a colour and with dashes of its own."""
    whole = replace(curves[0], theirs=tuple(value for curve in curves for value in curve.theirs), reference=())
    frame = _frame_of_curve(whole)
    lines = [_pixels(curve.theirs, len(curve.theirs), curve.steps, frame) for curve in curves]
    return svg.drawing(
        WIDTH, CURVE_HEIGHT, curves[0].title.rpartition(", ")[0], " ".join(map(describe_curve, curves)),
        frame.axes(whole_steps=True),
        frame.clipped(*(svg.way(svg.runs_of(line), way_of(place)) for place, line in enumerate(lines))),
        svg.text(((LEFT + RIGHT) / 2, CURVE_HEIGHT - 6), say("drawn.step"), "middle"),
    )  # fmt: skip


def way_of(place: int) -> str:
    """The class of the line that stands at a place among several."""
    return f"way{place % WAYS}"


def are_alike(curves: Sequence[Curve]) -> bool:
    """Whether several curves stand alone, have one length, and one title but for what stands behind its last comma."""
    kinds = {(curve.title.rpartition(", ")[0], curve.steps, bool(curve.reference)) for curve in curves}
    return len(curves) > 1 and len(kinds) == 1 and not curves[0].reference and ", " in curves[0].title


def describe_curve(curve: Curve) -> str:
    """The drawing in one sentence, for whoever does not see it."""
    yours, reference = (ends_of(line, "curve.ends", "curve.empty") for line in (curve.theirs, curve.reference))
    if not curve.reference:
        return say("curve.said_alone", yours=yours, steps=curve.steps)
    return say("curve.said", yours=yours, reference=reference, steps=curve.steps)


def curve_outside(curve: Curve) -> int:
    """How many of their points lie beyond what is drawn."""
    low, high = limits_of(curve.theirs, curve.reference)
    return sum(value is not None and not low <= value <= high for value in curve.theirs)


def averaged(curve: Curve) -> str:
    """Over how many steps both lines are averaged, in words; nothing where they are not."""
    window = round(1 / (1 - curve.beta)) if curve.beta < 1 else curve.steps
    return say("curve.averaged", window=window, beta=f"{curve.beta:g}") if curve.beta else ""


def _frame_of_curve(curve: Curve) -> Frame:
    up = svg.padded(limits_of(curve.theirs, curve.reference))
    across = (0.0, float(max(curve.steps - 1, 1)))
    return Frame(Scale(across, LEFT, RIGHT), Scale(up, CURVE_BOTTOM, TOP))


def _pixels(line: Sequence[float | None], longest: int, steps: int, frame: Frame) -> list[Point | None]:
    """The pixels of a line; point i of the m of the longer one belongs to step i (steps - 1) / (m - 1)."""
    apart = (steps - 1) / (longest - 1) if longest > 1 else 0.0
    return [None if value is None else frame.at(i * apart, value) for i, value in enumerate(line)]


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


ROOM = 0.06  # of the frame, around the points


def path_svg(path: Path) -> Markup:
    """Both ways with a dot for each step, from one start."""
    frame = _frame_of_path(path)
    yours, own = ([_at(frame, point) for point in line] for line in (path.theirs, path.reference))
    return svg.drawing(
        WIDTH, PATH_HEIGHT, path.title, describe_path(path),
        legend(LEFT, dotted=True, alone=not path.reference),
        frame.axes(),
        frame.clipped(
            svg.way(_ground(path, frame), "contour"),
            svg.way(svg.runs_of(yours), "theirs"), svg.dots(_known(yours), "theirs-dots"),
            # Above theirs, which shows between the dashes where both agree.
            svg.way(svg.runs_of(own), "reference"), svg.dots(_known(own), "reference-dots"),
            *_start(_known(own) or _known(yours)),
        ),
    )  # fmt: skip


def ways_svg(paths: Sequence[Path]) -> Markup:
    """The ways of several methods through one landscape, each in a colour and with dashes of its own."""
    points = tuple(point for path in paths for point in path.theirs)
    whole = replace(paths[0], theirs=points, reference=(), surface=max((path.surface for path in paths), key=_extent))
    frame = _frame_of_path(whole)
    lines = [
        svg.way(svg.runs_of(_at(frame, point) for point in path.theirs), way_of(place))
        for place, path in enumerate(paths)
    ]
    said = " ".join(say("path.said_alone", yours=_ends_of_path(path.theirs)) for path in paths)
    start = _start([frame.at(*point) for point in points[:1] if point])
    return svg.drawing(
        WIDTH, PATH_HEIGHT, whole.title, said,
        frame.axes(),
        frame.clipped(svg.way(_ground(whole, frame), "contour"), *lines, *start),
    )  # fmt: skip


def _extent(surface: Surface | None) -> float:
    return (surface.across[1] - surface.across[0]) * (surface.up[1] - surface.up[0]) if surface else 0.0


def _ground(path: Path, frame: Frame) -> list[list[Point]]:
    lines = contours(path.surface, frame.across.limits, frame.up.limits)
    return [[frame.at(x, y) for x, y in line] for line in lines]


def describe_path(path: Path) -> str:
    """The drawing in one sentence, for whoever does not see it."""
    lines = " " + say("path.contours") if path.surface else ""
    yours, reference = _ends_of_path(path.theirs), _ends_of_path(path.reference)
    return say("path.said" if path.reference else "path.said_alone", yours=yours, reference=reference) + lines


def path_outside(path: Path) -> int:
    """How many of their points lie beyond what is drawn."""
    across, up = frame_of(path)
    return sum(point is not None for point in path.theirs) - len(inside(path.theirs, across, up))


def _frame_of_path(path: Path) -> Frame:
    across, up = (svg.padded(limits, ROOM) for limits in frame_of(path))
    return Frame(Scale(across, LEFT, RIGHT), Scale(up, PATH_BOTTOM, TOP))


def _at(frame: Frame, point: Point | None) -> Point | None:
    return None if point is None else frame.at(*point)


def _known(points: Iterable[Point | None]) -> list[Point]:
    return [point for point in points if point is not None]


def _start(points: list[Point]) -> list[Markup]:
    """A ring around the first point, and the word beside it, on the side where there is room."""
    if not points:
        return []
    x, y = points[0]
    x_of_word, anchor = (x - 10, "end") if x > (LEFT + RIGHT) / 2 else (x + 10, "start")
    word = svg.text((x_of_word, max(y - 6, TOP + 12)), say("drawn.start"), anchor)
    return [svg.element("circle", cx=x, cy=y, r=6, class_="start"), word]


def _ends_of_path(line: Iterable[Point | None]) -> str:
    points = _known(line)
    if not points:
        return say("path.empty")
    start, end = (f"({x:.3g}, {y:.3g})" for x, y in (points[0], points[-1]))
    return say("path.ends", start=start, end=end, steps=len(points) - 1)
