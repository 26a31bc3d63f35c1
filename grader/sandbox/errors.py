"""How a worker can fail to answer. None of these is an exception of the submission's code."""

from __future__ import annotations

from typing import Any


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
