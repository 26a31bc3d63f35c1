"""Pages for a browser: one file each, which needs no server, no network and no other file."""

from grader.render.html.report_page import report_page

__all__ = ["report_page"]
