"""Signals as events, so that none of them leaves the terminal as the page needed it."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
Handler = Callable[[int, FrameType | None], None]


@contextlib.contextmanager
def handled(stop: Callable[[], None], pause: Callable[[], None] | None) -> Iterator[None]:
    """Call `stop` where the process is asked to end, and `pause` at Ctrl-Z; to be used in the main thread.

    A second Ctrl-C is a KeyboardInterrupt, in case the first one is not heard.
    """
    asked: list[int] = []

    def on_end(number: int, frame: FrameType | None) -> None:
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.append(number)
        stop()

    handlers: dict[str, Handler] = dict.fromkeys(ENDING, on_end)
    if pause is not None:
        handlers["SIGTSTP"] = lambda number, frame: pause()
    before: dict[Any, Any] = {}
    try:
        for name, handler in handlers.items():
            number = getattr(signal, name, None)
            if number is not None:
                before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def suspend() -> None:
    """Stop this process as Ctrl-Z does, until the shell lets it go on."""
    if hasattr(signal, "SIGSTOP"):
        os.kill(os.getpid(), signal.SIGSTOP)
