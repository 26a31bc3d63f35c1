"""SVG elements as markup; text in them is made visible and escaped, numbers are short."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from grader.render.html.text import shown

Point = tuple[float, float]


def element(tag: str, *content: object, **attributes: object) -> Markup:
    """One element; `class_` is written as class, and any other underscore in a name as a hyphen."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{''.join(map(shown, content))}</{tag}>")


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
    return Markup(short(value)) if isinstance(value, (int, float)) else shown(value)
