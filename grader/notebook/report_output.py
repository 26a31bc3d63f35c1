"""A report as a notebook shows it: the browser's page in a frame, or the terminal's page as plain text."""

from __future__ import annotations

import re

from markupsafe import escape

from grader.render import terminal
from grader.render.html.environment import page
from grader.render.html.markup import has_drawings
from grader.render.page import drawn
from grader.report import Report
from grader.report.selection import first_failed
from grader.text import label
from grader.text.escape import one_line
from grader.text.formatting import count, earned, number, tally

# A frame keeps the page's style off the notebook, and `sandbox` keeps scripts off. The line above it is what is left
# in a notebook that is not trusted, which shows no frames.
FRAME = """<p><b>{points}</b>, {tasks}</p>
<iframe sandbox title="What the tests found" srcdoc="{page}"
 style="width: 100%; height: {height}px; border: 1px solid #8886; border-radius: 6px; resize: vertical"></iframe>
"""
HEAD, ROW, FAILURE, DRAWING, TALLEST = 130, 42, 240, 280, 720  # pixels


def framed(report: Report) -> str:
    """Return HTML for the output of a cell; everything that a submission may have written is escaped."""
    points = f"{earned(report.score, report.max_score)} of {number(report.max_score)} points"
    names = one_line(report.tasks[0].id) if len(report.tasks) == 1 else count(len(report.tasks), "task")
    shown = page(
        "output.html.j2", package=__package__, points=points, report=report, failed=first_failed(report)
    )
    return FRAME.format(
        points=escape(points), tasks=escape(f"{names}: {tally(report.tasks)}"), page=escape(shown),
        height=min(TALLEST, _height(report)),
    )  # fmt: skip


def _height(report: Report) -> int:
    """Return about what the page needs, so that little of it has to be scrolled."""
    failed = first_failed(report)
    test = failed.first_failure if failed else None
    notes = ROW * (len(report.notes) + (report.incomplete is not None))
    drawing = DRAWING if test and has_drawings(test) else 0
    return HEAD + ROW * len(report.tasks) + notes + (FAILURE if failed else 0) + drawing


def plain(report: Report) -> str:
    """Return the terminal's page without colour, with the commands that a notebook knows."""
    labels = "|".join(re.escape(label(name)) for name in ("Again", "Grade"))
    command = re.compile(rf"^({labels})( +)grade .+ --task (\S+)$", re.MULTILINE)
    return command.sub(r"\1\2%grade \3", drawn(lambda console: terminal.show(report, console))).rstrip("\n")
