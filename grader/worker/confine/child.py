"""A short task in a forked child, for what cannot be undone in the process that asks."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable

_MOST = 1 << 16


def can_fork() -> bool:
    """Whether this system can fork a process that has loaded libraries such as torch."""
    return sys.platform == "linux"


def in_child(task: Callable[[tuple[int, ...]], str], seconds: float = 20.0) -> str | None:
    """What `task` returns in a child; None when the child raises, dies or takes too long.

    The task is given the descriptors that it must leave open for its answer.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads, which the child has no use for
        child = os.fork()
    if child == 0:
        _play(task, reading, writing)
    os.close(writing)
    try:
        return _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _play(task: Callable[[tuple[int, ...]], str], reading: int, writing: int) -> None:
    try:
        os.close(reading)
        os.write(writing, b"=" + task((writing,)).encode()[:_MOST])
    except BaseException:  # the child ends here whatever happened: the parent's work is not its own
        os._exit(1)
    os._exit(0)


def _read(descriptor: int, end: float) -> str | None:
    text = b""
    while select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
        piece = os.read(descriptor, _MOST)
        if not piece:
            return text[1:].decode() if text else None
        text += piece
    return None
