"""A judge that stands: it grades one order after another, each in a child of its process."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from _pytest.mark import KeywordMatcher
from _pytest.mark.expression import Expression

from grader.course import Course, Task
from grader.intake import Content, Submission
from grader.judge.intake import take_in
from grader.judge.order import Meanwhile, Order, Tell
from grader.judge.outcome import Found as Fact
from grader.judge.outcome import Key
from grader.judge.plugin import load_shared
from grader.judge.references import References
from grader.judge.shard import Collected, Shard
from grader.judge.subject import Workers
from grader.judge.warm.child import Found, Ours, graded, in_child
from grader.judge.warm.messages import Closed, Failed, send, send_packed
from grader.process.speedups import PAGES
from grader.sandbox.transport import SandboxProblem

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


def chosen(collected: Collected, keyword: str) -> Collected:
    """Leave out what pytest's -k would leave out; the runner is told which tasks are no longer whole."""
    if not keyword:
        return collected
    asked = Expression.compile(keyword)
    left = {
        task: [item for item in items if asked.evaluate(KeywordMatcher.from_item(item))]
        for task, items in collected.by_task.items()
    }
    collected.runner.partial |= {
        task for task, items in left.items() if len(items) < len(collected.by_task[task])
    }
    return Collected(collected.runner, left)


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
        self.collected.runner.memory.learn(graded.learned)
        return replace(found, data=graded.result)

    def _grade(self, order: Order, tell: Tell | None) -> _Graded:
        """Grade in this process, a child."""
        shard = Shard(order, self.desk.workers, lambda *_: None, self.course, self.references, tell)
        result = shard.grade(chosen(self.collected, order.keyword))
        return _Graded(pickle.dumps(result), self.collected.runner.memory.take_fresh())
