"""What a run has to grade: a content key for each topic of each hand-in, and a job for each key that is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.classroom.job import Job
from grader.classroom.key import GradingOptions, key_of, topic_digest
from grader.classroom.model import HandIn
from grader.course import Course, Task
from grader.device.choice import Accelerator


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
