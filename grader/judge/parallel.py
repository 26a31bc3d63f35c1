"""Shares the tasks of a grading out among processes."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any

from grader.device.choice import Accelerator, using
from grader.judge.isolation import given_up_in_order
from grader.judge.order import Order, OurProblem, Progress, ShardResult, merged
from grader.judge.shard import grade_shard
from grader.process.kernel import bound_memory
from grader.process.prepare import prepare_torch


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


GRACE = 0.1  # seconds until a thread that was joined is gone from the system too

TASKS_WORTH_A_PROCESS = 8
MOST_MEMORY = 8 * 2**30  # that a grading process may map: some result may blow a suite up


def run_parallel(order: Order, jobs: int, progress: Progress | None) -> ShardResult:
    """Grade the tasks of `order` in `jobs` processes and put the results together.

    Raises:
        OurProblem: a process of ours died.
    """
    context: Any = multiprocessing.get_context("fork" if may_fork() else "spawn")
    queue = context.SimpleQueue()
    parts = [order.task_ids[start::jobs] for start in range(jobs) if order.task_ids[start::jobs]]
    orders = [replace(order, task_ids=part) for part in parts]
    prepared = (queue, order.accelerator)
    with ProcessPoolExecutor(len(orders), context, initializer=_prepare, initargs=prepared) as pool:
        futures = [pool.submit(_grade, part) for part in orders]
        reader = threading.Thread(target=_pass_on, args=(queue, progress, len(order.task_ids)), daemon=True)
        reader.start()
        try:
            results = [future.result() for future in futures]
        except BrokenProcessPool as problem:
            raise OurProblem(f"a grading process ended: {problem}") from None
        finally:
            queue.put(None)
            reader.join()
    whole = merged(results)
    return replace(whole, tasks=given_up_in_order(whole.tasks, order.task_ids))


def default_jobs(tasks: int) -> int:
    """Return how many processes are worth their start for so many tasks."""
    return max(1, min(processors(), tasks // TASKS_WORTH_A_PROCESS))


def may_fork() -> bool:
    """Whether this process can be forked: one with further threads, such as autograd's, cannot."""
    if sys.platform != "linux":
        return False
    end = time.monotonic() + GRACE
    while not (alone := len(os.listdir("/proc/self/task")) == 1) and time.monotonic() < end:
        time.sleep(GRACE / 20)
    return alone


_queue: Any = None


def _prepare(queue: Any, accelerator: Accelerator) -> None:
    """Remember where progress goes; a process that was not forked has to prepare torch itself."""
    global _queue
    _queue = queue
    with using(accelerator):
        prepare_torch()
    bound_memory(MOST_MEMORY)


def _grade(order: Order) -> ShardResult:
    return grade_shard(order, lambda *row: _queue.put(row))


def _pass_on(queue: Any, progress: Progress | None, total: int) -> None:
    """Tell of each verdict; the display starts here, as its thread must not be there when processes are forked."""
    if progress:
        progress.start(total)
    try:
        while (row := queue.get()) is not None:
            if progress:
                progress.advance(*row)
    finally:
        if progress:
            progress.stop()
