"""What every way of reaching a worker offers, and how a worker can fail to answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from grader.wire.frame import Buffer, Header


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


APART = "apart"  # the room of a worker that is to meet no submission; it ends with its only conversation

Answer = tuple[Header, list[bytearray]]


class Transport(Protocol):
    """One worker, for one test."""

    @property
    def scratch(self) -> str:
        """The worker's private folder, as the worker sees it."""

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Send a request and wait for the answer. Raises WorkerGone."""

    def allow(self, seconds: float) -> None:
        """Allow the worker `seconds` for all that follows, whatever it has used before."""

    def close(self) -> None:
        """End the worker; nothing of it stays."""
