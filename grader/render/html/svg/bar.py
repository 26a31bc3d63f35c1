"""A bar that shows a share; the number always stands beside it."""

from __future__ import annotations

from markupsafe import Markup

from grader.render.html.svg.element import element

WIDTH, HEIGHT = 100.0, 8.0


def bar(part: float, whole: float, kind: str = "fill") -> Markup:
    """A bar that is empty only for nothing; it is not read aloud."""
    share = max(0.0, min(1.0, part / whole)) if whole else 0.0
    filled = max(1.0, share * WIDTH) if share else 0.0
    return element(
        "svg",
        element("rect", width=WIDTH, height=HEIGHT, rx=2, class_="track"),
        element("rect", width=filled, height=HEIGHT, rx=2, class_=kind),
        viewBox=Markup(f"0 0 {WIDTH:g} {HEIGHT:g}"), preserveAspectRatio="none", aria_hidden="true", class_="bar",
    )  # fmt: skip
