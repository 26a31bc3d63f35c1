"""The work runner of one pytest session: which subject is under test, with which seed, and what came out.

pytest's own protocol also asks every plugin at each of the three steps and reports on each. Nobody listens in a session
of ours, and it takes longer than most tests.
"""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.mark import KeywordMatcher
from _pytest.mark.expression import Expression

from grader.course import Course, Task
from grader.device.choice import computes_on_cuda
from grader.judge.order import derived_seed
from grader.judge.outcome import REFERENCE, Memory, Outcome, leaves_a_worker, verdict_of
from grader.judge.references import References
from grader.judge.subject import ReferenceSubject, Subject
from grader.proxy.session import Session
from grader.suite.drawing import Drawing

ENDS_THE_SESSION = (KeyboardInterrupt, pytest.exit.Exception)


def problem_of(item: pytest.Item) -> BaseException | None:
    """Run a test that may have run before; return what it raised first, in whichever step.

    What stands above it, its module and the session, stays set up for the next one.

    Raises:
        KeyboardInterrupt: somebody wants it all to end, or `pytest.exit` was called.
    """
    state = item.session._setupstate
    try:
        state.teardown_exact(item)  # the module of the last test, if it is another
        problem = _raised_by(lambda: state.setup(item))
        if problem is None:
            problem = _raised_by(item.runtest)
        left = _raised_by(lambda: state.teardown_exact(item.parent))  # type: ignore[arg-type]  # a collector will do
    finally:
        item._initrequest()  # type: ignore[attr-defined]  # for the next time, without this one's fixtures
    return left if problem is None else problem


def _raised_by(step: Callable[[], object]) -> BaseException | None:
    try:
        step()
    except ENDS_THE_SESSION:
        raise
    except BaseException as problem:
        return problem
    return None


DEFAULT_SECONDS = 10.0
LEAST_SECONDS = 2.0  # that any test has
SLOWER = 20  # times what the reference takes has a test besides
SESSION = pytest.StashKey[Session]()
DRAWING = pytest.StashKey[Drawing]()
RUNNER = pytest.StashKey["Runner"]()


class Runner:
    """Plays tests against a subject and keeps the outcome of the last play."""

    def __init__(
        self,
        course: Course,
        references: References,
        subject: Subject,
        seed: int,
        seconds: float | None = None,
    ) -> None:
        """Start with `subject` under test; `seconds` bounds what any test allows."""
        self.course, self.references = course, references
        self.subject, self.seed, self._most_seconds = subject, seed, seconds
        self.by_task: dict[str, list[pytest.Item]] = {}  # the tests that were collected, by the id of their task
        self.partial: set[str] = set()  # ids of tasks of which tests were deselected
        self.memory = Memory()
        self._seconds = math.inf  # that the play of now may take
        self._tasks = {course.suite_file(task).resolve(): task for task in course.tasks}
        self._task_at: dict[Path, Task | None] = {}  # by unresolved path: resolving asks the file system

    def face(self, subject: Subject, seed: int, seconds: float | None, keyword: str = "") -> None:
        """Put another subject under test, with the tests alone that pytest's -k would choose."""
        self.subject, self.seed, self._most_seconds = subject, seed, seconds
        if keyword:
            asked = Expression.compile(keyword)
            for task_id, items in self.by_task.items():
                self.by_task[task_id] = [item for item in items if asked.evaluate(KeywordMatcher.from_item(item))]
                self.partial |= {task_id} if len(self.by_task[task_id]) < len(items) else set()

    def task_of(self, item: pytest.Item) -> Task | None:
        """Return the task that a test belongs to, None for a test of something else."""
        if item.path not in self._task_at:
            self._task_at[item.path] = self._tasks.get(Path(item.path).resolve())
        return self._task_at[item.path]

    def seed_of(self, item: pytest.Item, purpose: str) -> int:
        """Return the seed of a test for one purpose; it does not depend on where the course lies."""
        task = self.task_of(item)
        return derived_seed(self.seed, task.id if task else "", item.name, purpose)

    def seconds_of(self, item: pytest.Item) -> float:
        """Return how long the sandbox may take for a test, in the play of now."""
        return min(seconds_of(item), self._most_seconds or math.inf, self._seconds)

    def fair_seconds_of(self, item: pytest.Item) -> float:
        """Return how long the sandbox may take for a test by what the reference takes, here and now.

        It is measured when somebody asks: for a test that takes long. Processor time is what counts, so
        that other work on this machine does not.
        """
        allowed, task = self.seconds_of(item), self.task_of(item)
        if task is None or allowed <= least_seconds() or not self.references.is_known(task.topic):
            return allowed
        key = self.seed, task.id, item.name, REFERENCE
        known = self.memory.get(key)
        if not isinstance(known, float):
            started = time.process_time()
            self.play(item, ReferenceSubject(self.references))
            known = time.process_time() - started
            self.memory.put(key, known)
        return min(allowed, max(LEAST_SECONDS, SLOWER * known))

    def play(self, item: pytest.Item, subject: Subject, seed: int | None = None) -> Outcome:
        """Run one test against `subject`, by pytest's own protocol, and return what came out."""
        before = self.subject, self.seed
        self.subject, self.seed = subject, self.seed if seed is None else seed
        try:
            return self.run(item)
        finally:
            self.subject, self.seed = before

    def run(self, item: pytest.Item, seconds: float = math.inf) -> Outcome:
        """Run one test against the subject under test, where the next ones go on if it left that as it should."""
        self._seconds = seconds
        try:
            outcome = self._once(item)
        finally:
            self._seconds = math.inf
        if not leaves_a_worker(outcome):
            self.subject.part()
        return outcome

    def run_alone(self, item: pytest.Item, seconds: float = math.inf) -> Outcome:
        """Run one test in a worker that has served no other."""
        self.subject.part()
        return self.run(item, seconds)

    def _once(self, item: pytest.Item) -> Outcome:
        _forget(item)
        started = time.perf_counter()
        problem = problem_of(item)
        seconds = time.perf_counter() - started
        session = item.stash.get(SESSION, None)
        where, printed = (session.last_call, session.printed) if session else ("", "")
        place = _line(problem, item.path), session.calls if session else 0
        return Outcome(
            verdict_of(problem), problem, seconds, where, printed, item.stash.get(DRAWING, Drawing()),
            self.subject.in_batch, place, session.last_arguments if session else {},
            session.repeat if session and problem is not None else None, session.begun if session else (),
        )  # fmt: skip


