"""Warm judges as those who give them orders see them: a pool of as many as are asked at the same time.

They are kept for the next order and replaced where they die. Where no judge can be kept, each order gets a process of
its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from grader.judge.order import Failed, JudgeKey, Order, OurProblem, PartialResult, ShardResult, Tell
from grader.process.kernel import can_fork

PATIENCE = 10.0  # seconds for it to end by itself
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # from the start: each fork copies an entry for each page


class JudgeDied(OurProblem):
    """The judge's process ended while it graded; start another one and give it the order again."""


class JudgeStopped(OurProblem):
    """The judge was ended by whoever has it, while it graded: nobody waits for the result any more."""


def start_judge(key: JudgeKey) -> WarmJudge:
    """Start a judge; it gets ready while the caller goes on."""
    (orders, orders_to), (answers_from, answers) = Pipe(duplex=False), Pipe(duplex=False)
    judge = WarmJudge(orders_to, answers_from, _started(orders, answers))
    with judge._talking():
        judge._orders.send(key)
    return judge


def _started(*theirs: Connection) -> subprocess.Popen[bytes]:
    """Start the process, which alone has these ends from then on."""
    descriptors = [end.fileno() for end in theirs]
    path = os.pathsep.join(part for part in sys.path if part)
    environment = {**LARGE_PAGES, **os.environ, "PYTHONPATH": path}
    try:
        return subprocess.Popen(
            # -P: never from the folder that we stand in
            [sys.executable, "-P", "-W", "ignore", "-m", "grader.judge.warm", *map(str, descriptors)],
            stdin=subprocess.DEVNULL, stdout=2, pass_fds=descriptors, env=environment, start_new_session=True,
        )  # fmt: skip
    finally:
        for end in theirs:
            end.close()


class WarmJudge:
    """A judge process that grades one order after another; one caller at a time."""

    def __init__(self, orders: Connection, answers: Connection, process: subprocess.Popen[bytes]) -> None:
        """Talk to a judge that was started; the first order waits until it is ready."""
        self._orders, self._answers, self._process = orders, answers, process
        self.is_ready = self._is_killed = False
        self._use = threading.Lock()  # of the connections: none is closed while somebody reads it

    @property
    def is_alive(self) -> bool:
        """Whether its process is still there."""
        return self._process.poll() is None

    def grade(self, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade an order.

        Args:
            order: what to grade.
            meanwhile: gets what is known before the result is, in this thread; what it raises ends the judge.

        Raises:
            JudgeDied: the process of the judge ended.
            JudgeStopped: `kill` was called.
            OurProblem: the grader failed.
        """
        self.wait()
        with self._talking():
            self._orders.send(replace(order, tells=meanwhile is not None))
            while isinstance(found := self._receive(), PartialResult):
                if meanwhile is not None:
                    meanwhile(found)
        if isinstance(found, Failed):
            if found.alive:
                raise OurProblem(found.reason)
            self.close()
            raise JudgeDied(found.reason)
        assert isinstance(found, ShardResult)
        return found

    def _receive(self) -> object:
        with self._use:
            return self._answers.recv()

    def wait(self) -> None:
        """Wait until it is ready.

        Raises:
            JudgeDied: it ended while it got ready.
            JudgeStopped: `kill` was called.
        """
        if not self.is_ready:
            with self._talking():
                self._receive()
            self.is_ready = True

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        """Say what it means that the other end is closed; who breaks off leaves a judge that nobody can talk to."""
        try:
            yield
        except (OSError, EOFError) as problem:
            self.close()
            if self._is_killed:
                raise JudgeStopped("the gradings were stopped") from None
            raise JudgeDied(f"a judge ended: {problem or 'the stream ended'}") from None
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it at once, with all that it has started; from any thread."""
        self._is_killed = True
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let it end."""
        self._orders.close()
        with self._use:
            self._answers.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class JudgePool:
    """Lends judges to threads by what they are ready for; one is started when none is idle."""

    def __init__(self, most: int | None = None) -> None:
        """Start with none; idle ones are kept for so many keys, and those of the key used longest ago end first."""
        self._most = most
        self._idle: dict[JudgeKey, list[WarmJudge]] = {}  # the key used last at the end
        self._busy: list[WarmJudge] = []
        self._lock = threading.Lock()
        self._closed = False

    def open(self) -> None:
        """Lend judges, also after `close`."""
        with self._lock:
            self._closed = False

    def grade(self, key: JudgeKey, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade with a judge that stands ready for `key`; where it dies, once more with a fresh one.

        What it told meanwhile is then taken back.

        Raises:
            JudgeDied: the fresh one died too.
            JudgeStopped: `stop` or `close` was called.
        """
        if not can_fork():
            return _graded_apart(order)
        with contextlib.suppress(JudgeDied), self.lend(key) as judge:
            return judge.grade(order, meanwhile)
        if meanwhile is not None:
            meanwhile(PartialResult(None))
        with self.lend(key) as judge:
            return judge.grade(order, meanwhile)

    @contextmanager
    def lend(self, key: JudgeKey) -> Iterator[WarmJudge]:
        """Lend a judge that stands ready for `key`; one that died is not taken back.

        Raises:
            JudgeStopped: `close` was called.
        """
        judge, is_alive = self._take(key), True
        try:
            yield judge
        except (JudgeDied, JudgeStopped):
            is_alive = False
            raise
        finally:
            with self._lock:
                if judge in self._busy:  # and was not ended meanwhile, with all the others
                    self._busy.remove(judge)
                    if is_alive:
                        self._idle.setdefault(key, []).append(judge)

    def stop(self) -> None:
        """End the judges that are lent now: nobody wants what they are about."""
        with self._lock:
            busy = list(self._busy)
        for judge in busy:
            judge.kill()

    def close(self) -> None:
        """End all of them, those that are grading too, and start no more until `open`."""
        with self._lock:
            self._closed = True
            judges = [*self._busy, *(judge for idle in self._idle.values() for judge in idle)]
            self._idle, self._busy = {}, []
        for judge in judges:
            judge.kill()

    def _take(self, key: JudgeKey) -> WarmJudge:
        with self._lock:
            if self._closed:
                raise JudgeStopped("the gradings were stopped")
            self._make_room(key)
            judge, *others = self._alive(key) or [start_judge(key)]
            self._idle.pop(key, None)
            self._idle[key] = others
            self._busy.append(judge)
            return judge

    def _make_room(self, key: JudgeKey) -> None:
        """End the idle judges of the keys that are too many beside this one."""
        others = [other for other in self._idle if other != key]
        for other in others[: max(0, len(others) + 1 - (self._most or len(others) + 1))]:
            for judge in self._idle.pop(other):
                judge.kill()

    def _alive(self, key: JudgeKey) -> list[WarmJudge]:
        """Return the idle judges that are still there; what is left of the others is closed."""
        standing = []
        for judge in self._idle.get(key, ()):
            if judge.is_alive:
                standing.append(judge)
            else:
                judge.close()
        return standing


def _graded_apart(order: Order) -> ShardResult:
    """Grade in a process that is there for this order alone."""
    from grader.judge.parallel import run_parallel

    return run_parallel(order, 1, None)
