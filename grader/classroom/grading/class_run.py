"""A run over a class, from what was asked for to files for everybody.

What is not known is graded and kept at once; then everybody's standing is added up.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading.asked import Asked, only, policy_of, read_intake, with_earlier
from grader.classroom.grading.jobs import (
    ClassRun,
    Job,
    OpenExecutor,
    Places,
    grade_job,
    here,
    on_cluster,
    plan_gradings,
)
from grader.classroom.grading.out_folder import only_run, publish, write
from grader.classroom.policy.columns import columns_of
from grader.classroom.policy.course_policy import Policy, extensions_of_nobody
from grader.classroom.policy.standing import standing_of
from grader.classroom.records import (
    Adjustment,
    ClassIntake,
    ClassResult,
    HandIn,
    Outcome,
    Run,
    Standing,
    Student,
    TaskColumn,
)
from grader.classroom.tables.canvas import fill_canvas
from grader.classroom.tables.moodle import fill_moodle
from grader.classroom.tables.sheet import Filled
from grader.course import Task, load_course
from grader.judge.accelerator import NoSuchDevice, accelerator_for
from grader.judge.grading import environment_of
from grader.judge.order import ShardResult, UsageProblem
from grader.judge.scoring import absent, skip_dependents, without_needs
from grader.process.kernel import processors
from grader.report import Environment, Report

Count = Callable[[int, int, str], None]  # told how many gradings are done, of how many, and the topic of the last


def whole_report(
    hand_in: HandIn, tasks: Sequence[Task], parts: Collection[Report], seed: int, environment: Environment
) -> Report:
    """Return the report of a hand-in over `tasks`; a topic without a part was not handed in.

    Args:
        hand_in: what was handed in.
        tasks: the tasks of the run.
        parts: the reports of its topics.
        seed: of its random inputs.
        environment: where gradings ran, for a hand-in without any part.
    """
    found = {report.id: report for part in parts for report in part.tasks}
    reports = skip_dependents(tasks, {task.id: found.get(task.id) or absent(task) for task in tasks})
    notes = dict.fromkeys([*hand_in.notes, *(note for part in parts for note in part.notes)])
    first = next((part.environment for part in parts), environment)
    return Report(
        submission=hand_in.place,
        seed=seed,
        # Where the first part was graded, under the course as it is now: what did not change was kept.
        environment=replace(first, course_digest=environment.course_digest),
        tasks=tuple(reports[task.id] for task in tasks),
        seconds=round(sum(part.seconds for part in parts), 3),
        incomplete=next((part.incomplete for part in parts if part.incomplete), None),
        notes=tuple(notes),
    )


def standings_of(
    intake: ClassIntake,
    places: Places,
    report_of: Callable[[str], Report],
    run: ClassRun,
    columns: Sequence[TaskColumn],
    adjustments: Sequence[Adjustment],
    environment: Environment,
) -> tuple[Standing, ...]:
    """Return the standings of a class, by student, then whoever fits nobody; `report_of` gives the report of a key."""
    keys = {place: key for key, found in places.items() for place in found}
    graded: dict[str, list[tuple[HandIn, Report | None]]] = {student.id: [] for student in intake.missing}
    for number, hand_in in enumerate(intake.hand_ins):
        report = None
        if hand_in.problem is None:
            topics = [file.topic for file in hand_in.topic_files()]
            parts = {topic: report_of(keys[number, topic]) for topic in topics if (number, topic) in keys}
            report = whole_report(hand_in, run.tasks, parts.values(), run.seed, environment)
        graded.setdefault(hand_in.student.id, []).append((hand_in, report))
    students = {hand_in.student.id: hand_in.student for hand_in in intake.hand_ins}
    students |= {student.id: student for student in intake.missing}
    standings = (
        standing_of(student, graded[name], run.policy, columns, adjustments)
        for name, student in sorted(students.items())
    )
    # Who fits nobody on the roster is not read, and not forgotten.
    strangers = enumerate(intake.unknown, start=1)
    return *standings, *(Standing(Student(f"?{at}"), Outcome.UNKNOWN, said, 0.0) for at, said in strangers)


def grade_class(intake: ClassIntake, run: ClassRun, book: Gradebook, progress: Count | None = None) -> ClassResult:
    """Grade a class and return how everybody stands; what is graded is in the book at once, whatever happens then."""
    started, clock = datetime.now(UTC), time.perf_counter()
    chosen = {task.id for task in run.tasks}
    columns = tuple(column for column in columns_of(run.course, run.policy) if column.id in chosen)
    number = book.begin(_begun(run, columns, started))
    places, jobs = plan_gradings(intake.hand_ins, run, book.has)
    to_grade = {job.key for job in jobs}
    failed: dict[str, Report] = {}  # those that are incomplete, which the book does not keep

    def record(key: str, kept: str | None) -> None:
        for place, topic in places[key]:
            book.record(number, intake.hand_ins[place], topic, kept)

    def keep(job: Job, report: Report) -> None:
        with book.change():
            if report.incomplete is None:
                book.keep(job.key, job.topic, report)
            else:
                failed[job.key] = report
            record(job.key, None if report.incomplete else job.key)

    with book.change():
        for key in places:
            if key not in to_grade:
                record(key, key)
    _grade(jobs, run, keep, progress)
    environment = environment_of(run.course, ShardResult(), run.accelerator)
    # Whoever handed in the same has the same report, which is read once.
    report_of = functools.cache(lambda key: _found(key, failed, book))
    standings = standings_of(intake, places, report_of, run, columns, book.adjustments(), environment)
    known = [each.student.id for each in standings if each.outcome is not Outcome.UNKNOWN]
    notes = (*intake.notes, *extensions_of_nobody(run.policy, known))
    return book.finish(
        number, standings, seconds=round(time.perf_counter() - clock, 3),
        graded=len(jobs), cached=len(places) - len(jobs), notes=notes,
    )  # fmt: skip


def _begun(run: ClassRun, columns: tuple[TaskColumn, ...], started: datetime) -> Run:
    return Run(
        title=run.title, seed=run.seed, started=started, course_digest=run.course.digest(),
        device=run.accelerator.words, sandbox=run.sandbox, columns=columns,
        zone=run.policy.zone,
        options={"tasks": [task.id for task in run.tasks], "needs": run.policy.needs},
    )  # fmt: skip


def _grade(
    jobs: Sequence[Job], run: ClassRun, keep: Callable[[Job, Report], None], progress: Count | None
) -> None:
    """Grade all jobs, and keep each report as soon as it is there."""
    if not jobs:
        return
    tell: Count = progress or (lambda done, total, part: None)
    tell(0, len(jobs), "the judges get ready")
    with run.open_executor(len(jobs)) as executor:
        waiting = {executor.submit(grade_job, job): job for job in jobs}
        for done, future in enumerate(as_completed(waiting), start=1):
            job = waiting.pop(future)
            keep(job, _outcome(future, job, run))
            tell(done, len(jobs), job.topic)


def _outcome(future: Future[Report], job: Job, run: ClassRun) -> Report:
    """Return the report of a job; of one whose process was lost too often, an incomplete one without tasks."""
    try:
        return future.result()
    except Exception as problem:
        environment = environment_of(run.course, ShardResult(), run.accelerator)
        reason = f"the process that graded {job.topic} was lost: {type(problem).__name__}: {problem}"
        return Report(job.topic, job.order.seed, environment, (), 0.0, reason)


def _found(key: str, failed: Mapping[str, Report], book: Gradebook) -> Report:
    """Return the report of a grading: an incomplete one of this run, or what is kept."""
    found = failed.get(key) or book.known(key)
    assert found is not None
    return found


def run_class(asked: Asked, progress: Count | None = None) -> tuple[ClassResult, tuple[str, ...]]:
    """Grade a class, write everything, and return the result with what is to be said about filled-in tables."""
    intake, policy = only(read_intake(asked), asked.students), policy_of(asked)
    with only_run(asked.out):
        with Gradebook(asked.book) as book:
            run = _class_run(asked, policy, _seed(asked, policy, book))
            result = grade_class(with_earlier(intake, book, run.tasks), run, book, progress)
            digests = book.digests(result.number)
        publish(result, asked.out, digests)
        return result, _fill(asked, result)


def _class_run(asked: Asked, policy: Policy, seed: int) -> ClassRun:
    course = load_course()
    course.require_solutions()
    try:
        accelerator = accelerator_for(asked.device)
    except NoSuchDevice as problem:
        raise UsageProblem(str(problem)) from None
    tasks = course.select(asked.tasks)
    return ClassRun(
        title=policy.title or asked.paths[0].resolve().name,
        course=course,
        tasks=tasks if policy.needs else without_needs(tasks),
        policy=policy,
        seed=seed,
        accelerator=accelerator,
        sandbox=asked.sandbox,
        open_executor=_executor(asked),
    )


def _executor(asked: Asked) -> OpenExecutor:
    address, at_once = asked.scheduler, asked.jobs or processors()
    if address is not None:
        return lambda most: on_cluster(address)
    return lambda most: here(min(at_once, most))


def _seed(asked: Asked, policy: Policy, book: Gradebook) -> int:
    """Return the seed that is asked for, or the last run's: a class that is graded again meets the same inputs."""
    if asked.seed is not None:
        return asked.seed
    if policy.seed is not None:
        return policy.seed
    runs = book.runs()
    return runs[-1].seed if runs else secrets.randbits(63)


def _fill(asked: Asked, result: ClassResult) -> tuple[str, ...]:
    notes: list[str] = []
    if asked.canvas and asked.assignment:
        filled = fill_canvas(asked.canvas.read_bytes(), result, asked.assignment, scale=asked.scale)
        notes += _written(filled, asked.out / "canvas.csv")
    if asked.moodle:
        filled = fill_moodle(asked.moodle.read_bytes(), result, scale=asked.scale)
        notes += _written(filled, asked.out / "moodle.csv")
    return tuple(notes)


def _written(filled: Filled, path: Path) -> list[str]:
    write(path, filled.data)
    return [f"{path.name}: {note}" for note in filled.notes] + [f"{path} is filled in."]
