"""Confinement: `prepare` once in the server, `Prepared.apply` in each worker before it meets a submission."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.machinery import PathFinder
from pathlib import Path

from grader.process.kernel import can_fork, in_child
from grader.worker.confine import environment, identity, landlock, limits, scratch, seccomp
from grader.worker.confine.policy import DEFAULT_LIMITS, LAYERS, Limits, Policy, Start, Step, default_policy

__all__ = ["DEFAULT_LIMITS", "LAYERS", "Limits", "Policy", "Prepared", "default_policy", "prepare"]


@dataclass(frozen=True)
class Prepared:
    """Everything expensive done: what remains for a worker is to submit to it."""

    policy: Policy
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()  # those that took hold in a trial

    @property
    def missing(self) -> tuple[str, ...]:
        """Layers that this system does not have, or does not let a worker use."""
        return tuple(name for name in LAYERS if name not in self.layers)

    @property
    def _descriptors(self) -> tuple[int, ...]:
        return tuple(descriptor for step in self.steps for descriptor in step.keep)

    def scratch_of(self, worker: int) -> str:
        """The private folder of the worker with this process id; the worker stands in it."""
        return str(self.policy.scratch / str(worker))

    def apply(self, keep: Iterable[int] = ()) -> tuple[str, ...]:
        """Confine this process for good, close every descriptor but `keep`, and name the layers that hold.

        A layer that the system refuses is left out, never raised: compare with `layers`.
        """
        start = Start((*keep, *self._descriptors), self.scratch_of(os.getpid()))
        held = [name for step in self.steps for name in _held(step, start)]
        return tuple(name for name in LAYERS if name in held)

    def with_threads_counted(self) -> Prepared:
        """The same, with a limit on top of the threads that the user of the server runs now."""
        limited = [limits.prepare(self.policy, None) if "threads" in step.names else step for step in self.steps]
        return replace(self, steps=tuple(step for step in limited if step))

    def sweep(self, worker: int | None = None) -> None:
        """Remove what one worker left behind, or all of them: for the server, once they have ended."""
        if worker is None:
            scratch.sweep(self.policy.scratch)
        else:
            scratch.remove(Path(self.scratch_of(worker)))

    def close(self) -> None:
        """Close what the server holds open for its workers."""
        for descriptor in self._descriptors:
            os.close(descriptor)


def _held(step: Step, start: Start) -> tuple[str, ...]:
    try:
        step.apply(start)
    except (OSError, ValueError):
        if not step.names:  # not a layer that may be missing, but something a worker cannot do without
            raise
        return ()
    return step.names


def prepare(policy: Policy, *, dedicated: bool = False) -> Prepared:
    """Build whatever this system has of the policy, and try it in a child.

    Leaves this process as it was, unless it is `dedicated` to forking workers: then it forgets its
    environment and arguments at once, which saves every worker from doing so.
    """
    PathFinder.find_spec("a_module_that_nobody_has")  # a worker may read modules, but not list their folders: now
    files, calls = landlock.prepare(policy), seccomp.prepare(policy)
    who = identity.prepare(policy, files_are_closed=files is not None)
    bounds = limits.prepare(policy, who.user if who else None)
    if who and who.user is not None:
        scratch.give_to(policy.scratch, who.user)
    # The order matters: descriptors are closed before they are limited, limits read /proc before it is closed,
    # the worker makes its folder as its final self, and only the last step takes away system calls.
    steps = (
        environment.prepare(dedicated), bounds, who.step() if who else None, scratch.OWN_FOLDER, files, calls,
    )  # fmt: skip
    return _tried(Prepared(policy, tuple(step for step in steps if step), (who.note,) if who else ()))


def _tried(prepared: Prepared) -> Prepared:
    """The same, with the layers that hold in a child; where none can be forked, with those that are offered."""
    if not can_fork():
        offered = {name for step in prepared.steps for name in step.names}
        return replace(prepared, layers=tuple(name for name in LAYERS if name in offered))
    answer = in_child(lambda keep: ",".join(prepared.apply(keep)))
    prepared.sweep()
    return replace(prepared, layers=tuple(answer.split(",")) if answer else ())
