"""The terminal of `grade watch`: single keys, signals and standard error, and all as it was before when it ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from grader.watch import events as e

PAUSE = 0.1  # seconds between two looks whether it is to end
SEQUENCES = {
    b"\x1b[A": "up", b"\x1b[B": "down", b"\x1b[C": "right", b"\x1b[D": "left",
    b"\x1bOA": "up", b"\x1bOB": "down", b"\x1bOC": "right", b"\x1bOD": "left",
    b"\x1b": "escape", b"\r": "enter", b"\n": "enter", b" ": "enter",
}  # fmt: skip
SCAN_CODES = {"H": "up", "P": "down", "M": "right", "K": "left"}  # behind a first character of 0 or 224


@contextlib.contextmanager
def keyboard(tell: e.Tell) -> Iterator[None]:
    """Take single keys, without echo, until the end of the block, and tell of each from a thread of its own."""
    stop, listen = threading.Event(), _on_windows if sys.platform == "win32" else _on_posix
    with single_keys():
        thread = threading.Thread(target=listen, args=(tell, stop), daemon=True, name="keys")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(5 * PAUSE)  # so that nobody reads what is typed to the shell


def _on_posix(tell: e.Tell, stop: threading.Event) -> None:
    descriptor = sys.stdin.fileno()
    while not stop.is_set():
        ready, _, _ = select.select([descriptor], [], [], PAUSE)
        if not ready:
            continue
        try:
            data = os.read(descriptor, 64)
        except OSError:
            data = b""
        if not data:
            tell(e.Stop())  # the terminal has gone
            return
        for key in keys_in(data):
            tell(e.Pressed(key))


def _on_windows(tell: e.Tell, stop: threading.Event) -> None:
    import msvcrt

    console: Any = msvcrt  # its names are known to the type checker on Windows only
    while not stop.wait(PAUSE / 2):
        while console.kbhit():
            character = console.getwch()
            if character in "\x00\xe0":
                key = SCAN_CODES.get(console.getwch(), "")
            else:
                key = next(iter(keys_in(character.encode("utf-8", "replace"))), "")
            tell(e.Stop() if character == "\x03" else e.Pressed(key))


def keys_in(data: bytes) -> list[str]:
    """Return the names of the keys in what a terminal sent: a letter for itself, and names for arrows."""
    if data in SEQUENCES:
        return [SEQUENCES[data]]
    if data.startswith(b"\x1b"):
        known = next(
            (sequence for sequence in SEQUENCES if len(sequence) > 1 and data.startswith(sequence)), None
        )
        return [SEQUENCES[known], *keys_in(data[len(known) :])] if known else []
    first, rest = data[:1], data[1:]
    name = SEQUENCES.get(first, first.decode("ascii", "replace").lower())
    return [name, *keys_in(rest)] if data else []


@contextlib.contextmanager
def single_keys() -> Iterator[None]:
    """Let the terminal pass each key on at once; Ctrl-C stays a signal."""
    if sys.platform == "win32":
        yield
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
Handler = Callable[[int, FrameType | None], None]


@contextlib.contextmanager
def handled(stop: Callable[[], None], pause: Callable[[], None]) -> Iterator[None]:
    """Call `stop` where the process is asked to end, and `pause` at Ctrl-Z; to be used in the main thread.

    A second Ctrl-C is a KeyboardInterrupt, in case the first one is not heard.
    """
    asked: list[int] = []

    def on_end(number: int, frame: FrameType | None) -> None:
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.append(number)
        stop()

    handlers: dict[str, Handler] = {**dict.fromkeys(ENDING, on_end), "SIGTSTP": lambda number, frame: pause()}
    before: dict[Any, Any] = {}
    try:
        for name, handler in handlers.items():
            if number := getattr(signal, name, None):
                before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def suspend() -> None:
    """Stop this process as Ctrl-Z does, until the shell lets it go on."""
    if hasattr(signal, "SIGSTOP"):
        os.kill(os.getpid(), signal.SIGSTOP)


MOST = 4000  # bytes from the end that are looked at


@contextlib.contextmanager
def last_words() -> Iterator[Callable[[], str]]:
    """Keep standard error from the terminal, of this process and of those that it starts, until the end of the block.

    What the block gets returns the last line; if somebody asked for it, the end of all is shown afterwards.
    """
    sys.stderr.flush()
    wanted = False
    with tempfile.TemporaryFile("a+b") as file:  # what is written goes to the end, wherever it is read

        def written() -> str:
            file.seek(max(0, os.fstat(file.fileno()).st_size - MOST))
            return file.read().decode("utf-8", "replace")

        def last_line() -> str:
            nonlocal wanted
            if file.closed:  # then the terminal shows it
                return ""
            wanted = True
            return next(reversed(written().strip().splitlines()), "").strip()

        before = os.dup(2)
        try:
            os.dup2(file.fileno(), 2)
            yield last_line
        finally:
            sys.stderr.flush()
            text = written() if wanted else ""
            os.dup2(before, 2)
            os.close(before)
            sys.stderr.write(text)
