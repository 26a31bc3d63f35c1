"""Which line is whose."""

from __future__ import annotations

from markupsafe import Markup

from grader.render.html.svg.element import line, text
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
