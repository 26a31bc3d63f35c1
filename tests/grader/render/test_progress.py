"""The line that moves while a submission is graded."""

import threading
from io import StringIO

import pytest
from rich.console import Console

from grader.render import page as module
from grader.render.page import LiveProgress


@pytest.fixture
def terminal():
    file = StringIO()
    return Console(file=file, width=80, force_terminal=True, _environ={}), file


def test_line_counts_tasks_names_the_one_at_hand_and_goes_away(terminal, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", -1)
    console, file = terminal
    progress = LiveProgress(console)
    progress.start(3)
    progress.advance("losses.softmax", "test_a", "pass")
    progress.advance("losses.softmax", "test_b", "fail")
    progress.advance("losses.[bold]entropy\x1b[2J", "test_c", "error")
    progress.stop()
    text = file.getvalue()
    assert "0/3" in text and "1/3" in text and "2/3" in text
    assert "1 failed" in text and "2 failed" in text
    assert "losses.softmax" in text
    assert "[bold]entropy\\x1b[2J" in text
    assert text.endswith("\x1b[2K")


@pytest.mark.parametrize("verdict", ["pass", "not_attempted", "skipped"])
def test_what_waits_has_not_failed(terminal, monkeypatch, verdict):
    monkeypatch.setattr(module, "PAUSE", -1)
    console, file = terminal
    progress = LiveProgress(console)
    progress.start(1)
    progress.advance("losses.softmax", "test_a", verdict)
    progress.stop()
    assert "failed" not in file.getvalue()


def test_many_quick_tests_are_drawn_a_few_times(terminal):
    console, file = terminal
    progress = LiveProgress(console)
    progress.start(1)
    for _ in range(2000):
        progress.advance("losses.softmax", "test_a", "pass")
    progress.stop()
    assert file.getvalue().count("losses.softmax") < 100


def test_no_thread_runs_while_the_line_is_on_screen(terminal):
    before = threading.active_count()
    progress = LiveProgress(terminal[0])
    progress.start(1)
    assert threading.active_count() == before
    progress.stop()


def test_stop_may_come_twice_or_without_a_start(terminal):
    progress = LiveProgress(terminal[0])
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
