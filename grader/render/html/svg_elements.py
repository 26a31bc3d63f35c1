"""SVG elements, bars, scales and axes as markup; text in them is made visible and escaped, numbers are short."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from grader.render.drawings import Range
from grader.render.html.markup import escaped

Point = tuple[float, float]


def element(tag: str, *content: object, **attributes: object) -> Markup:
    """One element; `class_` is written as class, and any other underscore in a name as a hyphen."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{''.join(map(escaped, content))}</{tag}>")


def drawing(width: float, height: float, title: str, description: str, *content: object) -> Markup:
    """A whole drawing, which says what it shows to whoever does not see it."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *content,
        viewBox=Markup(f"0 0 {short(width)} {short(height)}"),
        role="img",
        class_="drawing",
    )


def text(at: Point, words: str, anchor: str = "start", kind: str | None = None) -> Markup:
    """Words at a point."""
    return element("text", words, x=at[0], y=at[1], text_anchor=anchor, class_=kind)


def line(start: Point, end: Point, kind: str) -> Markup:
    """A straight line."""
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_=kind)


def way(runs: Iterable[Iterable[Point]], kind: str) -> Markup:
    """Lines through points, one for each run; a run of a single point is a dot, which round ends make visible."""
    return element("path", d=Markup("".join(map(_run, runs))), class_=kind)


def dots(points: Iterable[Point], kind: str) -> Markup:
    """A dot at each point."""
    return way(([point] for point in points), kind)


def short(value: float) -> str:
    """A number with at most one decimal, which is a tenth of a pixel."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def _run(points: Iterable[Point]) -> str:
    pairs = [f"{short(x)} {short(y)}" for x, y in points]
    if len(pairs) == 1:
        return f"M{pairs[0]}h0"
    return f"M{'L'.join(pairs)}" if pairs else ""


def _value(value: object) -> Markup:
    return Markup(short(value)) if isinstance(value, (int, float)) else escaped(value)


BAR_WIDTH, BAR_HEIGHT = 100.0, 8.0


def bar(part: float, whole: float, kind: str = "fill") -> Markup:
    """A bar that is empty only for nothing; it is not read aloud."""
    share = max(0.0, min(1.0, part / whole)) if whole else 0.0
    filled = max(1.0, share * BAR_WIDTH) if share else 0.0
    return element(
        "svg",
        element("rect", width=BAR_WIDTH, height=BAR_HEIGHT, rx=2, class_="track"),
        element("rect", width=filled, height=BAR_HEIGHT, rx=2, class_=kind),
        viewBox=Markup(f"0 0 {BAR_WIDTH:g} {BAR_HEIGHT:g}"),
        preserveAspectRatio="none", aria_hidden="true", class_="bar",
    )  # fmt: skip


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
