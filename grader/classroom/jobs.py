"""What a run has to grade: a job for each topic of a hand-in whose report is not known, and the grading of one."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.classroom.cache_key import GradingOptions, key_of, topic_digest
from grader.classroom.executors import POOL
from grader.classroom.records import HandIn
from grader.course import Course, Task, load_course
from grader.device.choice import Accelerator, using
from grader.intake import Content, Submission
from grader.judge.errors import OurProblem
from grader.judge.order import Order, ShardResult
from grader.judge.reporting import report_of
from grader.judge.scoring import untested, without_needs
from grader.judge.standing import JudgeDied, can_stand
from grader.judge.standing.messages import Post
from grader.report import Message, Report, Verdict
from grader.sandbox.errors import SandboxProblem

TRIES = 2  # of a judge that dies: the second is a fresh one


@dataclass(frozen=True)
class Job:
    """What is to be graded; it holds bytes and no path, so that it can go to another machine."""

    key: str  # under which its report is kept
    topic: str
    task_ids: tuple[str, ...]
    suffix: str  # .py or .ipynb
    data: bytes
    seed: int
    options: GradingOptions
    accelerator: Accelerator
    all_task_ids: tuple[str, ...]  # of the whole run: what a judge gets ready for


def grade_job(job: Job) -> Report:
    """Grade; a failure of ours comes back as an incomplete report, never as an exception.

    Each task is judged on its own: what those make of it that it builds on is decided where a hand-in is put together,
    so that a change of that policy grades nothing again.
    """
    started, course = time.perf_counter(), load_course()
    tasks = [course.task(task_id) for task_id in job.task_ids]
    try:
        _same_course(course, job)
        result = _graded(job)
    except (OurProblem, SandboxProblem) as problem:
        result = _nothing(tasks, str(problem))
    return report_of(
        course, without_needs(tasks), result, name=f"{job.topic}{job.suffix}", seed=job.seed,
        accelerator=job.accelerator, seconds=time.perf_counter() - started,
    )  # fmt: skip


def _graded(job: Job) -> ShardResult:
    files = {job.topic: Content(f"{job.topic}{job.suffix}", job.data)}
    order = Order(
        Submission(files, job.topic), job.task_ids, "", job.seed, job.options.sandbox, False,
        job.options.seconds, job.accelerator,
    )  # fmt: skip
    if job.options.sandbox == "none" or not can_stand():
        return _graded_once(order)
    post = Post(job.all_task_ids, job.options.sandbox, job.accelerator)
    for attempt in range(1, TRIES + 1):
        try:
            with POOL.lend(post) as judge:
                return judge.grade(order)
        except JudgeDied:
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def _graded_once(order: Order) -> ShardResult:
    """Grade in a process that is there for this order alone; only here does this process need torch."""
    from grader.judge.parallel import run_parallel
    from grader.worker.prepare import prepare_torch

    with using(order.accelerator):
        prepare_torch()
        return run_parallel(order, 1, None)


def _same_course(course: Course, job: Job) -> None:
    """Refuse to grade where another course or another torch is installed than where the job was made."""
    digest = _digest(course, job.topic)
    if key_of(course, job.topic, job.data, job.suffix, job.seed, job.options, digest=digest) != job.key:
        raise OurProblem(
            f"this process has another version of {job.topic}, of torchgrade or of torch than the one that gave "
            "the job: install the same in both places"
        )


@functools.cache
def _digest(course: Course, topic: str) -> str:
    """Return the digest of what this process began with: its judges have read that, and not what came later."""
    return topic_digest(course, topic)


def _nothing(tasks: list[Task], reason: str) -> ShardResult:
    message = Message("", got=f"an error of the grader itself: {reason}")
    reports = {
        task.id: untested(task, Verdict.INTERNAL, replace(message, checked=task.title)) for task in tasks
    }
    return ShardResult(tasks=reports, incomplete=reason)


@dataclass(frozen=True)
class Settings:
    """What all gradings of a run have in common."""

    course: Course
    tasks: tuple[Task, ...]
    accelerator: Accelerator
    sandbox: str
    seconds: float | None
    seed_of: Callable[[str], int]  # by the student's id


@dataclass(frozen=True)
class Plan:
    """The topics of all hand-ins, and what is to be graded of them."""

    keys: Mapping[tuple[int, str], str]  # by the hand-in's place in the list, and the topic
    jobs: tuple[Job, ...]  # for keys that are not known; equal files with equal seeds are graded once
    cached: int  # keys that are known


def plan(hand_ins: Sequence[HandIn], settings: Settings, is_known: Callable[[str], bool]) -> Plan:
    """Return what a run over `hand_ins` has to grade."""
    keys: dict[tuple[int, str], str] = {}
    jobs: dict[str, Job] = {}
    known: set[str] = set()
    by_topic = _by_topic(settings.tasks)
    digests = {topic: topic_digest(settings.course, topic) for topic in by_topic}
    for number, hand_in in enumerate(hand_ins):
        if hand_in.problem is not None:
            continue
        for path, data in hand_in.files.items():
            file = PurePosixPath(path)
            topic = file.stem.lower()
            if topic not in by_topic:
                continue
            job = _job(settings, by_topic, topic, file.suffix.lower(), data, hand_in, digests[topic])
            keys[number, topic] = job.key
            if job.key in jobs or job.key in known:
                continue
            if is_known(job.key):
                known.add(job.key)
            else:
                jobs[job.key] = job
    return Plan(keys, tuple(jobs.values()), len(known))


def _by_topic(tasks: Sequence[Task]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for task in tasks:
        found[task.topic] = (*found.get(task.topic, ()), task.id)
    return found


def _job(
    settings: Settings,
    by_topic: Mapping[str, tuple[str, ...]],
    topic: str,
    suffix: str,
    data: bytes,
    hand_in: HandIn,
    digest: str,
) -> Job:
    task_ids, seed = by_topic[topic], settings.seed_of(hand_in.student.id)
    every = len(task_ids) == len(settings.course.topic(topic).tasks)
    options = GradingOptions(
        settings.accelerator.words, settings.sandbox, settings.seconds, () if every else task_ids
    )
    return Job(
        key=key_of(settings.course, topic, data, suffix, seed, options, digest=digest),
        topic=topic, task_ids=task_ids, suffix=suffix, data=data, seed=seed, options=options,
        accelerator=settings.accelerator, all_task_ids=tuple(task.id for task in settings.tasks),
    )  # fmt: skip
