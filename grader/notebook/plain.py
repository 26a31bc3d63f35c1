"""Parts of the terminal's page as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO

from rich.console import Console

from grader.render import terminal
from grader.report import Report
from grader.text import label

COLUMNS = 100


def plain(report: Report) -> str:
    """Return the terminal's page without colour, with the commands that a notebook knows."""
    labels = "|".join(re.escape(label(name)) for name in ("Again", "Grade"))
    command = re.compile(rf"^({labels})( +)grade .+ --task (\S+)$", re.MULTILINE)
    return command.sub(r"\1\2%grade \3", drawn(lambda console: terminal.show(report, console))).rstrip("\n")


def drawn(draw: Callable[[Console], None]) -> str:
    """Return what `draw` writes on a console without colour."""
    text = StringIO()
    # Not Jupyter: inside a kernel rich would show each line as an output of its own.
    console = Console(
        file=text,
        width=COLUMNS,
        color_system=None,
        force_jupyter=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    draw(console)
    return text.getvalue()
