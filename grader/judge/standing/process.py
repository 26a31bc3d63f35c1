"""The process of a standing judge: `python -m grader.judge.standing.process`, obeying over its standard streams.

The workers' server is forked first. Then the course is read: references, suites, known mistakes. After that
each order is graded in a child, which no other submission has touched, and which inherits all that was read.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from grader.course import Course, load_course
from grader.device.choice import using
from grader.judge.bench import Bench
from grader.judge.order import Order, ShardResult
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.shard import Collected, Shard
from grader.judge.standing.child import Found, in_child
from grader.judge.standing.keyword import chosen
from grader.judge.standing.messages import Closed, Failed, Post, Ready, receive, send, send_packed
from grader.judge.standing.readiness import get_ready
from grader.judge.standing.whose import Ours, graded
from grader.judge.subject import ReferenceSubject
from grader.judge.workers import Workers, open_workers
from grader.sandbox.errors import SandboxProblem
from grader.worker.pages import FORKS_IN_SMALL_PAGES, gather_pages
from grader.worker.prepare import prepare_torch

UNUSED_SEED = 0


def main() -> None:
    """Obey until the other end hangs up."""
    orders, answers = _own_streams()
    with contextlib.suppress(Closed):
        post: Post = receive(orders)
        with using(post.accelerator):
            prepare_torch()
            workers = open_workers(post.sandbox)
            try:
                _stand(post, workers, orders, answers)
            finally:
                workers.close()


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take the standard streams for orders and answers; whatever prints from now on goes to standard error."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return orders, answers


def _stand(post: Post, workers: Workers, orders: BinaryIO, answers: BinaryIO) -> None:
    course = load_course()
    references = References(course)
    tasks = [course.task(task_id) for task_id in post.task_ids]
    bench = Bench(course, references, ReferenceSubject(references), UNUSED_SEED)

    def obey(bench: Bench, by_task: Mapping[str, list[pytest.Item]]) -> None:
        get_ready(references, tasks, course)
        judge = _Judge(course, references, workers, Collected(bench, by_task), orders, answers)
        with contextlib.suppress(Closed):
            send(answers, Ready(workers.kind))
            while True:
                judge.obey(receive(orders))

    run_session(bench, tasks, "", obey)


@dataclass
class _Judge:
    """Grades orders in children of this process, until one of them finds the workers' server broken."""

    course: Course
    references: References
    workers: Workers
    collected: Collected
    orders: BinaryIO
    answers: BinaryIO
    in_step: bool = True  # with the server
    forks: int = 0

    def obey(self, order: Order) -> None:
        """Grade and answer. Raises Closed where this judge is to be replaced."""
        try:
            send_packed(self.answers, graded(order, self._attempt, self.course))
        except Ours as problem:
            send(self.answers, Failed(str(problem), alive=self.in_step))
        except SandboxProblem as problem:
            send(self.answers, Failed(str(problem), alive=False))
            raise Closed(str(problem)) from None
        if not self.in_step:
            raise Closed("the server has ended")

    def _attempt(self, order: Order) -> Found:
        if not self.in_step:
            raise SandboxProblem("the fork server ended; see `grade doctor`")
        self.forks += 1
        if self.forks == FORKS_IN_SMALL_PAGES:
            gather_pages()
        found = in_child(lambda: self._grade(order), self.orders.fileno(), self.answers.fileno())
        try:
            self.workers.rest()  # what the child left running; it may have died
        except SandboxProblem:
            self.in_step = False  # what it had found by then counts
        if found.broken:
            raise SandboxProblem(found.reason)
        return found

    def _grade(self, order: Order) -> ShardResult:
        """Grade in this process, a child."""
        shard = Shard(order, self.workers, lambda *_: None, self.course, self.references)
        return shard.grade(chosen(self.collected, order.keyword))


if __name__ == "__main__":
    main()
    os._exit(0)  # leaving an interpreter with torch costs half a second
