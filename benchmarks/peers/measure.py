"""Seconds of commands: by the clock, and of the processor with all processes they waited for."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path


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


def cost_of(commands: Sequence[Command], at_once: int, log: Path) -> Cost:
    """Run all commands, `at_once` at a time, and return what that took; what they print goes to `log`.

    Exit codes are not looked at: a grader may end with one that says that somebody failed.
    """
    load, started = os.getloadavg()[0], time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        cpu = sum(pool.map(lambda command: _processor_seconds(command, log), commands))
    return Cost(time.perf_counter() - started, cpu, load)


_starting = threading.Lock()  # no descriptor of one program goes to another


def _processor_seconds(command: Command, log: Path) -> float:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **dict(command.environment)}
    with log.open("ab") as output:
        with _starting:
            process = subprocess.Popen(
                command.arguments, cwd=command.folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime
