"""Single keys, the terminal as it was, and what is written to standard error meanwhile."""

from __future__ import annotations

import io
import os
import signal
import sys

import pytest

from grader.watch import events as e
from grader.watch.terminal import handled, keyboard, keys_in, last_words


@pytest.mark.parametrize(
    "data, keys",
    [
        (b"n", ["n"]),
        (b"Q", ["q"]),
        (b"\x1b[A", ["up"]),
        (b"\x1b[B\x1b[B", ["down", "down"]),
        (b"\x1b", ["escape"]),
        (b"\r", ["enter"]),
        (b"np", ["n", "p"]),
        (b"\x1b[15~", []),
        ("ü".encode(), ["\ufffd", "\ufffd"]),
    ],
)
def test_keys_are_read_out_of_what_a_terminal_sends(data, keys):
    """Letters stand for themselves, sequences for one key or for none."""
    assert keys_in(data) == keys


@pytest.fixture
def terminal(monkeypatch):
    """A terminal as standard input: the end that a person types into, and its settings."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    stream = io.TextIOWrapper(os.fdopen(theirs, "rb", buffering=0))
    monkeypatch.setattr(sys, "stdin", stream)
    yield ours, lambda: termios.tcgetattr(theirs)
    stream.close()
    os.close(ours)


def test_terminal_is_as_it_was_also_after_an_error(terminal):
    """Echo and whole lines are back, however the page ends."""
    _, settings = terminal
    before = settings()
    with pytest.raises(ZeroDivisionError), keyboard(lambda event: None):
        assert settings() != before
        raise ZeroDivisionError
    assert settings() == before


def test_keys_are_told_as_they_are_pressed(terminal):
    """No line needs to be ended."""
    typed, _ = terminal
    from queue import SimpleQueue

    told = SimpleQueue()
    with keyboard(told.put):
        os.write(typed, b"h")
        assert told.get(timeout=20) == e.Pressed("h")
        os.write(typed, b"\x1b[A")
        assert told.get(timeout=20) == e.Pressed("up")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_signals_are_told_and_their_handlers_are_put_back():
    """A request to end is an event, and a second Ctrl-C is heard whatever happens."""
    stopped, paused = [], []
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTSTP)]
    with handled(lambda: stopped.append(1), lambda: paused.append(1)):
        signal.raise_signal(signal.SIGTSTP)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert (stopped, paused) == ([1], [1])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTSTP)] == before


@pytest.mark.parametrize("asked", [True, False])
def test_words_are_kept_from_the_page_and_shown_afterwards_only_if_a_fault_asked(capfd, asked):
    """A traceback does not write over the page, and is not lost where it explains a fault."""
    with last_words() as words:
        os.write(2, b"Traceback\n  in a judge\nOurProblem: a layer is missing\n")
        if asked:
            assert words() == "OurProblem: a layer is missing"
        os.write(2, b"more\n")
        assert capfd.readouterr().err == ""
    assert ("in a judge" in capfd.readouterr().err) is asked
    assert words() == ""
