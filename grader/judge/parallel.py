"""Shares the tasks of a grading out among processes.

Only they import the judge: what starts them hears of verdicts, and puts the results together.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from grader.judge.order import Order, OurProblem, Progress, ShardResult, merged
from grader.process.kernel import bound_memory, can_fork, processors
from grader.process.speedups import put_off

GRACE = 0.1  # seconds until a thread that was joined is gone from the system too

TASKS_WORTH_A_PROCESS = 8
MOST_MEMORY = 8 * 2**30  # that a grading process may map: some result may blow a suite up


def run_parallel(order: Order, jobs: int, progress: Progress | None) -> ShardResult:
    """Grade the tasks of `order` in `jobs` processes and put the results together.

    Raises:
        OurProblem: a process of ours died.
    """
    context = process_context()
    queue, turns = context.SimpleQueue(), context.SimpleQueue()
    jobs, numbers = min(jobs, len(order.task_ids)), range(len(order.task_ids))
    for number in [*(numbers if jobs == 1 else numbers[::-1]), *[None] * jobs]:  # the longest come last in a course
        turns.put(number)
    with process_pool(jobs, context, "a grading process", _prepare, queue, turns) as pool:
        futures = [pool.submit(_grade, order) for _ in range(jobs)]
        reader = threading.Thread(target=_pass_on, args=(queue, progress, len(order.task_ids)), daemon=True)
        reader.start()
        try:
            results = [future.result() for future in futures]
        finally:
            queue.put(None)
            reader.join()
    if len(results) == 1:
        return results[0]
    from grader.judge.isolation import given_up_in_order

    whole = merged(results)
    return replace(whole, tasks=given_up_in_order(whole.tasks, order.task_ids))


def process_context() -> Any:
    """Return how processes are started here."""
    return multiprocessing.get_context("fork" if may_fork() else "spawn")


@contextmanager
def process_pool(
    jobs: int, context: Any, what: str, prepare: Callable[..., None], *given: Any
) -> Iterator[ProcessPoolExecutor]:
    """Have processes, each of which calls `prepare` first; `what` says what one of them is.

    Raises:
        OurProblem: one of them died.
    """
    pool = ProcessPoolExecutor(jobs, context, initializer=prepare, initargs=given)
    try:
        yield pool
    except BrokenProcessPool as problem:
        raise OurProblem(f"{what} ended: {problem}") from None
    finally:
        pool.shutdown(cancel_futures=True)


def default_jobs(tasks: int) -> int:
    """Return how many processes are worth their start for so many tasks."""
    return max(1, min(processors(), tasks // TASKS_WORTH_A_PROCESS))


def may_fork() -> bool:
    """Whether this process can be forked: one with further threads, such as autograd's, cannot."""
    if not can_fork():
        return False
    end = time.monotonic() + GRACE
    while not (alone := len(os.listdir("/proc/self/task")) == 1) and time.monotonic() < end:
        time.sleep(GRACE / 20)
    return alone


_queue: Any = None
_turns: Any = None


def _prepare(queue: Any, turns: Any) -> None:
    """Remember where progress goes, and where tasks come from; what was not forked has yet to import torch."""
    global _queue, _turns
    _queue, _turns = queue, turns
    put_off()
    bound_memory(MOST_MEMORY)


def _grade(order: Order) -> ShardResult:
    from grader.judge.shard import grade_shard

    turns = (order.task_ids[number] for number in iter(_turns.get, None))
    return grade_shard(order, lambda *row: _queue.put(row), turns)


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
