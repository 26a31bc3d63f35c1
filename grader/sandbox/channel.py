"""Frames over a socket, with a deadline that holds whatever the other side does."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Sequence

from grader.sandbox.errors import WorkerDied, WorkerLied, WorkerTimeout
from grader.wire.ahead import Ahead
from grader.wire.frame import BadFrame, Buffer, Header, pack, unpack

SLICE = 0.05  # seconds between two looks at the clock, and at the worker's memory and files


class Channel:
    """The judge's end of one worker's connection; time is spent only while waiting for the worker."""

    def __init__(self, connection: socket.socket, seconds: float, watch: Callable[[], None]) -> None:
        """Allow `seconds` in all; call `watch` while waiting, which may raise."""
        self._connection, self._left, self._watch = connection, seconds, watch
        self._next_look, self._deadline = time.monotonic() + SLICE, 0.0
        self._answers = Ahead(self._receive)
        connection.settimeout(SLICE)

    def request(self, header: Header, buffers: Sequence[Buffer]) -> tuple[Header, list[bytearray]]:
        """Send one frame and read one.

        Raises:
            WorkerTimeout: the time is used up.
            WorkerDied: the connection broke.
            WorkerLied: what came is no frame, or answers something else.
        """
        self._deadline = time.monotonic() + self._left
        try:
            asked = secrets.randbits(62)
            for part in pack({**header, "asked": asked}, buffers):
                self._send(memoryview(part))
            answer, parts = unpack(self._answers.read)
            if answer.pop("asked", None) != asked:
                raise WorkerLied("an answer to another question")
            if not self._answers.is_empty:
                raise WorkerLied("more than an answer")
            return answer, parts
        except BadFrame as problem:
            raise WorkerLied(str(problem)) from None
        except OSError as problem:
            raise WorkerDied(f"the connection broke: {problem}") from None
        finally:
            self._left = self._deadline - time.monotonic()

    def _look(self) -> None:
        """Look at the clock, and now and then at the worker, before each wait of a slice at most."""
        now = time.monotonic()
        if now >= self._deadline:
            raise WorkerTimeout("no answer in time")
        if now >= self._next_look:  # by the clock: a worker that sends a byte in a while is looked at too
            self._watch()
            self._next_look = now + SLICE

    def _send(self, data: memoryview) -> None:
        while data:
            self._look()
            with contextlib.suppress(TimeoutError):
                data = data[self._connection.send(data) :]

    def _receive(self, view: memoryview) -> int:
        while True:
            self._look()
            with contextlib.suppress(TimeoutError):
                if received := self._connection.recv_into(view):
                    return received
                raise WorkerDied("the process ended before it answered")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
