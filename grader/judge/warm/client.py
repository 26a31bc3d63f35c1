"""The end of a standing judge that gives orders."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from grader.device.choice import Accelerator
from grader.judge.order import Meanwhile, Order, OurProblem, ShardResult, Tell
from grader.judge.warm.messages import Closed, Failed, Post, receive, send

MODULE = "grader.judge.warm"
PATIENCE = 10.0  # seconds for it to end by itself
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # from the start: gathering them costs ten times more
OF_A_SESSION = 40  # orders that a single judge gets ready for: somebody works with it for a while


class JudgeDied(OurProblem):
    """The judge's process ended while it graded; start another one and give it the order again."""


class JudgeStopped(OurProblem):
    """The judge was ended by whoever has it, while it graded: nobody waits for the result any more."""


def can_stand() -> bool:
    """Whether a judge can stand here: it grades in children that are forked."""
    return sys.platform == "linux"


def stand(post: Post, count: int, orders: int = 0) -> list[WarmJudge]:
    """Start `count` judges, for some `orders` together, with one reading of the course.

    They get ready while the caller goes on.
    """
    streams = [_streams() for _ in range(count)]
    started = _started([descriptor for _, theirs in streams for descriptor in theirs])
    process = _JudgeProcess(started)
    judges = [WarmJudge(orders_to, answers_from, process) for (orders_to, answers_from), _ in streams]
    send(judges[0]._orders, (post, orders))
    return judges


def _started(descriptors: Sequence[int]) -> subprocess.Popen[bytes]:
    """Start the process, which alone has these descriptors from then on."""
    path = os.pathsep.join(part for part in sys.path if part)
    environment = {**LARGE_PAGES, **os.environ, "PYTHONPATH": path}
    try:
        return subprocess.Popen(
            # -P: never from the folder that we stand in
            [sys.executable, "-P", "-W", "ignore", "-m", MODULE, *map(str, descriptors)],
            stdin=subprocess.DEVNULL, stdout=2, pass_fds=descriptors, env=environment, start_new_session=True,
        )  # fmt: skip
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _streams() -> tuple[tuple[BinaryIO, BinaryIO], tuple[int, int]]:
    """Return our ends of two pipes, for orders and for answers, and theirs."""
    (reads, orders), (answers, writes) = os.pipe(), os.pipe()
    return (os.fdopen(orders, "wb"), os.fdopen(answers, "rb")), (reads, writes)


class _JudgeProcess:
    """The process that the judges of one reading come from; it lasts as long as one of them."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self.popen, self.killed = popen, False
        self._there, self._lock = set[WarmJudge](), threading.Lock()

    def join(self, judge: WarmJudge) -> None:
        self._there.add(judge)

    def kill(self) -> None:
        self.killed = True
        with contextlib.suppress(OSError):
            os.killpg(self.popen.pid, signal.SIGKILL)

    def leave(self, judge: WarmJudge) -> None:
        """Wait for the process with the last of its judges."""
        with self._lock:
            self._there.discard(judge)
            last = not self._there
        if last or self.killed:
            try:
                self.popen.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()


class WarmJudge:
    """A judge process that grades one order after another; one caller at a time."""

    def __init__(self, orders: BinaryIO, answers: BinaryIO, process: _JudgeProcess) -> None:
        """Talk to a judge that was started; the first order waits until it is ready."""
        self._orders, self._answers, self._process = orders, answers, process
        self.is_ready, self._number = False, 0  # of the order that was given last
        process.join(self)

    @staticmethod
    def start(task_ids: Sequence[str], sandbox: str, accelerator: Accelerator) -> WarmJudge:
        """Start one for these tasks."""
        (judge,) = stand(Post(tuple(task_ids), sandbox, accelerator), 1, OF_A_SESSION)
        return judge

    @property
    def stands(self) -> bool:
        """Whether the process that it comes from is still there."""
        return self._process.popen.poll() is None

    def grade(self, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade an order.

        Args:
            order: what to grade.
            meanwhile: gets what is known before the result is, in this thread; what it raises ends the waiting.

        Raises:
            JudgeDied: the process of the judge ended.
            JudgeStopped: `kill` was called.
            OurProblem: the grader failed.
        """
        self.wait()
        with self._talking():
            self._number += 1
            send(self._orders, (self._number, replace(order, tells=meanwhile is not None)))
            found = self._answer(meanwhile)
        if isinstance(found, Failed):
            if found.alive:
                raise OurProblem(found.reason)
            self.close()
            raise JudgeDied(found.reason)
        assert isinstance(found, ShardResult)
        return found

    def _answer(self, meanwhile: Tell | None) -> object:
        """Return what comes after all that is told meanwhile."""
        while isinstance(found := receive(self._answers, self._number), Meanwhile):
            if meanwhile is not None:
                meanwhile(found)
        return found

    def wait(self) -> None:
        """Wait until it is ready.

        Raises:
            JudgeDied: it ended while it got ready.
            JudgeStopped: `kill` was called.
        """
        if not self.is_ready:
            with self._talking():
                receive(self._answers)
            self.is_ready = True

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        """Say what it means that the other end is closed."""
        try:
            yield
        except Closed as problem:
            self.close()
            if self._process.killed:
                raise JudgeStopped("the gradings were stopped") from None
            raise JudgeDied(f"a judge ended: {problem}") from None

    def kill(self) -> None:
        """End it at once, with all that it has started and the judges that stand with it; from any thread."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Let it end."""
        for stream in (self._orders, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.leave(self)
