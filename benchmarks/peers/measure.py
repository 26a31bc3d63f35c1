"""Seconds of commands: by the clock, and of the processor with everything that they have started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Command:
    """A program, where it runs, and what is added to its environment."""

    arguments: tuple[str, ...]
    folder: Path
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cost:
    """What some commands took together."""

    wall: float
    cpu: float
    load: float  # of the machine, when they began

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu, self.load)


def adopt_orphans() -> None:
    """Become the parent of what a command leaves behind: else nobody counts what a process used that was killed."""
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0):
        raise OSError("this system does not let a process adopt orphans: processor time would be left out")


def cost_of(commands: Sequence[Command], at_once: int, log: Path) -> Cost:
    """Run all commands, `at_once` at a time, and return what that took; what they print goes to `log`.

    Exit codes are not looked at: a grader may end with one that says that somebody failed.
    """
    load, before, started = os.getloadavg()[0], _used(), time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda command: _run(command, log), commands))
    wall = time.perf_counter() - started
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()  # for orphans
    return Cost(wall, _used() - before, load)


def _run(command: Command, log: Path) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **dict(command.environment)}
    with log.open("ab") as output:
        subprocess.run(
            command.arguments, cwd=command.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
