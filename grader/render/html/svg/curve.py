"""A curve: theirs as a full line, the reference's as a broken one, with the gaps left open."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from grader.render.html.svg.axes import Frame, Scale, count_outside, padded, runs_of
from grader.render.html.svg.element import Point, drawing, text, way
from grader.render.html.svg.legend import legend
from grader.render.scale import limits_of
from grader.report import Curve
from grader.text import say

WIDTH, HEIGHT = 360.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 348.0, 30.0, 180.0


def curve_svg(curve: Curve) -> Markup:
    """The two lines on one scale, which a wild value of theirs does not flatten."""
    frame = _frame(curve)
    longest = max(len(curve.theirs), len(curve.reference))
    yours, own = (_points(line, longest, curve.steps, frame) for line in (curve.theirs, curve.reference))
    return drawing(
        WIDTH, HEIGHT, curve.title, describe(curve),
        legend(LEFT),
        frame.axes(whole_steps=True),
        # The broken line lies above the full one, which shows between its dashes where both agree.
        frame.clipped(way(runs_of(yours), "theirs"), way(runs_of(own), "reference")),
        text(((LEFT + RIGHT) / 2, HEIGHT - 6), say("drawn.step"), "middle"),
    )  # fmt: skip


def describe(curve: Curve) -> str:
    """The drawing in one sentence, for whoever does not see it."""
    yours, reference = _ends(curve.theirs), _ends(curve.reference)
    return say("curve.said", yours=yours, reference=reference, steps=curve.steps)


def outside(curve: Curve) -> int:
    """How many of their points lie beyond what is drawn."""
    return count_outside(curve.theirs, limits_of(curve.theirs, curve.reference))


def averaged(curve: Curve) -> str:
    """Over how many steps both lines are averaged, in words; nothing where they are not."""
    window = round(1 / (1 - curve.beta)) if curve.beta < 1 else curve.steps
    return say("curve.averaged", window=window, beta=f"{curve.beta:g}") if curve.beta else ""


def _frame(curve: Curve) -> Frame:
    up = padded(limits_of(curve.theirs, curve.reference))
    across = (0.0, float(max(curve.steps - 1, 1)))
    return Frame(Scale(across, LEFT, RIGHT), Scale(up, BOTTOM, TOP))


def _points(line: Sequence[float | None], longest: int, steps: int, frame: Frame) -> list[Point | None]:
    """The pixels of a line; point i of the m of the longer one belongs to step i (steps - 1) / (m - 1)."""
    apart = (steps - 1) / (longest - 1) if longest > 1 else 0.0
    return [None if value is None else frame.at(i * apart, value) for i, value in enumerate(line)]


def _ends(line: Sequence[float | None]) -> str:
    values = [value for value in line if value is not None]
    if not values:
        return say("curve.empty")
    return say("curve.ends", first=f"{values[0]:.3g}", last=f"{values[-1]:.3g}")
