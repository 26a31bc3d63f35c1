"""A worker process as the judge holds it, however it was started: whose turn it is, how it is watched and asked.

While the judge waits for a worker it looks at its memory, and at its folder where no volume bounds that.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from grader.device.choice import computes_on_cuda
from grader.sandbox.transport import (
    APART,
    Answer,
    Channel,
    WorkerDied,
    WorkerGone,
    WorkerMemory,
    WorkerScratch,
    WorkerSource,
    WorkerTimeout,
)
from grader.wire.frame import Buffer, Header
from grader.worker.confine import DEFAULT_LIMITS, Limits
from grader.worker.confine.policy import for_card

DYING_SECONDS = 0.5  # from a closed connection to an ended process


class WorkerProcess(ABC):
    """A process that runs a worker; `has_volume` says whether the kernel bounds what its folder holds."""

    def __init__(
        self, connection: socket.socket, pid: int, scratch: str, key: str, has_volume: bool = False
    ) -> None:
        """Hold a process that was started for the tests of one `key`."""
        self.connection, self.pid, self.scratch, self.key = connection, pid, scratch, key
        self.ended, self._has_volume = False, has_volume
        self.files = dict[str, str]()

    def look(self) -> None:
        """Look at it once. Raises WorkerGone when it takes more than it may."""
        check_memory(self.pid, limits_in_use().resident)
        if not self._has_volume:
            check_folder(self.scratch)

    def end(self, grace: float = 0.0) -> WorkerGone | None:
        """End it; return what had ended it by itself within `grace` seconds, if that is known."""
        if self.ended:
            return None
        self.ended = True
        return self._end(grace)

    @abstractmethod
    def _end(self, grace: float) -> WorkerGone | None:
        """Hang up and end the process, once."""


class WorkerUse(Channel):
    """One test's use of a worker process; loading the source again makes it forget what came before."""

    def __init__(self, process: WorkerProcess, seconds: float) -> None:
        """Talk to `process` for at most `seconds`."""
        waited = functools.partial(waited_for_processor, process.pid)
        super().__init__(process.connection, seconds, process.look, waited)
        self.scratch, self.files, self._process = process.scratch, process.files, process

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Ask the worker. Raises WorkerGone, with the reason for a death, after which it is not used again."""
        try:
            return super().request(header, buffers)
        except WorkerDied as death:
            raise self._process.end(DYING_SECONDS) or death from None
        except WorkerGone as gone:
            if isinstance(gone, WorkerTimeout):
                gone.stack = self._stack_of_late()
            self._process.end()
            raise

    def _stack_of_late(self) -> str:
        """Ask a process that is late where it stands; nothing where it does not listen."""
        try:
            os.kill(self._process.pid, signal.SIGUSR1)
        except (OSError, AttributeError):  # it has ended, or this system has no such signal
            return ""
        return self.stack()

    def close(self) -> None:
        """Leave the process to the next test of its key."""
        if self._process.key == APART:
            self._process.end()


class ProcessSource(WorkerSource):
    """Starts worker processes, and hands each test one."""

    _current: WorkerProcess | None = None

    def worker(self, seconds: float, key: str = "") -> WorkerUse:
        """Return a worker that has `seconds` to answer in all.

        Tests with the same `key` share a process, one after the other, until one of them ends it; a new key
        gets a new process, and so does a test without one; the key APART gets one beside the current.
        """
        if key == APART:
            return WorkerUse(self._beside(), seconds)
        if self._current is None or self._current.ended or key != self._current.key or not key:
            if self._current is not None:
                self._current.end()
            self._current = self._start(key)
        return WorkerUse(self._current, seconds)

    def _beside(self) -> WorkerProcess:
        """Start a process beside the current one."""
        return self._start(APART)

    @abstractmethod
    def _start(self, key: str) -> WorkerProcess:
        """Start a process. Raises SandboxProblem."""


_BLOCK = 512  # bytes of the unit in which a system counts what a file takes
_MEBIBYTE = 2**20


def check_memory(pid: int, limit: int) -> None:
    """Look at a process's resident size. Raises WorkerMemory when it holds more than `limit` bytes."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):  # no such file system here, or the process has ended
        return
    if resident > limit:
        raise WorkerMemory(f"{resident / _MEBIBYTE:.0f} MiB in use, allowed are {limit / _MEBIBYTE:.0f} MiB")


def check_folder(folder: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Look at no more files than are allowed. Raises WorkerScratch when there are too many, or too large ones."""
    size = 0
    for number, entry in enumerate(_everything_in(folder, limits.scratch_files), 1):
        size += _room_of(entry)
        if size > limits.scratch_size:
            raise WorkerScratch(f"its files took more than {limits.scratch_size / _MEBIBYTE:.0f} MiB")
        if number > limits.scratch_files:
            raise WorkerScratch(f"it made more than {limits.scratch_files} files and folders")


def _everything_in(folder: str, most: int) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = list(itertools.islice(entries, most + 1))
        except (FileNotFoundError, NotADirectoryError):  # gone meanwhile
            continue
        except OSError as problem:  # without rights, or deeper than a path may be long
            raise WorkerScratch(f"it made a folder that cannot be looked into: {problem.strerror}") from None
        yield from found
        waiting += [entry.path for entry in found if entry.is_dir(follow_symlinks=False)]


def _room_of(entry: os.DirEntry[str]) -> int:
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return 0
    return facts.st_blocks * _BLOCK if hasattr(facts, "st_blocks") else facts.st_size


def waited_for_processor(pid: int) -> float:
    """How many seconds the threads of a process have waited for a processor; 0 where the system does not say."""
    waited = 0
    with contextlib.suppress(OSError):  # no such file system here, or the process has ended
        for thread in os.listdir(f"/proc/{pid}/task"):
            with (
                contextlib.suppress(OSError, IndexError, ValueError),  # this thread has ended; the others count
                open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file,
            ):
                waited += int(file.read().split()[1])
    return waited / 1e9


def limits_in_use() -> Limits:
    """The limits of workers beside the accelerator in use."""
    return for_card(DEFAULT_LIMITS) if computes_on_cuda() else DEFAULT_LIMITS
