"""What the ends of a warm judge say to each other, as pickles over the connections of the standard library."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from grader.device.choice import Accelerator


@dataclass(frozen=True)
class JudgeKey:
    """What a judge is ready for: judges of a pool with the same key can stand in for one another."""

    task_ids: tuple[str, ...]
    sandbox: str
    accelerator: Accelerator


@dataclass(frozen=True)
class Ready:
    """The judge has read all it needs."""

    kind: str


@dataclass(frozen=True)
class Failed:
    """The judge could not grade an order; it goes on with others only if `alive`."""

    reason: str
    alive: bool


class Closed(Exception):
    """The other end has gone; start another judge, or end this one."""


def send(connection: Connection, message: Any, number: int = 0) -> None:
    """Send a message about order `number`."""
    send_packed(connection, pickle.dumps(message), number)


def send_packed(connection: Connection, data: bytes, number: int = 0) -> None:
    """Send a message that is pickled already."""
    try:
        connection.send((number, data))
    except OSError as problem:
        raise Closed(str(problem)) from None


def receive(connection: Connection, number: int = 0) -> Any:
    """Return the next message about order `number` or a later one; raise Closed where none can come.

    What is left of earlier orders, whose answer nobody has waited for to its end, is passed over.
    """
    about = -1
    while about < number:
        try:
            about, data = connection.recv()
        except (OSError, EOFError) as problem:
            raise Closed(str(problem) or "the stream ended") from None
    return pickle.loads(data)
