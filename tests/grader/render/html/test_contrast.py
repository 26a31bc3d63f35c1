"""The colours of the style: text can be read on what lies behind it, in the light and in the dark."""

from __future__ import annotations

import re

import pytest

from grader.render.html.environment import asset

TEXT = [
    ("ink", "ground"), ("ink", "raised"), ("quiet", "ground"), ("quiet", "raised"), ("link", "ground"),
    ("pass", "pass-ground"), ("bad", "bad-ground"), ("wait", "wait-ground"), ("fault", "fault-ground"),
    ("pass", "ground"), ("bad", "ground"), ("wait", "ground"), ("note", "ground"),
    ("note", "note-ground"), ("ink", "note-ground"), ("ink", "fault-ground"),
    *(("ink", f"shade{number}") for number in range(1, 6)),
]  # fmt: skip
LINES = [("theirs", "ground"), ("reference", "ground"), ("fill", "ground"), ("fill", "track")]
CSS = asset("page.css")


def colours(scheme):
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in CSS.split("@media screen and")[:2]
    )
    return light if scheme == "light" else light | dark


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_defined():
    """Black on white is 21 to 1."""
    assert round(contrast("#000000", "#ffffff"), 6) == 21


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_has_a_contrast_of_4_5(scheme, text, ground):
    """Text stands out from its ground at least 4.5 to 1."""
    known = colours(scheme)
    assert contrast(known[text], known[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), LINES)
def test_lines_have_a_contrast_of_3(scheme, line, ground):
    """Lines of a drawing stand out from their ground at least 3 to 1."""
    known = colours(scheme)
    assert contrast(known[line], known[ground]) >= 3


def test_every_colour_that_is_used_is_defined_in_both_schemes():
    """No colour is left to chance in the dark."""
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS))
    assert used == set(colours("light")) == set(colours("dark"))
    light, dark = (set(re.findall(r"--([\w-]+): #", part)) for part in CSS.split("@media screen and")[:2])
    assert light == dark
