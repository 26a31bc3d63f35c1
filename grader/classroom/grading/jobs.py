"""What a run has to grade: a job for each topic of a hand-in whose report is not known; and where jobs run."""

from __future__ import annotations

import atexit
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from grader.classroom.grading.cache_key import key_of, topic_digest
from grader.classroom.policy.course_policy import Policy
from grader.classroom.records import HandIn
from grader.course import Course, Task, load_course
from grader.device.choice import Accelerator
from grader.intake import Content, Submission
from grader.intake.topic_imports import files_needed
from grader.judge.grading import report_of
from grader.judge.order import JudgeKey, Order, OurProblem, ShardResult, UsageProblem
from grader.judge.scoring import untested, without_needs
from grader.judge.warm_pool import JudgePool
from grader.report import Message, Report, Verdict

Places = Mapping[str, Sequence[tuple[int, str]]]  # for what gradings stand, by key: a hand-in's place, and the topic
OpenExecutor = Callable[[int], AbstractContextManager[Executor]]  # for so many jobs


@dataclass(frozen=True)
class Job:
    """What is to be graded; it holds bytes and no path, so that it can go to another machine."""

    key: str  # under which its report is kept
    order: Order  # of one topic
    all_task_ids: tuple[str, ...]  # of the whole run: what a judge gets ready for

    @property
    def topic(self) -> str:
        """The topic's slug."""
        return self.order.submission.name

    @property
    def name(self) -> str:
        """Its file's name."""
        return self.order.submission.files[self.topic].name


def grade_job(job: Job) -> Report:
    """Grade; a failure of ours comes back as an incomplete report, never as an exception.

    Each task is judged on its own: what those make of it that it builds on is decided where a hand-in is put together,
    so that a change of that policy grades nothing again.
    """
    started, course, order = time.perf_counter(), load_course(), job.order
    tasks = [course.task(task_id) for task_id in order.task_ids]
    try:
        _same_course(course, job)
        result = POOL.grade(JudgeKey(job.all_task_ids, order.sandbox, order.accelerator), order)
    except OurProblem as problem:
        result = _nothing(tasks, str(problem))
    return report_of(
        course, without_needs(tasks), result, name=job.name, seed=order.seed,
        accelerator=order.accelerator, seconds=time.perf_counter() - started,
    )  # fmt: skip


def _same_course(course: Course, job: Job) -> None:
    """Refuse to grade where another course or another torch is installed than where the job was made."""
    if key_of(job.order, _digest(course, job.topic)) != job.key:
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
class ClassRun:
    """What is asked of a run over a class."""

    title: str
    course: Course
    tasks: tuple[Task, ...]
    policy: Policy
    seed: int
    accelerator: Accelerator
    sandbox: str
    open_executor: OpenExecutor


def plan_gradings(
    hand_ins: Sequence[HandIn], run: ClassRun, is_known: Callable[[str], bool]
) -> tuple[Places, list[Job]]:
    """Return the topics of all hand-ins, and a job for each key that is not known: what is equal is graded once."""
    places: dict[str, list[tuple[int, str]]] = {}
    jobs: list[Job] = []
    digests = {topic: topic_digest(run.course, topic) for topic in {task.topic for task in run.tasks}}
    for number, hand_in in enumerate(hand_ins):
        if hand_in.problem is not None:
            continue
        files = {file.topic: Content(f"{file.topic}{file.suffix}", file.data) for file in hand_in.topic_files()}
        for topic in files.keys() & digests.keys():
            job = _job(run, topic, files, digests[topic])
            if job.key not in places and not is_known(job.key):
                jobs.append(job)
            places.setdefault(job.key, []).append((number, topic))
    return places, jobs


def _job(run: ClassRun, topic: str, handed: Mapping[str, Content], digest: str) -> Job:
    """Return the job of one topic; with its file go those of other topics that it may import."""
    order = Order(
        Submission(files_needed(topic, handed), topic),
        tuple(task.id for task in run.tasks if task.topic == topic), "", run.seed,
        run.sandbox, False, None, run.accelerator,
    )  # fmt: skip
    return Job(key_of(order, digest), order, tuple(task.id for task in run.tasks))


CONNECT_SECONDS = 20


POOL = JudgePool()
atexit.register(POOL.close)


@contextmanager
def here(jobs: int) -> Iterator[Executor]:
    """Run `jobs` gradings at the same time on this machine; leaving early ends those that run."""
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="grading")
    POOL.open()
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        POOL.close()  # a thread that waits for a judge hears of it at once
        pool.shutdown(wait=True)


@contextmanager
def on_cluster(address: str) -> Iterator[Executor]:
    """Run gradings on a Dask cluster; a worker that dies hands its gradings to the others.

    Raises:
        UsageProblem: the extra `dask` is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageProblem("--scheduler needs Dask: install torchgrade[dask]") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise UsageProblem(
            f"--scheduler {address}: no Dask scheduler answers there ({problem}): give the address that it prints, "
            "such as tcp://127.0.0.1:8786"
        ) from None
    try:
        if not client.scheduler_info()["workers"]:
            raise OurProblem(f"the Dask scheduler at {address} has no workers: start one with `dask worker`")
        yield client.get_executor(pure=False)
    finally:
        client.close()
