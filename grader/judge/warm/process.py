"""The process of standing judges: `python -m grader.judge.warm ORDERS ANSWERS [ORDERS ANSWERS ...]`.

The arguments are descriptors, two for each judge. The workers' servers are forked first, one for each. Then the course
is read: references, suites, known mistakes. A single judge stands in this process; several are forked from it, and it
only waits for them. Each order is graded in a child of its judge, which no other submission has touched, and which
inherits all that was read.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import BinaryIO, NoReturn

import pytest

from grader.course import load_course
from grader.device.choice import using
from grader.judge.references import References
from grader.judge.runner import Runner
from grader.judge.session import run_session
from grader.judge.shard import Collected
from grader.judge.subject import ReferenceSubject, open_workers
from grader.judge.warm.child import die_with
from grader.judge.warm.judge import Desk, Judge, get_ready
from grader.judge.warm.messages import Closed, Post, Ready, receive, send
from grader.process.prepare import prepare_torch
from grader.process.speedups import PAGES
from grader.worker.server import warm_up

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

    def obey(runner: Runner, by_task: Mapping[str, list[pytest.Item]]) -> None:
        get_ready(references, tasks, course)
        PAGES.expect(orders)
        desk = _own(desks)
        judge = Judge(course, references, desk, Collected(runner, by_task))
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
