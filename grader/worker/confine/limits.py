"""Limits that the kernel itself enforces on a worker: memory, time, files, threads."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from grader.process.kernel import mapped, writable
from grader.worker.confine.policy import Policy, Start, Step

if sys.platform != "win32":
    import resource

_KILL_ME_FIRST = "/proc/self/oom_score_adj"


def prepare(policy: Policy, user: int | None) -> Step | None:
    """The limits of a policy on this system, for a worker that becomes `user` or stays who it is."""
    if sys.platform == "win32":
        return None
    limits, linux = policy.limits, sys.platform == "linux"
    fixed = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_CORE: 0,
    }
    names = ["cpu", "open files", "file size"]
    if linux:
        names.append("memory")
        fixed |= {resource.RLIMIT_MEMLOCK: 0, resource.RLIMIT_MSGQUEUE: 0}
    if linux and (user := os.getuid() if user is None else user):  # the kernel does not count root's threads
        fixed[resource.RLIMIT_NPROC] = limits.threads + threads_of(user)
        names.append("threads")

    def apply(start: Start) -> None:
        """Lower the limits: for what comes from now on, and out of the worker's reach to raise again."""
        for which, value in fixed.items():
            _lower(which, value, warning=int(which == resource.RLIMIT_CPU))
        if linux and limits.reserving:
            _lower(resource.RLIMIT_DATA, writable() + limits.memory)
        elif linux:
            _lower(resource.RLIMIT_AS, mapped() + limits.memory)
        with suppress(OSError):
            _write(_KILL_ME_FIRST, b"1000")

    return Step(tuple(names), apply)


def _lower(which: int, value: int, warning: int = 0) -> None:
    """Set a limit; `warning` units before the hard one a signal says which limit it was."""
    _, most = resource.getrlimit(which)
    hard = value + warning if most == resource.RLIM_INFINITY else min(value + warning, most)
    resource.setrlimit(which, (min(value, hard), hard))


def _write(path: str, text: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text)
    finally:
        os.close(descriptor)


def threads_of(user: int) -> int:
    """How many threads of a user run now, in whatever process: the kernel counts them together."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == user:
                count += sum(1 for _ in (process / "task").iterdir())
    return count
