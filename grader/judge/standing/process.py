"""The process of standing judges: `python -m grader.judge.standing ORDERS ANSWERS [ORDERS ANSWERS ...]`.

The arguments are descriptors, two for each judge. The workers' servers are forked first, one for each. Then the course
is read: references, suites, known mistakes. A single judge stands in this process; several are forked from it, and it
only waits for them. Each order is graded in a child of its judge, which no other submission has touched, and which
inherits all that was read.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn

import pytest

from grader.course import Course, load_course
from grader.device.choice import using
from grader.judge.bench import Bench
from grader.judge.memory import Found as Fact
from grader.judge.memory import Key
from grader.judge.order import Meanwhile, Order, Tell
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.shard import Collected, Shard
from grader.judge.standing.child import Found, die_with, in_child
from grader.judge.standing.keyword import chosen
from grader.judge.standing.messages import Closed, Failed, Post, Ready, receive, send, send_packed
from grader.judge.standing.readiness import get_ready
from grader.judge.standing.whose import Ours, graded
from grader.judge.subject import ReferenceSubject
from grader.judge.workers import Workers, open_workers
from grader.sandbox.errors import SandboxProblem
from grader.worker.pages import PAGES
from grader.worker.prepare import prepare_torch
from grader.worker.warm import warm_up

UNUSED_SEED = 0


def main() -> None:
    """Obey until the other end hangs up."""
    numbers = [int(number) for number in sys.argv[1:]]
    streams = [_streams(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    with contextlib.suppress(Closed):
        first, _ = streams[0]
        post, orders = receive(first)
        with using(post.accelerator):
            prepare_torch()
            warm_up()  # here and not in each server
            PAGES.expect(orders * 3)  # a child for each, a worker for what passes, and some for what does not
            desks = [_Desk(open_workers(post.sandbox), *pair) for pair in streams]
            _stand(post, desks, orders)


def _streams(orders: int, answers: int) -> tuple[BinaryIO, BinaryIO]:
    for descriptor in (orders, answers):
        os.set_inheritable(descriptor, False)
    return os.fdopen(orders, "rb"), os.fdopen(answers, "wb")


@dataclass(frozen=True)
class _Desk:
    """What a judge works with."""

    workers: Workers
    orders: BinaryIO
    answers: BinaryIO

    def leave(self) -> None:
        """Let go of it: it is another process's."""
        self.workers.leave()
        self.orders.close()
        self.answers.close()


def _stand(post: Post, desks: Sequence[_Desk], orders: int) -> None:
    course = load_course()
    references = References(course)
    tasks = [course.task(task_id) for task_id in post.task_ids]
    bench = Bench(course, references, ReferenceSubject(references), UNUSED_SEED)

    def obey(bench: Bench, by_task: Mapping[str, list[pytest.Item]]) -> None:
        get_ready(references, tasks, course)
        PAGES.expect(orders)
        desk = _own(desks)
        judge = _Judge(course, references, desk, Collected(bench, by_task))
        try:
            with contextlib.suppress(Closed):
                send(desk.answers, Ready(desk.workers.kind))
                while True:
                    judge.obey(receive(desk.orders))
        finally:
            desk.workers.close()

    run_session(bench, tasks, "", obey)


def _own(desks: Sequence[_Desk]) -> _Desk:
    """Return the desk of this process: the only one, or in each of the judges that are forked here its own."""
    if len(desks) == 1:
        return desks[0]
    parent = os.getpid()
    for desk in desks:
        if os.fork() == 0:
            die_with(parent)
            for other in desks:
                if other is not desk:
                    other.leave()
            return desk
    _wait_for_all(desks)


def _wait_for_all(desks: Sequence[_Desk]) -> NoReturn:
    for desk in desks:
        desk.leave()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


@dataclass(frozen=True)
class _Graded:
    """What a child gives: a result, pickled, as it goes on unread; and what the next child need not find out."""

    result: bytes
    learned: dict[Key, Fact]


@dataclass
class _Judge:
    """Grades orders in children of this process, until one of them finds the workers' server broken."""

    course: Course
    references: References
    desk: _Desk
    collected: Collected
    in_step: bool = True  # with the server

    def obey(self, order: Order) -> None:
        """Grade and answer. Raises Closed where this judge is to be replaced."""
        try:
            send_packed(self.desk.answers, graded(order, self._attempt, self.course))
        except Ours as problem:
            send(self.desk.answers, Failed(str(problem), alive=self.in_step))
        except SandboxProblem as problem:
            send(self.desk.answers, Failed(str(problem), alive=False))
            raise Closed(str(problem)) from None
        if not self.in_step:
            raise Closed("the server has ended")

    def _attempt(self, order: Order) -> Found:
        if not self.in_step:
            raise SandboxProblem("the fork server ended; see `grade doctor`")
        PAGES.before_fork()
        answers = self.desk.answers
        found = in_child(
            lambda tell: self._grade(order, tell if order.tells else None), self.desk.orders.fileno(), answers.fileno(),
            lambda told: send_packed(answers, told),
        )  # fmt: skip
        if order.tells and found.reason is not None:
            send(answers, Meanwhile(None))  # whatever a process told that came to no end
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
