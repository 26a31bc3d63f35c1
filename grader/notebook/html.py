"""The report inside a notebook: the page that the browser gets too, in a frame of its own."""

from __future__ import annotations

from jinja2 import Environment

from grader.render.choose import passed
from grader.render.escape import one_line
from grader.render.html import report_page
from grader.render.words import count, earned, number
from grader.report import Report

# A frame keeps the page's style off the notebook, and `sandbox` keeps scripts off; the line above it is left where a
# notebook that is not trusted shows no frames.
FRAME = """<p><b>{{ points }}</b>, {{ tasks }}: {{ names }}</p>
<iframe sandbox title="What the tests found" srcdoc="{{ page }}"
 style="width: 100%; height: {{ height }}px; border: 1px solid #8886; border-radius: 6px; resize: vertical"></iframe>
"""
MOST_NAMES = 3
HEAD, ROW, FAILURE, TALLEST = 420, 34, 260, 760  # pixels


def framed(report: Report) -> str:
    """Return HTML for the output of a cell; everything that a submission may have written is escaped."""
    environment = Environment(autoescape=True)
    names = [one_line(task.id) for task in report.tasks]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    height = HEAD + ROW * len(names) + (0 if passed(report) else FAILURE)
    return environment.from_string(FRAME).render(
        points=f"{earned(report.score, report.max_score)} of {number(report.max_score)} points",
        tasks=count(len(names), "task"),
        names=", ".join(names[:MOST_NAMES]) + more,
        page=report_page(report),
        height=min(TALLEST, height),
    )
