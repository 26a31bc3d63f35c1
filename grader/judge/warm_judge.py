"""The process of warm judges: they grade one order after another, each in a child.

The arguments are descriptors, two for each judge. The workers' servers are forked first, one for each. Then the course
is read: references, suites, known mistakes. A single judge stands in this process; several are forked from it, and it
only waits for them. Each order is graded in a child of its judge, which no other submission has touched, and which
inherits all that was read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn

from grader.course import Course, Task, load_course
from grader.device.choice import using
from grader.intake import Content, Submission
from grader.judge.intake import take_in
from grader.judge.order import Meanwhile, Order, Tell
from grader.judge.outcome import Found as Fact
from grader.judge.outcome import Key
from grader.judge.plugin import load_shared
from grader.judge.references import References
from grader.judge.runner import Runner
from grader.judge.session import run_session
from grader.judge.shard import Shard
from grader.judge.subject import ReferenceSubject, Workers, open_workers
from grader.judge.warm_child import Found, Ours, die_with, graded, in_child
from grader.judge.warm_messages import Closed, Failed, Post, Ready, receive, send, send_packed
from grader.process.prepare import prepare_torch
from grader.process.speedups import PAGES
from grader.sandbox.transport import SandboxProblem
from grader.worker.server import warm_up

GARBAGE_THRESHOLDS = (20_000, 20, 20)  # a child is short-lived, as a worker is


def get_ready(references: References, tasks: Sequence[Task], course: Course) -> None:
    """Load now what each child would otherwise load again."""
    topics = dict.fromkeys(task.topic for task in tasks)
    for slug in topics:
        references.stub(slug), references.tree(slug), references.signatures(slug)
        if (file := course.suites / slug / "shared.py").is_file():
            load_shared(file)
    for task in tasks:
        references.mistakes(task)
    for slug in topics:
        _read_like_a_submission(references, [task for task in tasks if task.topic == slug], course)
    gc.collect()
    gc.freeze()  # so that a child's collection does not copy every page
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()


def _read_like_a_submission(references: References, tasks: Sequence[Task], course: Course) -> None:
    """Read a topic's reference as if it were handed in: its bindings and those of the stub are then known."""
    slug = tasks[0].topic
    content = Content(f"{slug}.py", course.solution_file(slug).read_bytes())
    take_in(course, references, Submission({slug: content}, ""), tasks)


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
    runner: Runner
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
        self.runner.memory.learn(graded.learned)
        return replace(found, data=graded.result)

    def _grade(self, order: Order, tell: Tell | None) -> _Graded:
        """Grade in this process, a child."""
        shard = Shard(order, self.desk.workers, lambda *_: None, self.course, self.references, tell)
        result = shard.grade(self.runner)
        return _Graded(pickle.dumps(result), self.runner.memory.take_fresh())


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
            desks = [Desk(open_workers(post.sandbox), *pair) for pair in streams]
            _stand(post, desks, orders)


def _streams(orders: int, answers: int) -> tuple[BinaryIO, BinaryIO]:
    for descriptor in (orders, answers):
        os.set_inheritable(descriptor, False)
    return os.fdopen(orders, "rb"), os.fdopen(answers, "wb")


def _stand(post: Post, desks: Sequence[Desk], orders: int) -> None:
    course = load_course()
    references = References(course)
    tasks = [course.task(task_id) for task_id in post.task_ids]
    runner = Runner(course, references, ReferenceSubject(references), UNUSED_SEED)

    def obey() -> None:
        get_ready(references, tasks, course)
        PAGES.expect(orders)
        desk = _own(desks)
        judge = Judge(course, references, desk, runner)
        try:
            with contextlib.suppress(Closed):
                send(desk.answers, Ready(desk.workers.kind))
                while True:
                    judge.obey(*receive(desk.orders))
        finally:
            desk.workers.close()

    run_session(runner, tasks, "", obey)


def _own(desks: Sequence[Desk]) -> Desk:
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


def _wait_for_all(desks: Sequence[Desk]) -> NoReturn:
    for desk in desks:
        desk.leave()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)
