"""What one grading is asked to do, and what it tells: plain data, seeds, and what can keep it from taking place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from grader.device.choice import Accelerator, simulated_accelerator
from grader.intake import Submission
from grader.report import TaskReport


class UsageProblem(Exception):
    """The call cannot be carried out as given; the message says what to change."""

    exit_code = 2


class OurProblem(Exception):
    """The grader itself failed, or a layer that strict grading demands is missing. Never a learner's loss."""

    exit_code = 3


LARGEST_SEED = 2**63


def derived_seed(run_seed: int, *names: str) -> int:
    """Return a seed for one purpose; it tells nothing about the run's seed or another purpose's."""
    text = "\0".join((str(run_seed), *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % LARGEST_SEED


Advance = Callable[[str, str, str], None]  # told of each verdict: task id, test name, verdict


@dataclass(frozen=True)
class PartialResult:
    """What is known of a task that is still graded: for whoever looks on, and never to be kept."""

    task: TaskReport | None  # None: what was told before does not hold any more
    named: bool = False  # whether the known mistakes have been tried


Tell = Callable[[PartialResult], None]


@dataclass(frozen=True)
class Order:
    """What one process is to grade."""

    submission: Submission
    task_ids: tuple[str, ...]
    keyword: str
    seed: int
    sandbox: str
    first: bool
    seconds: float | None = None  # that any one test may take at most
    accelerator: Accelerator = field(default_factory=simulated_accelerator)
    core: bool = False  # leave details out
    tells: bool = False  # what is known meanwhile, to somebody who looks on


@dataclass
class ShardResult:
    """What one process found."""

    tasks: dict[str, TaskReport] = field(default_factory=dict)
    kind: str = ""
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    incomplete: str | None = None
    notes: tuple[str, ...] = ()  # how the submission was read


def merged(results: Sequence[ShardResult]) -> ShardResult:
    """Return what several processes found together, of which all have workers of one kind."""
    whole = replace(results[0], tasks={})
    for result in results:
        whole.tasks.update(result.tasks)
        whole.incomplete = whole.incomplete or result.incomplete
        whole.notes = tuple(dict.fromkeys([*whole.notes, *result.notes]))
    return whole


class Progress(Protocol):
    """Is told how far a grading is."""

    def start(self, total: int) -> None:
        """Begin; `total` tasks are to be graded."""

    def advance(self, task_id: str, test_name: str, verdict: str) -> None:
        """A test has its verdict."""

    def stop(self) -> None:
        """No more will come."""


@dataclass(frozen=True)
class JudgeKey:
    """What a warm judge is ready for: judges of a pool with the same key can stand in for one another."""

    task_ids: tuple[str, ...]
    sandbox: str
    accelerator: Accelerator


@dataclass(frozen=True)
class Failed:
    """A warm judge could not grade an order; it goes on with others only if `alive`."""

    reason: str
    alive: bool


READY = "ready"  # the first thing that a warm judge says: it has read all it needs


class Closed(Exception):
    """The other end of the connection to a warm judge has gone: whoever notices ends too."""
