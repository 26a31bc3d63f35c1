"""The templates, and the frame of every page: its style, its script, and what the browser may do with it."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.render.html.compiled import Compiled
from grader.render.html.helpers import (
    LABELS,
    MOST_DRAWN,
    MOST_ROWS,
    anchor,
    drawn,
    has_drawings,
    next_of,
    number_of,
    went_wrong,
)
from grader.render.html.marks import mark
from grader.render.html.names import feedback_file, has_feedback, person
from grader.render.html.pictures import picture_of
from grader.render.html.svg import bar, curve, curve_svg, histogram_svg, path, path_svg
from grader.render.html.svg.curve import averaged
from grader.render.html.svg.element import element
from grader.render.html.text import (
    block,
    breakable,
    code,
    first_lines,
    quoted,
    sentence,
    shown,
    signed,
    whole,
)
from grader.render.shapes import shapes_of
from grader.render.words import clock, count, earned, number, passage, share
from grader.text import chosen, judged, label

STYLE, SCRIPT = "page.css", "sort.js"
FUNCTIONS = (
    *(anchor, drawn, has_drawings, next_of, number_of, went_wrong, mark, person, has_feedback, feedback_file),
    *(clock, count, earned, share, shapes_of, picture_of, averaged, bar, curve_svg, path_svg, histogram_svg),
    *(chosen, judged, label, passage, element),
)


def page(template: str, **values: Any) -> str:
    """A whole page; its template gets the values, and what every template knows."""
    style, script = asset(STYLE), asset(SCRIPT)
    frame = {"style": Markup(style), "script": Markup(script), "policy": escape(policy(style, script))}
    return environment().get_template(template).render(frame, **values)


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
    return files("grader.render.html").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def environment() -> Environment:
    """The templates; whatever they write is escaped, on one line and of bounded length unless it is markup of ours."""
    made = Environment(
        loader=PackageLoader("grader.render.html"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=Compiled(),
    )
    made.filters.update(
        block=block, code=code, first_lines=first_lines, quoted=quoted, whole=whole, parts=breakable
    )
    made.filters.update(number=number, signed=signed)
    made.globals.update({function.__name__: function for function in FUNCTIONS})
    made.globals.update(say=sentence)
    made.globals.update(curve_outside=curve.outside, path_outside=path.outside)
    made.globals.update(LABELS=LABELS, MOST_DRAWN=MOST_DRAWN, MOST_ROWS=MOST_ROWS)
    return made


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
