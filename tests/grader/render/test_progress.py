"""The line that moves while a submission is graded."""

from io import StringIO

from rich.console import Console

from grader.render.progress import LiveProgress


def test_line_shows_the_task_and_what_failed_and_goes_away():
    file = StringIO()
    progress = LiveProgress(Console(file=file, width=80, force_terminal=True, _environ={}))
    progress.start(3)
    progress.advance("losses.[bold]softmax", "test_a", "pass")
    progress.advance("losses.softmax\x1b[2J", "test_b", "fail")
    progress._live.refresh()
    progress.stop()
    text = file.getvalue()
    assert "2/3" in text
    assert "1 failed" in text
    assert "\x1b[2J" not in text
    assert text.endswith("\x1b[2K")


def test_stop_may_come_twice_or_without_a_start():
    progress = LiveProgress(Console(file=StringIO(), force_terminal=True))
    progress.stop()
    progress.start(1)
    progress.stop()
    progress.stop()


def test_an_output_that_is_no_terminal_gets_nothing():
    file = StringIO()
    progress = LiveProgress(Console(file=file, width=80, _environ={}))
    progress.start(1)
    progress.advance("losses.softmax", "test_a", "pass")
    progress.stop()
    assert file.getvalue().strip() == ""
