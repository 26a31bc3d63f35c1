"""What the judge looks at while it waits for a worker: its memory, and its folder where no volume bounds that."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable, Iterator

from grader.device.choice import computes_on_cuda
from grader.sandbox.transport import Channel, WorkerMemory, WorkerScratch
from grader.worker.confine import DEFAULT_LIMITS, Limits
from grader.worker.confine.policy import for_card

_BLOCK = 512  # bytes of the unit in which a system counts what a file takes
_MEBIBYTE = 2**20


class MemoryWatch:
    """Compares a process's resident size with a limit."""

    def __init__(self, pid: int, limit: int = DEFAULT_LIMITS.resident) -> None:
        """Watch process `pid`."""
        self._path, self._limit = f"/proc/{pid}/statm", limit

    def check(self) -> None:
        """Look once. Raises WorkerMemory when the process holds more than it may."""
        try:
            with open(self._path) as file:
                resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):  # no such file system here, or the process has ended
            return
        if resident > self._limit:
            raise WorkerMemory(
                f"{resident / _MEBIBYTE:.0f} MiB in use, allowed are {self._limit / _MEBIBYTE:.0f} MiB"
            )


def waited_for_processor(pid: int) -> float:
    """How many seconds the threads of a process have waited for a processor; 0 where the system does not say."""
    waited = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                waited += int(file.read().split()[1])
    except (OSError, IndexError, ValueError):  # no such file system here, or a thread has ended
        pass
    return waited / 1e9


def stack_of(pid: int, channel: Channel) -> str:
    """Ask a process that is late where it stands; return what it says, which is nothing where it does not listen."""
    if not hasattr(signal, "SIGUSR1"):
        return ""
    try:
        os.kill(pid, signal.SIGUSR1)
    except OSError:
        return ""
    return channel.stack()


class ScratchWatch:
    """Compares the size and the number of all files in a folder with limits."""

    def __init__(
        self, folder: str, size: int = DEFAULT_LIMITS.scratch_size, files: int = DEFAULT_LIMITS.scratch_files
    ) -> None:
        """Watch `folder`."""
        self._folder, self._size, self._files = folder, size, files

    def check(self) -> None:
        """Look once, at no more files than are allowed. Raises WorkerScratch when it is too full."""
        size = 0
        for number, entry in enumerate(_everything_in(self._folder), 1):
            size += _room_of(entry)
            if size > self._size:
                raise WorkerScratch(f"its files took more than {self._size / _MEBIBYTE:.0f} MiB")
            if number > self._files:
                raise WorkerScratch(f"it made more than {self._files} files and folders")


def _everything_in(folder: str) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = list(itertools.islice(entries, DEFAULT_LIMITS.scratch_files + 1))
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


def limits_in_use() -> Limits:
    """The limits of workers beside the accelerator in use."""
    return for_card(DEFAULT_LIMITS) if computes_on_cuda() else DEFAULT_LIMITS


def both(memory: MemoryWatch, scratch: ScratchWatch) -> Callable[[], None]:
    """Return one look at both."""

    def look() -> None:
        memory.check()
        scratch.check()

    return look


def kills_for_memory() -> int:
    """How many processes this system has ended for want of memory; 0 where it does not say."""
    try:
        with open("/proc/vmstat") as file:
            counts = dict(line.split() for line in file)
    except (OSError, ValueError):
        return 0
    return int(counts.get("oom_kill", 0))
