"""Curves as SVG, theirs as a full line and the reference's as a broken one, with the legend of both."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from grader.render.drawings import limits_of
from grader.render.html.svg_elements import (
    Frame,
    Point,
    Scale,
    count_outside,
    drawing,
    line,
    padded,
    runs_of,
    text,
    way,
)
from grader.report import Curve
from grader.text import say

SAMPLE, Y = 26.0, 16.0


def legend(left: float, *, dotted: bool = False) -> Markup:
    """A sample of both lines with a word each; `dotted` where each step has a dot."""
    parts = []
    for x, kind, name in ((left, "theirs", "drawn.yours"), (left + 90, "reference", "drawn.reference")):
        parts += [line((x, Y - 4), (x + SAMPLE, Y - 4), kind)]
        if dotted:
            parts += [line((x + SAMPLE / 2, Y - 4), (x + SAMPLE / 2, Y - 4), f"{kind}-dots")]
        parts += [text((x + SAMPLE + 6, Y), say(name))]
    return Markup().join(parts)


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
