"""What every way of reaching a worker offers, and how a worker can fail to answer."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from grader.wire.frame import Ahead, BadFrame, Buffer, Header, pack, unpack


class WorkerGone(Exception):
    """The worker gave no answer; the test ends, the next one gets a fresh worker."""


class WorkerTimeout(WorkerGone):
    """The test's time is used up. Remedy: a loop that ends, or fewer steps."""

    stack = ""  # where the worker stood, as it says itself
    frames: tuple[Any, ...] = ()  # lines of the submission that stand in it


class GivenUp(WorkerTimeout):
    """The test was not tried: others of its task or topic had used up their time. Remedy: see those."""


class WorkerMemory(WorkerGone):
    """The worker used more memory than it may. Remedy: do not build huge intermediate tensors."""


class WorkerScratch(WorkerGone):
    """The worker filled its folder. Remedy: write fewer and smaller files."""


class WorkerDied(WorkerGone):
    """The process ended: an exit, or a signal. Remedy: no sys.exit, no deep recursion in C."""


class WorkerLied(WorkerGone):
    """The worker sent something that is not an answer."""


class SandboxProblem(Exception):
    """The sandbox could not be started: our failure, never the learner's."""


APART = "apart"  # the key of a worker that is to meet no submission; where it is forked it has one conversation only

Answer = tuple[Header, list[bytearray]]


class Transport(Protocol):
    """One worker, for one test.

    `files` are the sources that its worker was given to load from; a new one has none.
    """

    files: dict[str, str]

    @property
    def scratch(self) -> str:
        """The worker's private folder, as the worker sees it."""

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Send a request and wait for the answer. Raises WorkerGone."""

    def allow(self, seconds: float) -> None:
        """Allow the worker `seconds` for all that follows, whatever it has used before."""

    def close(self) -> None:
        """End the worker; nothing of it stays."""


class WorkerSource(ABC):
    """Where workers come from, and how they are confined."""

    kind = "none"  # or forked, or spawned
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @abstractmethod
    def worker(self, seconds: float, key: str = "") -> Transport:
        """Return a worker that has `seconds` to answer in all, and serves whatever is asked under the same `key`."""

    def rest(self) -> None:  # noqa: B027  # nothing runs
        """End every worker there is."""

    def close(self) -> None:  # noqa: B027  # nothing is held
        """End the workers for good."""


STACK_SECONDS, MOST_STACK = 0.5, 16_384  # for what a worker says of where it stands
SLICE = 0.05  # seconds between two looks at the clock, and at the worker's memory and files
MOST_WAITING = 4  # times what is allowed: as long may a worker wait for a processor besides


class Channel:
    """The judge's end of one worker's connection; time is spent only while waiting for the worker.

    What the worker waits for a processor is not counted, within bounds: on a busy machine a test takes as long as on
    an idle one.
    """

    def __init__(
        self, connection: socket.socket, seconds: float, watch: Callable[[], None],
        waited: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        """Allow `seconds` in all; call `watch` while waiting, which may raise.

        `waited` tells how long the worker has waited for a processor since it began.
        """
        self._connection, self._watch = connection, watch
        self._waited = waited
        self.allow(seconds)
        self._next_look, self._deadline = time.monotonic() + SLICE, 0.0
        self._answers = Ahead(self._receive)
        connection.settimeout(SLICE)

    def allow(self, seconds: float) -> None:
        """Begin to count anew: allow `seconds` for all that follows."""
        self._left, self._most_waiting = seconds, MOST_WAITING * seconds
        self._forgiven, self._waited_before = 0.0, self._waited()

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
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
        if now >= self._deadline and not self._forgives():
            raise WorkerTimeout("no answer in time")
        if now >= self._next_look:  # by the clock: a worker that sends a byte in a while is looked at too
            self._watch()
            self._next_look = now + SLICE

    def _forgives(self) -> bool:
        """Move the deadline by what the worker has waited for a processor; return whether that is worth a look."""
        waited = min(self._waited() - self._waited_before, self._most_waiting)
        more, self._forgiven = waited - self._forgiven, max(waited, self._forgiven)
        self._deadline += max(more, 0.0)
        return more >= SLICE

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

    def stack(self) -> str:
        """Return where a worker says that it stands, once it was asked by a signal; nothing else is read after."""
        said, end = b"", time.monotonic() + STACK_SECONDS
        while len(said) < MOST_STACK and time.monotonic() < end:
            try:
                part = self._connection.recv(MOST_STACK)
            except TimeoutError:
                if said:
                    break
            except OSError:
                break
            else:
                said += part
                if not part:
                    break
        return said[:MOST_STACK].decode("ascii", errors="replace")
