"""The thread that grades, one task after the other; it imports torch, so that the page is there before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from grader.course import Course, Topic
from grader.learner.progress import now
from grader.report import TaskReport
from grader.watch import events as e

if TYPE_CHECKING:
    from grader.device.choice import Accelerator
    from grader.judge.order import PartialResult
    from grader.watch.judges import Judges

LONGEST = 500  # characters of a reason


@dataclass(frozen=True)
class Options:
    """What was asked for."""

    name: str  # of the path, as it was typed
    folder: Path | None = None  # that remembers
    seed: int | None = None
    sandbox: str = "auto"
    device: str = "auto"
    core: bool = False  # leave details out
    topics: tuple[Topic, ...] = ()  # that the folder has, where all of it is watched


class Grading:
    """Grades what it is asked for, in order, and tells what came out."""

    def __init__(
        self, course: Course, options: Options, seed: int, tell: e.Tell, last_words: Callable[[], str]
    ) -> None:
        """Start the thread; `last_words` returns what a process that died has written."""
        self._course, self._options, self._seed = course, options, seed
        self._tell, self._last_words = tell, last_words
        self._asked: SimpleQueue[e.Grade | e.Warm | None] = SimpleQueue()
        self._judges: Judges | None = None
        self._accelerator: Accelerator | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, daemon=True, name="grading")
        self._thread.start()

    def ask(self, effect: e.Grade | e.Warm) -> None:
        """Do this when what was asked before is done."""
        self._asked.put(effect)

    def give_up(self) -> None:
        """Give up the grading that is under way."""
        if self._judges is not None:
            self._judges.give_up()

    def close(self) -> None:
        """End the judges, and the thread with its next breath."""
        self._closed = True
        self._asked.put(None)
        if self._judges is not None:
            self._judges.close()

    def _work(self) -> None:
        while (effect := self._asked.get()) is not None:
            try:
                self._do(effect)
            except Exception as problem:  # whatever it is, the page goes on, and the next save is graded
                self._fault(effect, problem)

    def _do(self, effect: e.Grade | e.Warm) -> None:
        judges = self._judges or self._begin(effect)
        if self._closed:
            return
        if isinstance(effect, e.Warm):
            judges.warm(effect.topic)
            return
        from grader.judge.warm_pool import JudgeStopped

        try:
            self._tell(self._grade(judges, effect))
        except JudgeStopped:
            self._tell(e.GivenUp())

    def _begin(self, effect: e.Grade | e.Warm) -> Judges:
        """Import torch, and find out what grades here."""
        topic = effect.topic if isinstance(effect, e.Warm) else effect.task_id.partition(".")[0]
        self._tell(e.Starting(topic))
        from grader.judge.accelerator import accelerator_for
        from grader.watch.judges import Judges

        self._accelerator = accelerator_for(self._options.device)
        self._judges = Judges(self._course, self._options.sandbox, self._accelerator, self._tell)
        return self._judges

    def _grade(self, judges: Judges, effect: e.Grade) -> e.Graded:
        from grader.intake import Submission
        from grader.judge.grading import report_of
        from grader.judge.order import Order

        assert self._accelerator is not None
        started, options, task = time.perf_counter(), self._options, self._course.task(effect.task_id)
        order = Order(
            Submission(effect.files, options.name), (task.id,), "", self._seed, options.sandbox, False,
            accelerator=self._accelerator, core=options.core,
        )  # fmt: skip
        result = judges.grade(order, lambda found: self._tell_meanwhile(effect, found))
        result.tasks[task.id] = self._beside_needs(effect, result.tasks[task.id])
        report = report_of(
            self._course, [task], result, name=options.name, seed=self._seed, accelerator=self._accelerator,
            seconds=time.perf_counter() - started,
        )  # fmt: skip
        return e.Graded(task.id, effect.mark, report, now())

    def _tell_meanwhile(self, effect: e.Grade, found: PartialResult) -> None:
        task = self._beside_needs(effect, found.task) if found.task is not None else None
        self._tell(e.Partial(effect.task_id, effect.mark, task, found.named))

    def _beside_needs(self, effect: e.Grade, found: TaskReport) -> TaskReport:
        """Return how a task stands, given how those stand that it builds on."""
        from grader.judge.scoring import skip_dependents

        reports = {need.id: need for need in effect.needs} | {found.id: found}
        return skip_dependents([self._course.task(found.id)], reports)[found.id]

    def _fault(self, effect: e.Grade | e.Warm, problem: Exception) -> None:
        reason = self._last_words() or f"{type(problem).__name__}: {problem}"
        if isinstance(effect, e.Grade):
            self._tell(e.Faulted(effect.task_id, effect.mark, reason[:LONGEST]))
        else:
            self._tell(e.Said(f"The grader could not get ready: {reason[:LONGEST]}"))
