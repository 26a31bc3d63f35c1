"""Where jobs run: threads of this process with a pool of warm judges, or the workers of a Dask cluster."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from grader.judge.order import Order, OurProblem, ShardResult, UsageProblem
from grader.judge.warm import JudgeDied, JudgeStopped, StandingJudge, stand
from grader.judge.warm.messages import Post

CONNECT_SECONDS = 20
TRIES = 2  # of a judge that dies


class JudgePool:
    """As many judges as threads ask at the same time; a judge is started when none is idle.

    The first that is needed comes with as many others as will be: the course is then read once for all of them.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._at_once, self._orders = 1, 0
        self._idle: dict[Post, list[StandingJudge]] = {}
        self._busy: list[StandingJudge] = []
        self._lock = threading.Lock()
        self._closed = False

    def open(self, at_once: int, orders: int) -> None:
        """Lend judges, also after `close`, to so many at the same time, for some orders in all."""
        with self._lock:
            self._closed, self._at_once, self._orders = False, at_once, orders

    def grade(self, post: Post, order: Order) -> ShardResult:
        """Grade with a judge that stands ready for `post`; where it dies, once more with a fresh one.

        Raises:
            OurProblem: the fresh one died too, or `close` was called.
        """
        for tries_left in reversed(range(TRIES)):
            try:
                with self.lend(post) as judge:
                    return judge.grade(order)
            except JudgeDied:
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def lend(self, post: Post) -> Iterator[StandingJudge]:
        """Lend a judge that stands ready for `post`; one that died is not taken back.

        Raises:
            OurProblem: `close` was called.
        """
        judge = self._take(post)
        try:
            yield judge
        except (JudgeDied, JudgeStopped):
            self._let_go(judge)
            raise
        except BaseException:
            self._give_back(post, judge)
            raise
        else:
            self._give_back(post, judge)

    def close(self) -> None:
        """End all of them, those that are grading too, and start no more until `open`."""
        with self._lock:
            self._closed = True
            judges = [*self._busy, *(judge for idle in self._idle.values() for judge in idle)]
            self._idle, self._busy = {}, []
        for judge in judges:
            judge.kill()

    def _take(self, post: Post) -> StandingJudge:
        with self._lock:
            if self._closed:
                raise OurProblem("the gradings were stopped")
            idle = self._standing(post) or stand(post, 1 if post in self._idle else self._at_once, self._orders)
            judge, self._idle[post] = idle[0], idle[1:]
            self._busy.append(judge)
            return judge

    def _standing(self, post: Post) -> list[StandingJudge]:
        """Return the idle judges that are still there; what is left of the others is closed."""
        standing = []
        for judge in self._idle.get(post, ()):
            if judge.stands:
                standing.append(judge)
            else:
                judge.close()
        return standing

    def _give_back(self, post: Post, judge: StandingJudge) -> None:
        with self._lock:
            if judge in self._busy:  # and was not ended meanwhile, with all the others
                self._busy.remove(judge)
                self._idle.setdefault(post, []).append(judge)

    def _let_go(self, judge: StandingJudge) -> None:
        with self._lock:
            if judge in self._busy:
                self._busy.remove(judge)


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
