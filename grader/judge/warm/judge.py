"""A judge that stands: it grades one order after another, each in a child of its process."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from typing import BinaryIO

from grader.course import Course
from grader.judge.memory import Found as Fact
from grader.judge.memory import Key
from grader.judge.order import Meanwhile, Order, Tell
from grader.judge.references import References
from grader.judge.shard import Collected, Shard
from grader.judge.warm.child import Found, in_child
from grader.judge.warm.keyword import chosen
from grader.judge.warm.messages import Closed, Failed, send, send_packed
from grader.judge.warm.whose import Ours, graded
from grader.judge.workers import Workers
from grader.sandbox.errors import SandboxProblem
from grader.worker.pages import PAGES


@dataclass(frozen=True)
class Desk:
    """What a judge works with."""

    workers: Workers
    orders: BinaryIO
    answers: BinaryIO

    def leave(self) -> None:
        """Let go of it: it is another process's."""
        self.workers.leave()
        self.orders.close()
        self.answers.close()


@dataclass(frozen=True)
class _Graded:
    """What a child gives: a result, pickled, as it goes on unread; and what the next child need not find out."""

    result: bytes
    learned: dict[Key, Fact]


@dataclass
class Judge:
    """Grades orders in children of this process, until one of them finds the workers' server broken."""

    course: Course
    references: References
    desk: Desk
    collected: Collected
    in_step: bool = True  # with the server

    number: int = 0  # of the order that is graded

    def obey(self, number: int, order: Order) -> None:
        """Grade order `number` and answer. Raises Closed where this judge is to be replaced."""
        self.number = number
        try:
            self._answer_packed(graded(order, self._attempt, self.course))
        except Ours as problem:
            self._answer(Failed(str(problem), alive=self.in_step))
        except SandboxProblem as problem:
            self._answer(Failed(str(problem), alive=False))
            raise Closed(str(problem)) from None
        if not self.in_step:
            raise Closed("the server has ended")

    def _answer(self, message: Meanwhile | Failed) -> None:
        send(self.desk.answers, message, self.number)

    def _answer_packed(self, data: bytes) -> None:
        send_packed(self.desk.answers, data, self.number)

    def _attempt(self, order: Order) -> Found:
        if not self.in_step:
            raise SandboxProblem("the fork server ended; see `grade doctor`")
        PAGES.before_fork()
        found = in_child(
            lambda tell: self._grade(order, tell if order.tells else None),
            self.desk.orders.fileno(), self.desk.answers.fileno(), self._answer_packed,
        )  # fmt: skip
        if order.tells and found.reason is not None:
            self._answer(Meanwhile(None))  # whatever a process told that came to no end
        try:
            self.desk.workers.rest()  # what the child left running; it may have died
        except SandboxProblem:
            self.in_step = False  # what it had found by then counts
        if found.broken:
            raise SandboxProblem(found.reason)
        if found.reason is not None:
            return found
        graded: _Graded = pickle.loads(found.data)
        self.collected.bench.memory.learn(graded.learned)
        return replace(found, data=graded.result)

    def _grade(self, order: Order, tell: Tell | None) -> _Graded:
        """Grade in this process, a child."""
        shard = Shard(order, self.desk.workers, lambda *_: None, self.course, self.references, tell)
        result = shard.grade(chosen(self.collected, order.keyword))
        return _Graded(pickle.dumps(result), self.collected.bench.memory.take_fresh())
