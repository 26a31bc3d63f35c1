"""What the ends of a warm judge say to each other, over the connections of the standard library."""

from __future__ import annotations

from dataclasses import dataclass

from grader.device.choice import Accelerator


@dataclass(frozen=True)
class JudgeKey:
    """What a judge is ready for: judges of a pool with the same key can stand in for one another."""

    task_ids: tuple[str, ...]
    sandbox: str
    accelerator: Accelerator


@dataclass(frozen=True)
class Failed:
    """The judge could not grade an order; it goes on with others only if `alive`."""

    reason: str
    alive: bool


READY = "ready"  # the first thing that a judge says: it has read all it needs


class Closed(Exception):
    """The other end has gone: whoever notices ends too."""
