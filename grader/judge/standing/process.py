"""The process of a standing judge: `python -m grader.judge.standing.process`, obeying over its standard streams.

The workers' server is forked first. Then the course is read: references, suites, known mistakes. After that
each order is graded in a child, which no other submission has touched, and which inherits all that was read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pytest

from grader.course import Course, Task, load_course
from grader.device.choice import using
from grader.judge.bench import Bench
from grader.judge.order import Order
from grader.judge.parallel import MOST_MEMORY
from grader.judge.plugin import load_shared
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.shard import Collected, Shard
from grader.judge.standing.messages import Closed, Failed, Post, Ready, receive, send
from grader.judge.subject import ReferenceSubject
from grader.judge.workers import Workers, open_workers
from grader.worker.confine.limits import bound_memory
from grader.worker.prepare import prepare_torch

UNUSED_SEED = 0
CHUNK = 1 << 20  # bytes that are read at once


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
        _read_all(references, tasks, course)
        judge = _Judge(course, references, workers, Collected(bench, by_task))
        with contextlib.suppress(Closed):
            send(answers, Ready(workers.kind))
            while True:
                _answer(receive(orders), judge, orders, answers)

    run_session(bench, tasks, "", obey)


def _read_all(references: References, tasks: Sequence[Task], course: Course) -> None:
    """Load now what each child would otherwise load again."""
    for slug in {task.topic for task in tasks}:
        references.stub(slug), references.tree(slug), references.signatures(slug)
        if (file := course.suites / slug / "shared.py").is_file():
            load_shared(file)
    for task in tasks:
        references.mistakes(task)
    gc.collect()
    gc.freeze()  # so that a child's collection does not copy every page


@dataclass(frozen=True)
class _Judge:
    course: Course
    references: References
    workers: Workers
    collected: Collected

    def grade(self, order: Order) -> Any:
        shard = Shard(order, self.workers, lambda *_: None, self.course, self.references)
        try:
            return shard.grade(self.collected)
        finally:
            self.workers.rest()


def _answer(order: Order, judge: _Judge, orders: BinaryIO, answers: BinaryIO) -> None:
    """Grade in a child and pass on what it found; after a child that died, the server may be out of step."""
    found, status = _in_child(lambda: judge.grade(order), orders.fileno())
    if found is not None:
        send(answers, found)
        return
    send(answers, Failed(f"the grading process ended with wait status {status}", alive=False))
    raise Closed("a child died")


def _in_child(work: Callable[[], Any], orders: int) -> tuple[Any, int]:
    """Return what `work` gave in a child, and the child's wait status; None if it died before it could tell.

    Raises:
        Closed: whoever gives the orders has gone; the child is ended, as nobody waits for its result.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _tell(work, writing)
    os.close(writing)
    try:
        data = _read(reading, orders)
    except Closed:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(reading)
        _, status = os.waitpid(child, 0)
    return (pickle.loads(data) if data and status == 0 else None), status


def _read(reading: int, orders: int) -> bytes:
    """Read a pipe to its end; raise Closed where the end of another one that writes to us is closed before."""
    data, poll = bytearray(), select.poll()
    poll.register(reading, select.POLLIN)
    poll.register(orders, 0)  # of which only the hanging up is told
    while True:
        events = dict(poll.poll())
        if reading in events:
            part = os.read(reading, CHUNK)
            if not part:
                return bytes(data)
            data += part
        elif orders in events:
            raise Closed("the one who gives orders has gone")


def _tell(work: Callable[[], Any], writing: int) -> None:
    try:
        bound_memory(MOST_MEMORY)
        try:
            found = work()
        except Exception as problem:  # ours: the next order may go well
            traceback.print_exc(file=sys.stderr)
            found = Failed(f"{type(problem).__name__}: {problem}", alive=True)
        with os.fdopen(writing, "wb") as stream:
            stream.write(pickle.dumps(found))
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
