"""The process of a warm judge, which grades one order after another, each in a child.

The arguments are two descriptors, for orders and for answers. The workers' server is forked first. Then the course is
read: references, suites, known mistakes. Each order is graded in a child, which no other submission has touched, and
which inherits all that was read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from grader.course import Course, Task, load_course
from grader.device.choice import using
from grader.intake import Content, Submission
from grader.judge.intake import take_in
from grader.judge.order import READY, Closed, Failed, JudgeKey, Order, PartialResult, Tell
from grader.judge.outcome import Found as Fact
from grader.judge.outcome import Key
from grader.judge.references import References, load_shared
from grader.judge.runner import Runner
from grader.judge.session import run_session
from grader.judge.shard import Shard
from grader.judge.subject import ReferenceSubject, open_workers
from grader.judge.warm_child import Found, Ours, graded, in_child
from grader.process.prepare import prepare_torch
from grader.sandbox.transport import SandboxProblem, WorkerSource
from grader.worker.endpoint import GARBAGE_THRESHOLDS
from grader.worker.warm_up import warm_up


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
    gc.set_threshold(*GARBAGE_THRESHOLDS)  # a child is short-lived, as a worker is
    gc.enable()


def _read_like_a_submission(references: References, tasks: Sequence[Task], course: Course) -> None:
    """Read a topic's reference as if it were handed in: its bindings and those of the stub are then known."""
    slug = tasks[0].topic
    content = Content(f"{slug}.py", course.solution_file(slug).read_bytes())
    take_in(course, references, Submission({slug: content}, ""), tasks)


class Judge:
    """Grades orders in children of this process, until one of them finds the workers' server broken."""

    def __init__(self, workers: WorkerSource, orders: Connection, answers: Connection) -> None:
        """Take the workers that were started before anything was read, and the ends of both connections."""
        self._workers, self._orders, self._answers = workers, orders, answers
        self._in_step = True  # with the server

    def work(self, runner: Runner) -> None:
        """Grade one order after another, until the other end hangs up, or this judge is to be replaced."""
        try:
            with contextlib.suppress(Closed):
                self._answer(pickle.dumps(READY))
                while self._in_step:
                    self._obey(received(self._orders), runner)
        finally:
            self._workers.close()

    def _obey(self, order: Order, runner: Runner) -> None:
        try:
            self._answer(graded(order, lambda part: self._attempt(part, runner), runner.course))
        except Ours as problem:
            self._answer(pickle.dumps(Failed(str(problem), alive=self._in_step)))
        except SandboxProblem as problem:
            self._answer(pickle.dumps(Failed(str(problem), alive=False)))
            raise Closed(str(problem)) from None

    def _answer(self, data: bytes) -> None:
        try:
            self._answers.send_bytes(data)
        except OSError as problem:
            raise Closed(str(problem)) from None

    def _attempt(self, order: Order, runner: Runner) -> Found:
        if not self._in_step:
            raise SandboxProblem("the fork server ended; see `grade doctor`")
        found = in_child(
            lambda tell: self._grade(order, runner, tell if order.tells else None),
            self._orders.fileno(), self._answers.fileno(), self._answer,
        )  # fmt: skip
        if order.tells and found.reason is not None:
            self._answer(pickle.dumps(PartialResult(None)))  # whatever a process told that came to no end
        try:
            self._workers.rest()  # what the child left running; it may have died
        except SandboxProblem:
            self._in_step = False  # what it had found by then counts
        if found.broken:
            raise SandboxProblem(found.reason)
        if found.reason is not None:
            return found
        result, learned = pickle.loads(found.data)
        runner.memory.learn(learned)
        return replace(found, data=result)

    def _grade(self, order: Order, runner: Runner, tell: Tell | None) -> tuple[bytes, dict[Key, Fact]]:
        """Grade in this process, a child; return the pickled result, and what the next child need not find out."""
        shard = Shard(order, self._workers, lambda *_: None, runner.course, runner.references, tell)
        return pickle.dumps(shard.grade(runner)), runner.memory.take_fresh()


def received(connection: Connection) -> Any:
    """Return the next message. Raises Closed where none can come."""
    try:
        return connection.recv()
    except (OSError, EOFError) as problem:
        raise Closed(str(problem)) from None


UNUSED_SEED = 0


def main() -> None:
    """Obey until the other end hangs up."""
    orders, answers = (int(number) for number in sys.argv[1:])
    for number in (orders, answers):
        os.set_inheritable(number, False)
    asked, told = Connection(orders, writable=False), Connection(answers, readable=False)
    with contextlib.suppress(Closed):
        key: JudgeKey = received(asked)
        with using(key.accelerator):
            prepare_torch()
            warm_up()  # here and not in the server
            _serve(key, Judge(open_workers(key.sandbox), asked, told))


def _serve(key: JudgeKey, judge: Judge) -> None:
    course = load_course()
    references = References(course)
    tasks = [course.task(task_id) for task_id in key.task_ids]
    runner = Runner(course, references, ReferenceSubject(references), UNUSED_SEED)

    def work() -> None:
        get_ready(references, tasks, course)
        judge.work(runner)

    run_session(runner, tasks, "", work)
