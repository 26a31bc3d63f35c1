"""The report inside a notebook."""

from __future__ import annotations

import html
from collections.abc import Callable

from grader.notebook.magic import framed, plain
from grader.report import Report

MakeReport = Callable[..., Report]


def test_frame_holds_the_page_and_no_script_of_the_submission(report_of: MakeReport) -> None:
    """The page lies escaped in an attribute of a frame that runs no scripts, and the text is escaped in it again."""
    shown = framed(report_of('"><script>alert(1)</script>'))
    frame = shown[shown.index("<iframe") :]
    assert "<script>" not in shown
    assert frame.startswith("<iframe sandbox title=")
    page = html.unescape(frame[frame.index('srcdoc="') + 8 :].partition('"')[0])
    assert page.startswith("<!doctype html>")
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_frame_has_a_line_above_it_for_where_frames_are_not_shown(report_of: MakeReport) -> None:
    """Points and verdicts stand outside of the frame."""
    assert framed(report_of()).startswith("<p><b>2.5 of 4 points</b>, 2 tasks: 1 pass, 1 fail</p>")


def test_plain_text_names_the_commands_of_a_notebook(report_of: MakeReport) -> None:
    """`Again` is the magic, as there is no path that one could type."""
    text = plain(report_of())
    assert "Again     %grade losses.softmax" in text
    assert "Got       0.4" in text
    assert "\x1b" not in text
