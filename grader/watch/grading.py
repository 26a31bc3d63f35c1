"""The thread that grades, one task after the other, and the judges that stand ready for it: one for each topic.

A judge for one topic is ready in half the time that one for the whole course needs. Two are kept, so that work in two
topics waits for neither; where a third is needed, the one that was not used for longest ends. Where no judge can stand,
each order gets processes of its own, as `grade PATH` does it. What imports torch does so here, when the page is there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from grader.course import Course, Topic
from grader.device.choice import Accelerator
from grader.intake import Submission
from grader.judge.accelerator import accelerator_for
from grader.judge.grading import report_of
from grader.judge.order import JudgeKey, Order, PartialResult, ShardResult, Tell
from grader.judge.scoring import skip_dependents
from grader.judge.warm_pool import JudgeDied, JudgePool, JudgeStopped
from grader.learner.progress import now
from grader.process.kernel import can_fork
from grader.report import TaskReport
from grader.watch import events as e

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


MOST_JUDGES = 2


class Judges:
    """Grades one order after another; only `give_up` and `close` may be called from elsewhere meanwhile."""

    def __init__(self, course: Course, sandbox: str, accelerator: Accelerator, tell: e.Tell) -> None:
        """Start none yet; `tell` is told when one gets ready."""
        self._course, self._sandbox, self.accelerator, self._tell = course, sandbox, accelerator, tell
        self._pool = JudgePool(MOST_JUDGES)

    def warm(self, topic: str) -> None:
        """Have a judge of a topic, ready to grade; wait until it is, or until nobody wants it any more.

        Raises:
            JudgeDied: it ended while it got ready.
        """
        with suppress(JudgeStopped):
            self._get_ready(topic)

    def grade(self, order: Order, meanwhile: Tell | None = None) -> ShardResult:
        """Grade tasks of one topic; a judge that dies is replaced once, and what it told is taken back.

        Raises:
            JudgeStopped: `give_up` or `close` was called meanwhile.
            OurProblem: the grader failed.
        """
        topic = order.task_ids[0].partition(".")[0]
        with suppress(JudgeDied):  # another one is tried
            self._get_ready(topic)
        return self._pool.grade(self._key(topic), order, meanwhile)

    def give_up(self) -> None:
        """End the judge that grades; the one after it has to get ready again."""
        self._pool.stop()

    def close(self) -> None:
        """End all judges, at once."""
        self._pool.close()

    def _get_ready(self, topic: str) -> None:
        if not can_fork():
            self._tell(e.Ready(topic))
            return
        with self._pool.lend(self._key(topic)) as judge:
            if judge.is_ready:
                return
            started = time.monotonic()
            self._tell(e.Starting(topic))
            try:
                judge.wait()
            finally:
                self._tell(e.Ready(topic, time.monotonic() - started))

    def _key(self, topic: str) -> JudgeKey:
        return JudgeKey(tuple(task.id for task in self._course.topic(topic).tasks), self._sandbox, self.accelerator)


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
        try:
            self._tell(self._grade(judges, effect))
        except JudgeStopped:
            self._tell(e.GivenUp())

    def _begin(self, effect: e.Grade | e.Warm) -> Judges:
        """Import torch, and find out what grades here."""
        topic = effect.topic if isinstance(effect, e.Warm) else effect.task_id.partition(".")[0]
        self._tell(e.Starting(topic))
        accelerator = accelerator_for(self._options.device)
        self._judges = Judges(self._course, self._options.sandbox, accelerator, self._tell)
        return self._judges

    def _grade(self, judges: Judges, effect: e.Grade) -> e.Graded:
        started, options, task = time.perf_counter(), self._options, self._course.task(effect.task_id)
        order = Order(
            Submission(effect.files, options.name), (task.id,), "", self._seed, options.sandbox, False,
            accelerator=judges.accelerator, core=options.core,
        )  # fmt: skip
        result = judges.grade(order, lambda found: self._tell_meanwhile(effect, found))
        result.tasks[task.id] = self._beside_needs(effect, result.tasks[task.id])
        report = report_of(
            self._course, [task], result, name=options.name, seed=self._seed, accelerator=judges.accelerator,
            seconds=time.perf_counter() - started,
        )  # fmt: skip
        return e.Graded(task.id, effect.mark, report, now())

    def _tell_meanwhile(self, effect: e.Grade, found: PartialResult) -> None:
        task = self._beside_needs(effect, found.task) if found.task is not None else None
        self._tell(e.Partial(effect.task_id, effect.mark, task, found.named))

    def _beside_needs(self, effect: e.Grade, found: TaskReport) -> TaskReport:
        """Return how a task stands, given how those stand that it builds on."""
        reports = {need.id: need for need in effect.needs} | {found.id: found}
        return skip_dependents([self._course.task(found.id)], reports)[found.id]

    def _fault(self, effect: e.Grade | e.Warm, problem: Exception) -> None:
        reason = self._last_words() or f"{type(problem).__name__}: {problem}"
        if isinstance(effect, e.Grade):
            self._tell(e.Faulted(effect.task_id, effect.mark, reason[:LONGEST]))
        else:
            self._tell(e.Said(f"The grader could not get ready: {reason[:LONGEST]}"))
