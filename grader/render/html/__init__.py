"""Pages for a browser: one file each, which needs no server, no network and no other file."""

from grader.render.html.classroom import class_page
from grader.render.html.feedback import feedback_page
from grader.render.html.names import feedback_file
from grader.render.html.report import report_page

__all__ = ["class_page", "feedback_file", "feedback_page", "report_page"]
