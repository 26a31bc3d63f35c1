"""The judges that stand ready: one for each topic, and few at a time.

A judge for one topic is ready in half the time that one for the whole course needs. Two are kept, so that work in two
topics waits for neither; where a third is needed, the one that was not used for longest ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from grader.course import Course
from grader.device.choice import Accelerator
from grader.judge.order import Meanwhile, Order, ShardResult, Tell
from grader.judge.parallel import run_parallel
from grader.judge.warm import JudgeDied, StandingJudge, can_stand
from grader.judge.warm.messages import Closed
from grader.watch import events as e

MOST = 2
ATTEMPTS = 2  # with a new judge each, until it is a fault


class WasGivenUp(Exception):
    """The grading was given up, as nobody wants its result any more."""


class Judges:
    """Grades one order after another; only `give_up` and `close` may be called from elsewhere meanwhile."""

    def __init__(
        self,
        course: Course,
        sandbox: str,
        accelerator: Accelerator,
        tell: Callable[[e.Event], None],
        make: Callable[..., Any] = StandingJudge.start,
    ) -> None:
        """Start none yet; `tell` is told when one gets ready."""
        self._course, self._sandbox, self._accelerator = course, sandbox, accelerator
        self._tell, self._make = tell, make
        self._standing: dict[str, Any] = {}  # by topic, the one used last at the end
        self._ready: set[str] = set()
        self._busy: str | None = None
        self._given_up = self._closed = False
        self._lock = threading.Lock()

    def warm(self, topic: str) -> None:
        """Have a judge of a topic, ready to grade; wait until it is.

        Raises:
            JudgeDied: it ended while it got ready.
        """
        started = time.monotonic()
        judge = self._judge(topic)
        if topic in self._ready:
            return
        self._tell(e.Starting(topic))
        try:
            judge.wait()
        except Closed as problem:
            self._end(topic)
            raise JudgeDied(f"a judge ended while it got ready: {problem}") from None
        finally:
            self._tell(e.Ready(topic, time.monotonic() - started))
        self._ready.add(topic)

    def grade(self, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade tasks of one topic; a judge that dies is replaced once, and what it told is taken back.

        Raises:
            WasGivenUp: `give_up` was called meanwhile.
            OurProblem: the grader failed.
        """
        topic = order.task_ids[0].partition(".")[0]
        with self._lock:
            self._given_up = False
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._grade(topic, order, meanwhile)
            except JudgeDied:
                if meanwhile is not None:
                    meanwhile(Meanwhile(None))
                self._end(topic)
                if self._given_up or self._closed:
                    raise WasGivenUp from None
                if not left:
                    raise
        raise AssertionError("unreachable")

    def give_up(self) -> None:
        """End the judge that grades; the one after it has to get ready again."""
        with self._lock:
            judge = self._standing.get(self._busy) if self._busy else None
            self._given_up = judge is not None
        if judge is not None:
            judge.kill()

    def close(self) -> None:
        """End all judges, at once."""
        with self._lock:
            self._closed = True
            judges = list(self._standing.values())
            self._standing.clear()
        for judge in judges:
            judge.kill()
        for judge in judges:
            judge.close()

    def _grade(self, topic: str, order: Order, meanwhile: Tell | None) -> ShardResult:
        with self._lock:
            self._busy = topic
        try:
            self.warm(topic)
            found: ShardResult = self._standing[topic].grade(order, meanwhile)
            return found
        except KeyError:  # closed meanwhile
            raise JudgeDied("the judges were closed") from None
        finally:
            with self._lock:
                self._busy = None

    def _judge(self, topic: str) -> Any:
        with self._lock:
            if self._closed:
                raise JudgeDied("the judges were closed")
            judge = self._standing.pop(topic, None)
            oldest = next(iter(self._standing), None) if len(self._standing) >= MOST else None
            if judge is None:
                self._ready.discard(topic)
                ids = [task.id for task in self._course.topic(topic).tasks]
                judge = self._make(ids, self._sandbox, self._accelerator)
            self._standing[topic] = judge
        if oldest is not None:
            self._end(oldest)
        return judge

    def _end(self, topic: str) -> None:
        with self._lock:
            judge = self._standing.pop(topic, None)
            self._ready.discard(topic)
        if judge is not None:
            judge.kill()
            judge.close()


class NoJudges:
    """The same where no judge can stand: each order gets processes of its own, as `grade PATH` does it."""

    def __init__(
        self, tell: Callable[[e.Event], None], run: Callable[..., ShardResult] = run_parallel
    ) -> None:
        """Start nothing."""
        self._tell, self._run = tell, run

    def warm(self, topic: str) -> None:
        """Say that it is so: there is nothing to wait for."""
        self._tell(e.Ready(topic))

    def grade(self, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade in a process of its own; nothing is told before it ends."""
        self.warm(order.task_ids[0].partition(".")[0])
        return self._run(order, 1, None)

    def give_up(self) -> None:
        """Do nothing: the grading ends by itself, and its result is not used."""

    def close(self) -> None:
        """Do nothing: nothing is left after an order."""


def judges_for(
    course: Course, sandbox: str, accelerator: Accelerator, tell: Callable[[e.Event], None]
) -> Judges | NoJudges:
    """Return what grades here."""
    return Judges(course, sandbox, accelerator, tell) if can_stand() else NoJudges(tell)
