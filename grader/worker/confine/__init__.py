"""Confinement: `prepare` once in the server, `Prepared.apply` in each worker before it meets a submission."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.machinery import PathFinder
from pathlib import Path

from grader.process.kernel import can_fork, in_child
from grader.worker.confine import environment, identity, landlock, limits, scratch, seccomp
from grader.worker.confine.policy import DEFAULT_LIMITS, LAYERS, Layer, Limits, Policy, Start, default_policy

__all__ = ["DEFAULT_LIMITS", "LAYERS", "Limits", "Policy", "Prepared", "default_policy", "prepare"]


@dataclass(frozen=True)
class Prepared:
    """Everything expensive done: what remains for a worker is to submit to it."""

    policy: Policy
    steps: tuple[Layer, ...]
    descriptors: tuple[int, ...]  # open in the server, needed and then closed by a step
    notes: tuple[str, ...]
    layers: tuple[str, ...] = ()  # those that took hold in a trial

    @property
    def missing(self) -> tuple[str, ...]:
        """Layers that this system does not have, or does not let a worker use."""
        return tuple(name for name in LAYERS if name not in self.layers)

    def scratch_of(self, worker: int) -> str:
        """The private folder of the worker with this process id; the worker stands in it."""
        return str(self.policy.scratch / str(worker))

    def apply(self, keep: Iterable[int] = ()) -> tuple[str, ...]:
        """Confine this process for good, close every descriptor but `keep`, and name the layers that hold.

        A layer that the system refuses is left out, never raised: compare with `layers`.
        """
        start = Start((*keep, *self.descriptors), self.scratch_of(os.getpid()))
        held = [name for step in self.steps for name in _held(step, start)]
        return tuple(name for name in LAYERS if name in held)

    def sweep(self, worker: int | None = None) -> None:
        """Remove what one worker left behind, or all of them: for the server, once they have ended."""
        if worker is None:
            scratch.sweep(self.policy.scratch)
        else:
            scratch.remove(Path(self.scratch_of(worker)))

    def close(self) -> None:
        """Close what the server holds open for its workers."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def _held(step: Layer, start: Start) -> tuple[str, ...]:
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
    _fill_import_caches()
    files, calls = landlock.prepare(policy), seccomp.prepare(policy)
    who = identity.prepare(policy, files_are_closed=files is not None)
    bounds = limits.prepare(policy, who.user if who else None)
    if who and who.user is not None:
        scratch.give_to(policy.scratch, who.user)
    inherited = environment.prepare()
    if dedicated:
        inherited = inherited.forget()
    # The order matters: descriptors are closed before they are limited, limits read /proc before it is closed,
    # the worker makes its folder as its final self, and only the last step takes away system calls.
    steps = (inherited, bounds, who, scratch.Scratch(), files, calls)
    descriptors = (files.ruleset,) if files else ()
    notes = (who.note,) if who else ()
    return _tried(Prepared(policy, tuple(step for step in steps if step), descriptors, notes))


def _fill_import_caches() -> None:
    """Let Python list the folders of modules now: a worker may read modules there, but not list them."""
    PathFinder.find_spec("a_module_that_nobody_has")


def _tried(prepared: Prepared) -> Prepared:
    """The same, with the layers that hold in a child."""
    if not can_fork():
        return replace(prepared, layers=_unproven(prepared))
    answer = in_child(lambda keep: ",".join(prepared.apply(keep)))
    prepared.sweep()
    return replace(prepared, layers=tuple(answer.split(",")) if answer else ())


def _unproven(prepared: Prepared) -> tuple[str, ...]:
    offered = {name for step in prepared.steps for name in step.names}
    return tuple(name for name in LAYERS if name in offered)
