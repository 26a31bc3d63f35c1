"""From values to pixels: scales, round numbers to write beside them, and the frame of a plot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from grader.render.html.svg.element import Point, element, line, text
from grader.render.scale import Range

TICKS = 5
FAR = 3.0  # lengths of the scale: what lies farther outside is drawn there, and so leaves the frame all the same


@dataclass(frozen=True)
class Scale:
    """A line of pixels from `start` to `end`, along which values go from low to high."""

    limits: Range
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        low, high = self.limits
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + max(-FAR, min(1 + FAR, share)) * (self.end - self.start)


@dataclass(frozen=True)
class Frame:
    """The rectangle that values are drawn in, with its two scales."""

    across: Scale
    up: Scale

    def at(self, x: float, y: float) -> Point:
        """The pixel of a pair of values."""
        return self.across(x), self.up(y)

    def clipped(self, *content: Markup) -> Markup:
        """What is drawn here, cut off at the edges: a nested drawing shows nothing outside of itself."""
        left, right, top, bottom = self.across.start, self.across.end, self.up.end, self.up.start
        box = f"{left:g} {top:g} {right - left:g} {bottom - top:g}"
        return element("svg", *content, x=left, y=top, width=right - left, height=bottom - top, viewBox=box)

    def axes(self, *, whole_steps: bool = False) -> Markup:
        """A thin line and a number at each round value on both sides."""
        left, right, top, bottom = self.across.start, self.across.end, self.up.end, self.up.start
        parts = [element("rect", x=left, y=top, width=right - left, height=bottom - top, class_="frame")]
        for value in ticks(self.up.limits):
            y = self.up(value)
            parts += [line((left, y), (right, y), "grid"), text((left - 5, y + 4), label(value), "end")]
        for value in ticks(self.across.limits):
            if whole_steps and value != int(value):
                continue
            x = self.across(value)
            parts += [
                line((x, bottom), (x, bottom + 4), "grid"),
                text((x, bottom + 16), label(value), "middle"),
            ]
        return Markup().join(parts)


def ticks(limits: Range, most: int = TICKS) -> list[float]:
    """Round values between the limits, at most so many: steps of 1, 2 or 5 times a power of ten."""
    low, high = limits
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def label(value: float) -> str:
    """A round value in a few characters, with a true minus."""
    return f"{value:.4g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")


def padded(limits: Range, share: float = 0.04) -> Range:
    """The limits with a little room on either side; around a single value there is some too."""
    low, high = limits
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room


def runs_of(points: Iterable[Point | None]) -> list[list[Point]]:
    """The points without the gaps: one list for each run between them."""
    groups = groupby(points, key=lambda point: point is None)
    return [[point for point in run if point is not None] for gap, run in groups if not gap]


def count_outside(values: Sequence[float | None], limits: Range) -> int:
    """How many values lie beyond the limits."""
    return sum(value is not None and not limits[0] <= value <= limits[1] for value in values)
