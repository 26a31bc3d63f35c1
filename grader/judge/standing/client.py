"""The end of a standing judge that gives orders."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from grader.device.choice import Accelerator
from grader.judge.errors import OurProblem
from grader.judge.order import Order, ShardResult
from grader.judge.standing.messages import Closed, Failed, Post, receive, send

MODULE = "grader.judge.standing.process"
PATIENCE = 10.0  # seconds for it to end by itself


class JudgeDied(OurProblem):
    """The judge's process ended while it graded; start another one and give it the order again."""


class JudgeStopped(OurProblem):
    """The judge was ended by whoever has it, while it graded: nobody waits for the result any more."""


def can_stand() -> bool:
    """Whether a judge can stand here: it grades in children that are forked."""
    return sys.platform == "linux"


class StandingJudge:
    """A judge process that grades one order after another; one caller at a time."""

    def __init__(self, task_ids: Sequence[str], sandbox: str, accelerator: Accelerator) -> None:
        """Start a judge for these tasks. It gets ready while the caller goes on; the first order waits for it."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", MODULE],  # -P: never from the folder that we stand in
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None and self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._ready = self._killed = False
        send(self._orders, Post(tuple(task_ids), sandbox, accelerator))  # type: ignore[arg-type]

    def grade(self, order: Order) -> ShardResult:
        """Grade an order.

        Raises:
            JudgeDied: the process of the judge ended.
            JudgeStopped: `kill` was called.
            OurProblem: the grader failed.
        """
        try:
            self.wait()
            send(self._orders, order)  # type: ignore[arg-type]
            found = receive(self._answers)  # type: ignore[arg-type]
        except Closed as problem:
            self.close()
            if self._killed:
                raise JudgeStopped("the gradings were stopped") from None
            raise JudgeDied(f"a judge ended: {problem}") from None
        if isinstance(found, Failed):
            if found.alive:
                raise OurProblem(found.reason)
            self.close()
            raise JudgeDied(found.reason)
        assert isinstance(found, ShardResult)
        return found

    def wait(self) -> None:
        """Wait until it is ready."""
        if not self._ready:
            receive(self._answers)  # type: ignore[arg-type]
            self._ready = True

    def kill(self) -> None:
        """End it at once, whatever it does, and all that it has started; another thread may call this."""
        self._killed = True
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let it end."""
        for stream in (self._orders, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
