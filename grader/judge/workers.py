"""Where workers come from: the fork server, spawned processes, or this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import torch

from grader.judge.errors import OurProblem
from grader.judge.subject import OpenWorker
from grader.sandbox.loopback import Loopback


@dataclass(frozen=True)
class Workers:
    """A source of workers, and what is known about it."""

    open: OpenWorker
    close: Callable[[], None]
    kind: str  # forked, spawned, none
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    rest: Callable[[], None] = lambda: None  # end the worker that the next test of its room would have
    leave: Callable[[], None] = lambda: None  # let go of it in a process that forked the one that uses it


def open_workers(sandbox: str, spawn: bool = sys.platform != "linux") -> Workers:
    """Start what `sandbox` asks for; to be called before anything hidden is read.

    Raises:
        OurProblem: strict grading is asked for and a layer of confinement is missing.
    """
    torch.set_num_threads(1)
    if sandbox == "none":
        return Workers(lambda seconds, room: Loopback(), lambda: None, "none")
    workers = _spawned() if spawn else _forked()
    if sandbox == "strict" and workers.missing:
        workers.close()
        missing = ", ".join(workers.missing)
        raise OurProblem(
            f"strict grading needs every layer, and this system lacks: {missing}. See `grade doctor`"
        )
    return workers


def _forked() -> Workers:
    from grader.sandbox.forked import ForkServer

    server = ForkServer()
    return Workers(
        server.worker, server.close, "forked", server.layers, server.missing, server.rest, server.leave
    )


def _spawned() -> Workers:
    from grader.sandbox.spawned import SpawnedWorkers

    spawned = SpawnedWorkers()
    return Workers(spawned.worker, spawned.close, "spawned", (), spawned.missing)
