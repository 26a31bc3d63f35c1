"""Who a worker is: never root, no capabilities, dead when its server is."""

from __future__ import annotations

import functools
import os
import signal
import sys
from dataclasses import dataclass

from grader.process import kernel
from grader.process.kernel import in_child
from grader.worker.confine.policy import Policy, Start, Step

_DIE_WITH_PARENT, _SET_DUMPABLE, _KEEP_CAPABILITIES = 1, 4, 8  # PR_SET_PDEATHSIG, ...
_SEARCH_FOLDERS = 1 << 2  # CAP_DAC_READ_SEARCH


@dataclass(frozen=True)
class Identity:
    """The user that a worker becomes, and the capabilities that it keeps."""

    user: int | None  # None: the worker stays who it is
    capabilities: int
    names: tuple[str, ...]
    note: str

    def step(self) -> Step:
        """What a worker of this server does."""
        return Step(self.names, functools.partial(self._apply, os.getpid()))

    def _apply(self, server: int, start: Start) -> None:
        """Become that user for good, and die with the server."""
        if self.user is not None:
            become(self.user, self.capabilities)
        else:
            kernel.keep_capabilities(0)
        kernel.never_more_rights()
        kernel.control(_SET_DUMPABLE, 0)
        kernel.control(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getpid() != server and os.getppid() != server:
            os._exit(1)  # the server died before the line above


def become(user: int, capabilities: int) -> None:
    """Turn from root into a user without groups, keeping only these capabilities."""
    kernel.control(_KEEP_CAPABILITIES, 1)
    os.setgroups(())
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    kernel.keep_capabilities(capabilities)


def prepare(policy: Policy, files_are_closed: bool) -> Identity | None:
    """Choose who the worker will be; `files_are_closed` says whether another layer guards the files."""
    if sys.platform != "linux":
        return None
    if os.geteuid() != 0:
        return Identity(None, 0, ("identity",), f"user {os.getuid()}, the one who started it")
    if (reached := _reached(policy)) is None:
        return Identity(None, 0, (), "root without capabilities: it may not become another")
    if reached == "all":
        return Identity(policy.user, 0, ("identity",), f"user {policy.user}")
    if files_are_closed:
        note = f"user {policy.user}, who may search folders: {reached} lies in a private one"
        return Identity(policy.user, _SEARCH_FOLDERS, ("identity",), note)
    return Identity(None, 0, (), f"root without capabilities: no other user can read {reached}")


def _reached(policy: Policy) -> str | None:
    """`all`, or the first path that the policy's user cannot reach; None if nobody can become that user."""

    def attempt(_: object) -> str:
        become(policy.user, 0)
        closed = [path for path in policy.readable if not os.access(path, os.R_OK)]
        above = policy.scratch.parent
        return str(next(iter(closed), "all" if os.access(above, os.X_OK) else above))

    return in_child(attempt)
