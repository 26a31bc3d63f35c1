"""The Jinja environment of the pages: the functions of the templates, style, script and content policy."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.render.drawings import shapes_of
from grader.render.html import markup
from grader.render.html.lines import (
    are_alike,
    averaged,
    curve_outside,
    curve_svg,
    curves_svg,
    path_outside,
    path_svg,
    way_of,
    ways_svg,
)
from grader.render.html.pictures import picture_of
from grader.render.html.svg_elements import bar, element
from grader.report import LABELS
from grader.text.formatting import clock, count, details, earned, number, passage, share

PACKAGE = "grader.render.html"
STYLE, SCRIPT = "page.css", "sort.js"
MOST_DRAWN = 6  # drawings of one kind for one test
MOST_ROWS = 400  # of a table of shapes
FILTERS = (
    *(markup.block, markup.breakable, markup.code, markup.first_lines, markup.quoted, markup.signed, markup.uncut),
    number,
)
FUNCTIONS = (
    *(markup.anchor, markup.drawn, markup.has_drawings, markup.mark, markup.next_of, markup.number_of),
    *(clock, count, details, earned, share, shapes_of, picture_of, averaged, bar, curve_svg, path_svg),
    *(are_alike, curves_svg, curve_outside, path_outside, way_of, ways_svg, passage, element),
)


def page(template: str, *, package: str = PACKAGE, **values: Any) -> str:
    """A whole page; its template, of this package or of another, gets the values and what every template knows."""
    style, script = asset(STYLE), asset(SCRIPT)
    frame = {"style": Markup(style), "script": Markup(script), "policy": escape(policy(style, script))}
    return environment(package).get_template(template).render(frame, **values)


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy: this style, this script, pictures inside the page, and nothing else."""
    parts = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": _digest(style),
        "script-src": _digest(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


@cache
def asset(name: str) -> str:
    """The style or the script as it stands in a page."""
    return files(PACKAGE).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def environment(package: str = PACKAGE) -> Environment:
    """The templates of a package, and these.

    Whatever they write is escaped, on one line and of bounded length unless it is markup of ours.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in dict.fromkeys((package, PACKAGE))]),
        autoescape=True,
        finalize=markup.escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update({function.__name__: function for function in FILTERS})
    made.globals.update({function.__name__: function for function in FUNCTIONS})
    made.globals.update(say=markup.sentence, LABELS=LABELS[:-1], MOST_DRAWN=MOST_DRAWN, MOST_ROWS=MOST_ROWS)
    return made


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
