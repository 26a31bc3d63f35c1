"""The standing judges of this process, lent to one grading at a time."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from grader.judge.errors import OurProblem
from grader.judge.standing import JudgeDied, JudgeStopped, StandingJudge, stand
from grader.judge.standing.messages import Post


class Judges:
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


JUDGES = Judges()
atexit.register(JUDGES.close)
