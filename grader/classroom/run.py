"""A run over a class: everything that is not known is graded, kept at once, and added up."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from grader.classroom.gradebook import Gradebook, RunFacts
from grader.classroom.job import Job, grade_job
from grader.classroom.model import ClassResult, HandIn, Intake, TaskColumn
from grader.classroom.plan import Plan, Settings, plan
from grader.classroom.policy import Policy, columns_of, extensions_of_nobody
from grader.classroom.standings import Standings
from grader.judge.order import ShardResult
from grader.judge.reporting import environment_of
from grader.report import Report

OpenExecutor = Callable[[int], AbstractContextManager[Executor]]  # for so many jobs


class Watcher(Protocol):
    """Somebody who wants to see a class run go on."""

    def start(self, total: int, known: int) -> None:
        """Begin: `total` gradings are to be made, and `known` ones were made before."""

    def graded(self, job: Job, report: Report) -> None:
        """One more grading is kept."""

    def stop(self) -> None:
        """No more will come."""


@dataclass(frozen=True)
class ClassRun:
    """What is asked of a run."""

    title: str
    seed: int
    settings: Settings
    policy: Policy
    open_executor: OpenExecutor


def grade_class(intake: Intake, run: ClassRun, book: Gradebook, watcher: Watcher) -> ClassResult:
    """Grade a class and return how everybody stands; what is graded is in the book at once, whatever happens then."""
    started, clock = datetime.now(UTC), time.perf_counter()
    columns = _columns(run)
    number = book.begin(_facts(run, columns, started))
    todo = plan(intake.hand_ins, run.settings, book.has)
    record = _Record(book, number, intake.hand_ins, todo)
    record.known({job.key for job in todo.jobs})
    failed = _grade(todo, run, record, watcher)
    environment = environment_of(run.settings.course, ShardResult(), run.settings.accelerator)
    standings = Standings(
        intake, todo.keys, lambda key: _found(key, failed, book), run.settings, run.policy, columns,
        book.adjustments(), environment,
    )  # fmt: skip
    notes = (*intake.notes, *extensions_of_nobody(run.policy, [each.id for each in standings.students]))
    book.finish(
        number, standings, seconds=round(time.perf_counter() - clock, 3),
        graded=len(todo.jobs), cached=todo.cached, notes=notes,
    )  # fmt: skip
    return book.result(number)


def _columns(run: ClassRun) -> tuple[TaskColumn, ...]:
    chosen = {task.id for task in run.settings.tasks}
    return tuple(column for column in columns_of(run.settings.course, run.policy) if column.id in chosen)


def _facts(run: ClassRun, columns: tuple[TaskColumn, ...], started: datetime) -> RunFacts:
    settings = run.settings
    return RunFacts(
        title=run.title, seed=run.seed, started=started, course_digest=settings.course.digest(),
        device=settings.accelerator.words, sandbox=settings.sandbox, columns=columns,
        seed_per_student=run.policy.seed_per_student, zone=run.policy.zone,
        options={"tasks": [task.id for task in settings.tasks], "seconds": settings.seconds, "needs": run.policy.needs},
    )  # fmt: skip


class _Record:
    """Writes into the book what is graded, and for which hand-ins it stands; what is written is safe."""

    def __init__(self, book: Gradebook, run: int, hand_ins: Sequence[HandIn], todo: Plan) -> None:
        self._book, self._run, self._hand_ins = book, run, hand_ins
        self._places: dict[str, list[tuple[int, str]]] = {}
        for place, key in todo.keys.items():
            self._places.setdefault(key, []).append(place)

    def known(self, jobs: Collection[str]) -> None:
        """Write down what was graded before this run."""
        with self._book.batch():
            for key in self._places:
                if key not in jobs:
                    self._stands_for(key, key)

    def graded(self, job: Job, report: Report) -> None:
        """Keep a report, and write down for what it stands; of an incomplete one only that it is missing."""
        with self._book.batch():
            if report.incomplete is None:
                self._book.keep(job.key, job.topic, report)
            self._stands_for(job.key, None if report.incomplete else job.key)

    def _stands_for(self, key: str, kept: str | None) -> None:
        for number, topic in self._places[key]:
            self._book.record(self._run, self._hand_ins[number], topic, kept)


def _grade(todo: Plan, run: ClassRun, record: _Record, watcher: Watcher) -> dict[str, Report]:
    """Grade all jobs; return those reports that are incomplete, which the book does not keep."""
    failed: dict[str, Report] = {}
    watcher.start(len(todo.jobs), todo.cached)
    try:
        if todo.jobs:
            with run.open_executor(len(todo.jobs)) as executor:
                waiting = {executor.submit(grade_job, job): job for job in todo.jobs}
                for future in as_completed(waiting):
                    job = waiting.pop(future)
                    report = _outcome(future, job, run)
                    record.graded(job, report)
                    if report.incomplete is not None:
                        failed[job.key] = report
                    watcher.graded(job, report)
    finally:
        watcher.stop()
    return failed


def _outcome(future: Future[Report], job: Job, run: ClassRun) -> Report:
    """Return the report of a job; of one whose process was lost too often, an incomplete one without tasks."""
    try:
        return future.result()
    except Exception as problem:
        environment = environment_of(run.settings.course, ShardResult(), run.settings.accelerator)
        reason = f"the process that graded {job.topic} was lost: {type(problem).__name__}: {problem}"
        return Report(job.topic, job.seed, environment, (), 0.0, reason)


def _found(key: str, failed: Mapping[str, Report], book: Gradebook) -> Report:
    """Return the report of a grading: an incomplete one of this run, or what is kept."""
    found = failed.get(key) or book.known(key)
    assert found is not None
    return found
