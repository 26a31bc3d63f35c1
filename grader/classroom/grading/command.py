"""A class run from the command line on: what was asked for, whom it is about, and a finished run with its files."""

from __future__ import annotations

import secrets
from pathlib import Path

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading.asked import Asked, only, policy_of, read_intake, with_earlier
from grader.classroom.grading.class_run import Count, grade_class
from grader.classroom.grading.jobs import ClassRun, OpenExecutor, here, on_cluster
from grader.classroom.grading.out_folder import only_run, publish, write
from grader.classroom.policy.course_policy import Policy
from grader.classroom.records import ClassResult
from grader.classroom.tables.canvas import fill_canvas
from grader.classroom.tables.moodle import fill_moodle
from grader.classroom.tables.sheet import Filled
from grader.course import load_course
from grader.judge.accelerator import NoSuchDevice, accelerator_for
from grader.judge.order import UsageProblem
from grader.judge.parallel import processors
from grader.judge.scoring import without_needs


def run_class(asked: Asked, progress: Count | None = None) -> tuple[ClassResult, tuple[str, ...]]:
    """Grade a class, write everything, and return the result with what is to be said about filled-in tables."""
    intake, policy = only(read_intake(asked), asked.students), policy_of(asked)
    with only_run(asked.out, policy.zone):
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
    return lambda most: here(min(at_once, most), most)


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