def _line(problem: BaseException | None, suite: Path) -> int:
    """Return the last line of a suite that an exception passed through."""
    frames = traceback.walk_tb(problem.__traceback__ if problem else None)
    return max((line for frame, line in frames if frame.f_code.co_filename == str(suite)), default=0)


def _forget(item: pytest.Item) -> None:
    """Take away what an earlier play of a test has left."""
    keys: tuple[pytest.StashKey[Any], ...] = (SESSION, DRAWING)
    for key in keys:
        if key in item.stash:
            del item.stash[key]


def least_seconds() -> float:
    """Return what any test has, alone; on a card all that its suite allows, as each worker starts CUDA anew."""
    return math.inf if computes_on_cuda() else LEAST_SECONDS


def seconds_of(item: pytest.Item) -> float:
    """Return how long the sandbox may take for a test, from its `timeout` mark."""
    mark = item.get_closest_marker("timeout")
    if mark is None:
        return DEFAULT_SECONDS
    return float(mark.args[0] if mark.args else mark.kwargs["timeout"])


def takes_long(item: pytest.Item) -> bool:
    """Whether a test takes long with any solution: its `timeout` mark allows it at least as much as any has."""
    return item.get_closest_marker("timeout") is not None and seconds_of(item) >= DEFAULT_SECONDS


def weight_of(item: pytest.Item) -> float:
    """Return a test's weight, from its `weight` mark."""
    mark = item.get_closest_marker("weight")
    return float(mark.args[0]) if mark else 1.0


def is_visible(item: pytest.Item) -> bool:
    """Whether a test's values may be shown, from its `visible` mark."""
    return item.get_closest_marker("visible") is not None


def is_statistical(item: pytest.Item) -> bool:
    """Whether a test's passing depends on luck, from its `statistical` mark."""
    return item.get_closest_marker("statistical") is not None


# What a check that a test calls says about it: one that calls no other is a detail.
OF_DETAILS = frozenset({"check_manners", "check_raises"})


def is_detail(item: pytest.Item) -> bool:
    """Whether a task is right without a test, from its `detail` mark."""
    return item.get_closest_marker("detail") is not None


def mark_detail(item: pytest.Item) -> None:
    """Mark a test that checks nothing but what a detail is about."""
    checks = {name for name in _names_in(getattr(item, "function", None)) if name.startswith("check_")}
    if checks and checks <= OF_DETAILS:
        item.add_marker("detail")


def _names_in(function: object) -> Iterator[str]:
    """Yield the names that a function uses, those of the functions in it and beside it too."""
    codes = [function.__code__] if isinstance(function, FunctionType) else []
    beside = getattr(function, "__globals__", {})
    for code in codes:
        yield from code.co_names
        helpers = [beside.get(name) for name in code.co_names if not name.startswith("check_")]
        found = [each.__code__ for each in helpers if isinstance(each, FunctionType)]
        found += [each for each in code.co_consts if isinstance(each, CodeType)]
        codes += [each for each in found if each not in codes]


def title_of(item: pytest.Item) -> str:
    """Return the sentence of a test: the first line of its docstring."""
    text = (getattr(getattr(item, "function", None), "__doc__", None) or item.name).strip()
    return str(text.splitlines()[0]).strip()
