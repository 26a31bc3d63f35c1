"""Shares the parts of a proof out among processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

import torch

from grader.course import Course
from grader.device.choice import Accelerator, chosen, using
from grader.judge.parallel import process_context, process_pool
from grader.process.prepare import prepare_torch
from grader.verify.unit import Found, Prover, Unit

Tell = Callable[
    [int, int, str], None
]  # parts that are done, parts that are known of, and the last one's name
Follow = Callable[[Found], list[Unit]]


def run_units(course: Course, units: Sequence[Unit], follow: Follow, jobs: int, tell: Tell) -> list[Found]:
    """Play `units`, and whatever `follow` makes of each result, in `jobs` processes; in this one for one job.

    Raises:
        OurProblem: a process of ours died.
    """
    if jobs == 1:
        return _here(Prover(course), list(units), follow, tell)
    with process_pool(jobs, process_context(), "a process of the proof", _prepare, course, chosen()) as pool:
        return _shared_out(pool, units, follow, tell)


def _here(prover: Prover, waiting: list[Unit], follow: Follow, tell: Tell) -> list[Found]:
    results: list[Found] = []
    while waiting:
        found = prover.play(waiting.pop(0))
        results.append(found)
        waiting += follow(found)
        tell(len(results), len(results) + len(waiting), str(found.unit))
    return results


def _shared_out(pool: ProcessPoolExecutor, units: Sequence[Unit], follow: Follow, tell: Tell) -> list[Found]:
    running: set[Future[Found]] = {pool.submit(_play, unit) for unit in units}
    results: list[Found] = []
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for found in (future.result() for future in done):
            results.append(found)
            running |= {pool.submit(_play, unit) for unit in follow(found)}
            tell(len(results), len(results) + len(running), str(found.unit))
    return results


_prover: Prover | None = None
_for_good = contextlib.ExitStack()  # as long as the process of the pool lives


def _prepare(course: Course, accelerator: Accelerator) -> None:
    """Make ready a process of the pool; one that was not forked has to prepare torch itself."""
    global _prover
    torch.set_num_threads(1)
    _for_good.enter_context(using(accelerator))
    prepare_torch()
    _prover = Prover(course)


def _play(unit: Unit) -> Found:
    assert _prover is not None
    return _prover.play(unit)
