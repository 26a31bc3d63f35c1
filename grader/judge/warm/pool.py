"""A pool of warm judges: as many as are asked at the same time, kept for the next order, replaced where they die."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from grader.judge.order import Meanwhile, Order, ShardResult, Tell
from grader.judge.warm.client import JudgeDied, JudgeStopped, WarmJudge, stand
from grader.judge.warm.messages import Post

TRIES = 2  # of a judge that dies


class JudgePool:
    """Lends judges to threads by what they are ready for; one is started when none is idle.

    The first that is needed comes with as many others as will be: the course is then read once for all of them.
    """

    def __init__(self, most: int | None = None) -> None:
        """Start with none; idle ones are kept for so many posts, and those of the post used longest ago end first."""
        self._most, self._at_once, self._orders = most, 1, 0
        self._idle: dict[Post, list[WarmJudge]] = {}  # the post used last at the end
        self._busy: list[WarmJudge] = []
        self._lock = threading.Lock()
        self._closed = False

    def open(self, at_once: int, orders: int) -> None:
        """Lend judges, also after `close`, to so many at the same time, for some orders in all."""
        with self._lock:
            self._closed, self._at_once, self._orders = False, at_once, orders

    def grade(self, post: Post, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade with a judge that stands ready for `post`; where it dies, once more with a fresh one.

        What it told meanwhile is then taken back.

        Raises:
            JudgeDied: the fresh one died too.
            JudgeStopped: `stop` or `close` was called.
        """
        for tries_left in reversed(range(TRIES)):
            try:
                with self.lend(post) as judge:
                    return judge.grade(order, meanwhile)
            except JudgeDied:
                if meanwhile is not None:
                    meanwhile(Meanwhile(None))
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def lend(self, post: Post) -> Iterator[WarmJudge]:
        """Lend a judge that stands ready for `post`; one that died is not taken back.

        Raises:
            JudgeStopped: `close` was called.
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

    def _take(self, post: Post) -> WarmJudge:
        with self._lock:
            if self._closed:
                raise JudgeStopped("the gradings were stopped")
            self._make_room(post)
            judge, *others = self._standing(post) or stand(
                post, 1 if post in self._idle else self._at_once, self._orders
            )
            self._idle.pop(post, None)
            self._idle[post] = others
            self._busy.append(judge)
            return judge

    def _make_room(self, post: Post) -> None:
        """End the idle judges of the posts that are too many beside this one."""
        others = [other for other in self._idle if other != post]
        for other in others[: max(0, len(others) + 1 - (self._most or len(others) + 1))]:
            for judge in self._idle.pop(other):
                judge.kill()

    def _standing(self, post: Post) -> list[WarmJudge]:
        """Return the idle judges that are still there; what is left of the others is closed."""
        standing = []
        for judge in self._idle.get(post, ()):
            if judge.stands:
                standing.append(judge)
            else:
                judge.close()
        return standing

    def _give_back(self, post: Post, judge: WarmJudge) -> None:
        with self._lock:
            if judge in self._busy:  # and was not ended meanwhile, with all the others
                self._busy.remove(judge)
                self._idle.setdefault(post, []).append(judge)

    def _let_go(self, judge: WarmJudge) -> None:
        with self._lock:
            if judge in self._busy:
                self._busy.remove(judge)
