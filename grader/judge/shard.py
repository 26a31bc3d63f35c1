"""Grading some tasks of one submission in one process."""

from __future__ import annotations

import contextlib
import functools
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import pytest

from grader.course import Course, Task, load_course
from grader.device.choice import using
from grader.intake import Source
from grader.intake.topic_imports import circle
from grader.judge.diagnosis import Named, Played, diagnose, is_telling
from grader.judge.intake import take_in
from grader.judge.isolation import Batch, Late
from grader.judge.message import Places, message_of, printed_of, relations_of, traceback_of
from grader.judge.no_op import no_op_tests
from grader.judge.order import Advance, Order, OurProblem, PartialResult, ShardResult, Tell
from grader.judge.outcome import TELLING, Outcome, is_close, verdict_of
from grader.judge.references import References
from grader.judge.runner import DEFAULT_SECONDS, Runner, is_detail, is_visible, title_of, weight_of
from grader.judge.scoring import score_task, untested, waits_for
from grader.judge.session import run_session
from grader.judge.subject import SourceSubject, Subject, open_workers
from grader.judge.two_causes import two_causes
from grader.process.prepare import prepare_torch
from grader.proxy.errors import StateLeft, SubmissionError
from grader.report import Message, TaskReport, TestReport, Verdict
from grader.sandbox.transport import SandboxProblem, WorkerGone, WorkerSource

Found = TypeVar("Found")
DIAGNOSIS_SECONDS = 20.0  # of this processor, for all tasks together: a busy machine names no less


def grade_shard(order: Order, advance: Advance, turns: Iterable[str] | None = None) -> ShardResult:
    """Grade the tasks of `order`, or of `turns` alone. The workers' server starts before anything hidden is read.

    Raises:
        OurProblem: no worker can be had.
    """
    try:
        with using(order.accelerator), contextlib.ExitStack() as closing:
            prepare_torch()
            workers = open_workers(order.sandbox)
            closing.callback(workers.close)
            course = load_course()
            return Shard(order, workers, advance, course, References(course), turns=turns).grade()
    except SandboxProblem as problem:
        raise OurProblem(str(problem)) from None


