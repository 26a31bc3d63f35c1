"""Where jobs run: threads of this process with a pool of warm judges, or the workers of a Dask cluster."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from grader.judge.order import OurProblem, UsageProblem
from grader.judge.warm import JudgePool

CONNECT_SECONDS = 20


POOL = JudgePool()
atexit.register(POOL.close)


@contextmanager
def here(jobs: int, orders: int) -> Iterator[Executor]:
    """Run `jobs` of some `orders` gradings at the same time on this machine; leaving early ends those that run."""
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="grading")
    POOL.open(jobs, orders)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        POOL.close()  # a thread that waits for a judge hears of it at once
        pool.shutdown(wait=True)


@contextmanager
def on_cluster(address: str) -> Iterator[Executor]:
    """Run gradings on a Dask cluster; a worker that dies hands its gradings to the others.

    Raises:
        UsageProblem: the extra `dask` is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageProblem("--scheduler needs Dask: install torchgrade[dask]") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise UsageProblem(
            f"--scheduler {address}: no Dask scheduler answers there ({problem}): give the address that it prints, "
            "such as tcp://127.0.0.1:8786"
        ) from None
    try:
        if not client.scheduler_info()["workers"]:
            raise OurProblem(f"the Dask scheduler at {address} has no workers: start one with `dask worker`")
        yield client.get_executor(pure=False)
    finally:
        client.close()
