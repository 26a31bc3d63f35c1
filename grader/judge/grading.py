"""Grading one submission: from paths and options to a report."""

from __future__ import annotations

import multiprocessing
import platform
import secrets
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import torch

from grader import __version__
from grader.course import AmbiguousTask, Course, CourseError, Task, UnknownTask, load_course
from grader.device import simulated
from grader.intake import IntakeError, NothingFound, TwoCandidates, find_submission
from grader.intake import Submission as Files
from grader.judge.errors import OurProblem, UsageProblem
from grader.judge.scoring import skip_dependents
from grader.judge.shard import Advance, Order, ShardResult, grade_shard
from grader.report import Environment, Report, TaskReport
from grader.sandbox.errors import SandboxProblem


class Progress(Protocol):
    """Somebody who wants to see a grading go on."""

    def start(self, total: int) -> None:
        """Begin; `total` tasks are to be graded."""

    def advance(self, task_id: str, test_name: str, verdict: str) -> None:
        """A test has its verdict."""

    def stop(self) -> None:
        """No more will come."""


def grade_submission(
    paths: Sequence[Path],
    *,
    tasks: Sequence[str] = (),
    keyword: str = "",
    seed: int | None = None,
    sandbox: str = "auto",
    first: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Grade the submission under `paths` and return what was found.

    Args:
        paths: a folder, a file, or several; topics are found by file name.
        tasks: task ids, topics or bare task names; all of what was found if empty.
        keyword: pytest's -k expression over the tests.
        seed: of the random inputs; drawn if None.
        sandbox: "auto", "strict" or "none".
        first: stop at the first task that does not pass.
        jobs: processes to grade in, 1 if None.
        progress: told of each verdict.

    Raises:
        UsageProblem: a path, task or option that cannot be used.
        OurProblem: the grader failed, or strict grading lacks a layer.
    """
    started = time.perf_counter()
    if simulated.available():
        simulated.register()
    try:
        course = load_course()
        files = find_submission(list(paths), course.slugs)
        selected = _select(course, files, paths, tasks)
    except (IntakeError, NothingFound, TwoCandidates, UnknownTask, AmbiguousTask) as problem:
        raise UsageProblem(str(problem)) from None
    except CourseError as problem:
        raise OurProblem(str(problem)) from None
    run_seed = secrets.randbits(31) if seed is None else seed
    order = Order(files, tuple(task.id for task in selected), keyword, run_seed, sandbox, first)
    try:
        result = _run(order, 1 if first else max(1, jobs or 1), progress)
    except SandboxProblem as problem:
        raise OurProblem(str(problem)) from None
    reports = _ordered(selected, result)
    environment = _environment(course, result)
    return Report(
        files.name, run_seed, environment, tuple(reports), round(time.perf_counter() - started, 3), result.incomplete,
        tuple(files.notes),
    )  # fmt: skip


def _select(course: Course, files: Files, paths: Sequence[Path], patterns: Sequence[str]) -> tuple[Task, ...]:
    """Return the tasks to grade: what was asked for; else every topic for a folder, the files' topics for files."""
    chosen = course.select(patterns)
    if patterns or any(Path(path).is_dir() for path in paths):
        return chosen
    return tuple(task for task in chosen if task.topic in files.files)


def _ordered(selected: Sequence[Task], result: ShardResult) -> list[TaskReport]:
    reports = skip_dependents([task for task in selected if task.id in result.tasks], result.tasks)
    return [reports[task.id] for task in selected if task.id in reports]


def _run(order: Order, jobs: int, progress: Progress | None) -> ShardResult:
    if progress:
        progress.start(len(order.task_ids))
    try:
        advance: Advance = progress.advance if progress else lambda *_: None
        return grade_shard(order, advance) if jobs == 1 else _run_parallel(order, jobs, advance)
    finally:
        if progress:
            progress.stop()


def _run_parallel(order: Order, jobs: int, advance: Advance) -> ShardResult:
    """Share the tasks out among processes, forked before this one has read anything hidden."""
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    queue: Any = context.SimpleQueue()
    parts = [order.task_ids[start::jobs] for start in range(jobs) if order.task_ids[start::jobs]]
    orders = [Order(order.submission, part, order.keyword, order.seed, order.sandbox, False) for part in parts]
    with ProcessPoolExecutor(jobs, context, initializer=_remember_queue, initargs=(queue,)) as pool:
        futures = [pool.submit(_grade_in_process, part) for part in orders]
        reader = threading.Thread(target=_pass_on, args=(queue, advance), daemon=True)
        reader.start()
        results = [future.result() for future in futures]
    queue.put(None)
    reader.join()
    merged = ShardResult(kind=results[0].kind, layers=results[0].layers, missing=results[0].missing)
    for result in results:
        merged.tasks.update(result.tasks)
        merged.incomplete = merged.incomplete or result.incomplete
    return merged


_queue: Any = None


def _remember_queue(queue: Any) -> None:
    global _queue
    _queue = queue


def _grade_in_process(order: Order) -> ShardResult:
    return grade_shard(order, lambda *row: _queue.put(row))


def _pass_on(queue: Any, advance: Advance) -> None:
    while (row := queue.get()) is not None:
        advance(*row)


def _environment(course: Course, result: ShardResult) -> Environment:
    return Environment(
        torchgrade=__version__,
        python=platform.python_version(),
        torch=torch.__version__,
        platform=f"{platform.system()} {platform.machine()}" if sys.platform else "",
        device="cpu and simulated accelerator" if simulated.available() else "cpu",
        sandbox=result.kind,
        layers=result.layers,
        missing_layers=result.missing,
        course_digest=course.digest(),
    )