class Shard:
    """The grading of one order in this process."""

    def __init__(
        self, order: Order, workers: WorkerSource, advance: Advance, course: Course, references: References,
        tell: Tell | None = None, turns: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        """Start with nothing graded; `tell` is told what can be shown before the end."""
        self.order, self.workers, self.advance, self.tell, self.turns = order, workers, advance, tell, turns
        self.course, self.references = course, references
        self.tasks: list[Task] = [self.course.task(task_id) for task_id in order.task_ids]
        self.played: list[Task] = []
        self.sources: Mapping[str, Source] = {}
        self.seconds_left, self.late = DIAGNOSIS_SECONDS, Late()
        self.result = ShardResult(kind=workers.kind, layers=workers.layers, missing=workers.missing)

    def grade(self, runner: Runner | None = None) -> ShardResult:
        """Grade, with the runner of a session that is open if there is one."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what our own files are warned of is no learner's
            return self._grade(runner)

    def _grade(self, runner: Runner | None) -> ShardResult:
        self.sources, self.result.tasks = take_in(self.course, self.references, self.order.submission, self.tasks)
        self.result.notes = tuple(note for source in self.sources.values() for note in source.notes)
        subject = SourceSubject(self.sources, self.workers.worker, self.references, self.order.seconds)
        self.played = [task for task in self.tasks if task.id not in self.result.tasks]
        if self.order.first:
            self._stop_at_first_report()
        if runner is not None:
            runner.face(subject, self.order.seed, self.order.seconds, self.order.keyword)
            self._play(runner, subject)
        elif self.played:
            fresh = Runner(self.course, self.references, subject, self.order.seed, self.order.seconds)
            run_session(fresh, self.played, self.order.keyword, lambda: self._play(fresh, subject))
        return self.result

    def _broken(self, subject: Subject, topic: str) -> Exception | None:
        """Import a topic once: if that fails, its tasks share one message instead of one for each test."""
        try:
            with subject.open(topic, 0, DEFAULT_SECONDS):
                return None
        except (SubmissionError, StateLeft, WorkerGone) as problem:
            return problem

    def _not_imported(self, task: Task, problem: Exception) -> TaskReport:
        verdict = verdict_of(problem)
        verdict = Verdict.ERROR if verdict is Verdict.NOT_ATTEMPTED else verdict
        title, places = f"Importing {self._file(task)}", Places(task.topic, self.sources)
        message = message_of(title, task.id, Outcome(verdict, problem), None, places, quotes=True)
        return untested(task, verdict, message and replace(message, next=self._way_out(task, problem)))

    def _way_out(self, task: Task, problem: Exception) -> str:
        """Say what to mend where a file cannot be executed: the file that raised, or a circle of imports."""
        around = circle(task.topic, self.sources) if isinstance(problem, ImportError) else []
        if around:
            return f"break the circle {' imports '.join(around)}: put what both need into one of them"
        frames = problem.frames if isinstance(problem, SubmissionError) else ()
        places = Places(task.topic, self.sources)
        return f"mend {places.file(frames[-1].file) if frames else self._file(task)}"

    def _stop_at_first_report(self) -> None:
        """Play what stands before the first task that is not played; of the others' reports leave only its own."""
        ids = [task.id for task in self.tasks]
        last = min((ids.index(task_id) for task_id in self.result.tasks), default=len(ids))
        self.result.tasks = {task_id: self.result.tasks[task_id] for task_id in ids[last : last + 1]}
        self.played = [task for task in self.played if ids.index(task.id) < last]

    def _play(self, runner: Runner, subject: Subject) -> None:
        broken = functools.cache(functools.partial(self._broken, subject))  # just before its tests: they share a worker
        played = {task.id: task for task in self.played}
        for task in (played[task_id] for task_id in self.turns or played if task_id in played):
            items, problem = runner.by_task.get(task.id, []), broken(task.topic)
            if not items and problem is None:
                self._miss_tests(task)
                continue
            report = self._not_imported(task, problem) if problem else self._play_task(runner, task, items)
            self.result.tasks[task.id] = report
            if self.order.first and not report.verdict.is_right:
                self.result.tasks = {
                    task_id: found for task_id, found in self.result.tasks.items() if found.tests or found is report
                }
                return

    def _miss_tests(self, task: Task) -> None:
        """Say that a suite is empty, unless a keyword asked for other tests: no point may vanish in silence."""
        if self.order.keyword:
            return
        if task.hidden:
            text = f"all {task.hidden} tests of this task are graded by your instructor: none was tried here"
            self.result.tasks[task.id] = untested(task, Verdict.SKIPPED, Message(task.title, got=text))
        else:
            self.result.incomplete = f"{task.id} has no tests"
            message = Message(task.title, got=f"an error of the grader itself: {self.result.incomplete}")
            self.result.tasks[task.id] = untested(task, Verdict.INTERNAL, message)

    def _play_task(self, runner: Runner, task: Task, items: list[pytest.Item]) -> TaskReport:
        batch = Batch(runner, task, self.late)
        outcomes = batch.outcomes
        core = [item for item in items if not is_detail(item)] or items
        left_out = [_to_come(item, Verdict.SKIPPED) for item in items if item not in core and self.order.core]
        items = core if self.order.core else items
        for item in items:
            batch.play(item)
            verdict = outcomes[item.name].verdict
            self.advance(task.id, item.name, str(Verdict.RIGHT if verdict in TELLING and item not in core else verdict))
            if self.tell is not None and item in core and is_first_failure(outcomes.values()):
                self.tell(failing(task, items, self._tests(task, items, outcomes, {})))
        cause = batch.name(items, lambda found: self._diagnose(diagnose, runner, task, items, found))
        causes = dict.fromkeys(outcomes, cause) if cause else self._diagnose(two_causes, runner, task, items, outcomes)
        tests = [*self._tests(task, items, outcomes, causes), *left_out]
        if self.tell is not None and (told := named(task, tests)) is not None:
            self.tell(told)
        for name, outcome in outcomes.items():
            if outcome.verdict is Verdict.INTERNAL:
                self.result.incomplete = (
                    f"{task.id}, {name}: {type(outcome.problem).__name__}: {outcome.problem}"
                )
        report = score_task(task, tests, no_op_tests(runner, task, core, outcomes))
        stub = self._stub_met(task, outcomes) if report.verdict is Verdict.NOT_ATTEMPTED else None
        return waits_for(report, stub, "is still to be written") if stub else _with_one_repeat(report)

    def _stub_met(self, task: Task, outcomes: Mapping[str, Outcome]) -> str | None:
        """Return the id of another task at whose stub a test of this one ended, in whichever file."""
        others = {each.id for each in self.course.tasks} - {task.id}
        for outcome in outcomes.values():
            frames = outcome.problem.frames if isinstance(outcome.problem, SubmissionError) else ()
            slug, line = (frames[-1].file.removesuffix(".py"), frames[-1].line) if frames else ("", 0)
            for node in self.sources[slug].tree.body if slug in self.sources else ():
                part = f"{slug}.{getattr(node, 'name', None)}"
                if node.lineno <= line <= (node.end_lineno or 0) and part in others:
                    return part
        return None

    def _tests(
        self, task: Task, items: Sequence[pytest.Item], outcomes: Mapping[str, Outcome], causes: Mapping[str, Named]
    ) -> list[TestReport]:  # fmt: skip
        """Return the reports of the tests that have been tried."""
        tried = [item for item in items if item.name in outcomes]
        proven = {name for name, cause in causes.items() if cause.is_proven}  # beside these a relation says no more
        facts = relations_of({name: outcome for name, outcome in outcomes.items() if name not in proven})
        return [self._test(task, item, outcomes[item.name], causes, facts) for item in tried]

    def _test(
        self, task: Task, item: pytest.Item, outcome: Outcome, causes: Mapping[str, Named], facts: Mapping[str, str]
    ) -> TestReport:  # fmt: skip
        title, places = title_of(item), Places(task.topic, self.sources)
        named = causes.get(item.name) if is_telling(outcome) else None
        return TestReport(
            name=item.name, title=title, verdict=outcome.verdict, visible=is_visible(item),
            detail=is_detail(item), weight=weight_of(item), seconds=round(outcome.seconds, 4),
            message=message_of(title, task.id, outcome, named, places, relation=facts.get(item.name)),
            traceback=traceback_of(outcome, places), printed=printed_of(outcome, places),
            repeat=self._repeat(task, outcome),
            curves=tuple(outcome.drawing.curves), paths=tuple(outcome.drawing.paths),
            is_close=is_close(outcome),
            tables=tuple(outcome.drawing.tables), pictures=tuple(outcome.drawing.pictures),
        )  # fmt: skip

    def _repeat(self, task: Task, outcome: Outcome) -> str | None:
        """Return what repeats the failing call; beside a notebook nothing is imported, its cells have been run."""
        if outcome.repeat is None or not self.sources[task.topic].notebook:
            return outcome.repeat
        return outcome.repeat.partition("\n")[2].lstrip("\n")

    def _file(self, task: Task) -> str:
        return Places(task.topic, self.sources).file(f"{task.topic}.py")

    def _diagnose(
        self, find: Callable[..., Found], runner: Runner, task: Task, items: list[pytest.Item], outcomes: Played
    ) -> Found:  # fmt: skip
        """Name a mistake, or two; all tasks share one budget, which only this spends, however slow the tests were."""
        started = time.process_time()
        found = find(runner, task, items, outcomes, started + self.seconds_left)
        self.seconds_left -= time.process_time() - started
        return found


def _with_one_repeat(task: TaskReport) -> TaskReport:
    """Keep what repeats a call for the failure that is shown first."""
    first = task.first_failure
    tests = tuple(test if test is first or not test.repeat else replace(test, repeat=None) for test in task.tests)
    return replace(task, tests=tests)


NO_FAILURE = (Verdict.PASS, Verdict.RIGHT, Verdict.NOT_ATTEMPTED, Verdict.INTERNAL)  # of these the whole suite decides


def is_first_failure(outcomes: Iterable[Outcome]) -> bool:
    """Whether the last of these outcomes, which are final, is the failure that the result will show first."""
    *before, last = outcomes
    may_pass = last.verdict in NO_FAILURE or last.in_batch
    return not may_pass and all(each.verdict is Verdict.PASS for each in before)


def failing(task: Task, items: Sequence[pytest.Item], tried: Sequence[TestReport]) -> PartialResult:
    """Tell the first failure; the tests that are still to come only count beside it."""
    return PartialResult(score_task(task, [*tried, *map(_to_come, items[len(tried) :])]))


def named(task: Task, tests: Sequence[TestReport]) -> PartialResult | None:
    """Tell all tests, with the mistake if there is a name for it; None where no test has failed."""
    found = score_task(task, tests)
    return None if found.verdict in NO_FAILURE else PartialResult(found, named=True)


def _to_come(item: pytest.Item, verdict: Verdict = Verdict.NOT_ATTEMPTED) -> TestReport:
    shown, weight, detail = is_visible(item), weight_of(item), is_detail(item)
    return TestReport(item.name, title_of(item), verdict, shown, weight, 0.0, detail=detail)
