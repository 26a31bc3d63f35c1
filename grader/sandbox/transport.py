"""What every way of reaching a worker offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from grader.wire.frame import Buffer, Header

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
