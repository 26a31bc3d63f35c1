"""The Jinja environment of the pages: templates compiled once, their functions, style, script and content policy."""

from __future__ import annotations

import contextlib
import sys
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from grader.render.drawings import shapes_of
from grader.render.html import curves, paths
from grader.render.html.curves import averaged, curve_svg
from grader.render.html.markup import (
    LABELS,
    MOST_DRAWN,
    MOST_ROWS,
    anchor,
    block,
    breakable,
    code,
    drawn,
    escaped,
    first_lines,
    has_drawings,
    mark,
    next_of,
    number_of,
    quoted,
    sentence,
    signed,
    uncut,
    went_wrong,
)
from grader.render.html.paths import path_svg
from grader.render.html.pictures import picture_of
from grader.render.html.svg_elements import bar, element
from grader.text import chosen, label, localised
from grader.text.formatting import clock, count, earned, number, passage, share

FOLDER = Path(cache_from_source(__file__)).parent  # whoever may write there can change this module too


class Compiled(FileSystemBytecodeCache):
    """Saves a page the compiler; where the folder cannot be written, it is only read, or does without."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Keep everything in `folder`."""
        super().__init__(str(folder), "template.%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what was compiled before, if it can be read."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, TypeError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, if that can be written and Python keeps what it compiles."""
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


PACKAGE = "grader.render.html"
STYLE, SCRIPT = "page.css", "sort.js"
FUNCTIONS = (
    *(anchor, drawn, has_drawings, next_of, number_of, went_wrong, mark),
    *(clock, count, earned, share, shapes_of, picture_of, averaged, bar, curve_svg, path_svg),
    *(chosen, localised, label, passage, element),
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
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=Compiled(),
    )
    made.filters.update(
        block=block, code=code, first_lines=first_lines, quoted=quoted, uncut=uncut, parts=breakable
    )
    made.filters.update(number=number, signed=signed)
    made.globals.update({function.__name__: function for function in FUNCTIONS})
    made.globals.update(say=sentence)
    made.globals.update(curve_outside=curves.outside, path_outside=paths.outside)
    made.globals.update(LABELS=LABELS, MOST_DRAWN=MOST_DRAWN, MOST_ROWS=MOST_ROWS)
    return made


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
