"""The judges that stand ready: one for each topic, and few at a time.

A judge for one topic is ready in half the time that one for the whole course needs. Two are kept, so that work in two
topics waits for neither; where a third is needed, the one that was not used for longest ends. Where no judge can stand,
each order gets processes of its own, as `grade PATH` does it.
"""

from __future__ import annotations

import time
from contextlib import suppress

from grader.course import Course
from grader.device.choice import Accelerator
from grader.judge.order import Order, ShardResult, Tell
from grader.judge.warm_messages import JudgeKey
from grader.judge.warm_pool import JudgeDied, JudgePool, JudgeStopped, has_warm_judges
from grader.watch import events as e

MOST = 2


class Judges:
    """Grades one order after another; only `give_up` and `close` may be called from elsewhere meanwhile."""

    def __init__(self, course: Course, sandbox: str, accelerator: Accelerator, tell: e.Tell) -> None:
        """Start none yet; `tell` is told when one gets ready."""
        self._course, self._sandbox, self._accelerator, self._tell = course, sandbox, accelerator, tell
        self._pool = JudgePool(MOST)
        self._pool.open(1)

    def warm(self, topic: str) -> None:
        """Have a judge of a topic, ready to grade; wait until it is, or until nobody wants it any more.

        Raises:
            JudgeDied: it ended while it got ready.
        """
        with suppress(JudgeStopped):
            self._get_ready(topic)

    def grade(self, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade tasks of one topic; a judge that dies is replaced once, and what it told is taken back.

        Raises:
            JudgeStopped: `give_up` or `close` was called meanwhile.
            OurProblem: the grader failed.
        """
        topic = order.task_ids[0].partition(".")[0]
        with suppress(JudgeDied):  # another one is tried
            self._get_ready(topic)
        return self._pool.grade(self._key(topic), order, meanwhile)

    def give_up(self) -> None:
        """End the judge that grades; the one after it has to get ready again."""
        self._pool.stop()

    def close(self) -> None:
        """End all judges, at once."""
        self._pool.close()

    def _get_ready(self, topic: str) -> None:
        if not has_warm_judges():
            self._tell(e.Ready(topic))
            return
        with self._pool.lend(self._key(topic)) as judge:
            if judge.is_ready:
                return
            started = time.monotonic()
            self._tell(e.Starting(topic))
            try:
                judge.wait()
            finally:
                self._tell(e.Ready(topic, time.monotonic() - started))

    def _key(self, topic: str) -> JudgeKey:
        return JudgeKey(tuple(task.id for task in self._course.topic(topic).tasks), self._sandbox, self._accelerator)
