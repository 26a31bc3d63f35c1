"""Frames over a socket, with a deadline that holds whatever the other side does."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Sequence

from grader.sandbox.errors import WorkerDied, WorkerLied, WorkerTimeout
from grader.wire.frame import BadFrame, Buffer, Header, pack, unpack

SLICE = 0.05  # seconds between two looks at the worker's memory and files


class Channel:
    """The judge's end of one worker's connection; time is spent only while waiting for the worker."""

    def __init__(self, connection: socket.socket, seconds: float, watch: Callable[[], None]) -> None:
        """Allow `seconds` in all; call `watch` while waiting, which may raise."""
        self._connection, self._left, self._watch = connection, seconds, watch
        self._next_look = time.monotonic() + SLICE

    def request(self, header: Header, buffers: Sequence[Buffer]) -> tuple[Header, list[bytearray]]:
        """Send one frame and read one.

        Raises:
            WorkerTimeout: the time is used up.
            WorkerDied: the connection broke.
            WorkerLied: what came is no frame, or answers something else.
        """
        started = time.monotonic()
        deadline = started + self._left
        try:
            self._refuse_unasked()
            asked = secrets.randbits(62)
            for part in pack({**header, "asked": asked}, buffers):
                self._send(memoryview(part), deadline)
            answer, parts = unpack(lambda count: self._read(count, deadline))
            if answer.pop("asked", None) != asked:
                raise WorkerLied("an answer to another question")
            return answer, parts
        except BadFrame as problem:
            raise WorkerLied(str(problem)) from None
        except OSError as problem:
            raise WorkerDied(f"the connection broke: {problem}") from None
        finally:
            self._left = deadline - time.monotonic()

    def _refuse_unasked(self) -> None:
        """Raise WorkerLied when something came that answers no request: it would be taken for the next answer."""
        self._connection.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            if self._connection.recv(1, socket.MSG_PEEK):
                raise WorkerLied("an answer that nobody asked for")

    def _wait(self, deadline: float) -> None:
        now = time.monotonic()
        if now >= deadline:
            raise WorkerTimeout("no answer in time")
        if now >= self._next_look:  # by the clock: a worker that sends a byte in a while is looked at too
            self._watch()
            self._next_look = now + SLICE
        self._connection.settimeout(min(deadline - now, SLICE))

    def _send(self, data: memoryview, deadline: float) -> None:
        while data:
            self._wait(deadline)
            with contextlib.suppress(TimeoutError):
                data = data[self._connection.send(data) :]

    def _read(self, count: int, deadline: float) -> bytearray:
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count:
            self._wait(deadline)
            try:
                received = self._connection.recv_into(view[done:])
            except TimeoutError:
                continue
            if not received:
                raise WorkerDied("the process ended before it answered")
            done += received
        return data

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
