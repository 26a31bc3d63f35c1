"""What one grading is asked to do, and what it found: plain data, so that both can go to another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from grader.device.choice import Accelerator, simulated_accelerator
from grader.intake import Submission
from grader.report import TaskReport

Advance = Callable[[str, str, str], None]  # told of each verdict: task id, test name, verdict


@dataclass(frozen=True)
class Meanwhile:
    """What is known of a task that is still graded: for whoever looks on, and never to be kept."""

    task: TaskReport | None  # None: what was told before does not hold any more
    named: bool = False  # whether the known mistakes have been tried


Tell = Callable[[Meanwhile], None]


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
