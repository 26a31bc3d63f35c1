"""Grading one submission: from paths and options to a report."""

from __future__ import annotations

import functools
import platform
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from grader import __version__
from grader.course import AmbiguousTask, Course, CourseError, Task, UnknownTask, load_course
from grader.course.stub import stub_of
from grader.device.choice import Accelerator
from grader.intake import (
    NOT_THERE,
    Content,
    IntakeError,
    NothingFound,
    TwoCandidates,
    find_submission,
    topics_beside,
)
from grader.intake import Submission as Files
from grader.intake.topic_imports import files_needed
from grader.judge.accelerator import AUTO, NoSuchDevice, accelerator_for
from grader.judge.order import Order, OurProblem, Progress, ShardResult, UsageProblem
from grader.judge.parallel import default_jobs, run_parallel
from grader.judge.scoring import skip_dependents, without_needs
from grader.report import DETAILS_NOT_RUN, Environment, Report, TaskReport


def report_of(
    course: Course,
    tasks: Sequence[Task],
    result: ShardResult,
    *,
    name: str,
    seed: int,
    accelerator: Accelerator,
    seconds: float,
    notes: Sequence[str] = (),
) -> Report:
    """Return the report of a grading of `tasks`: in their order, each with what the tasks it needs make of it."""
    reports = tuple(_ordered(tasks, result))
    environment = environment_of(course, result, accelerator)
    both = (*notes, *result.notes, *_not_there(tasks, reports), *_kept_back(tasks), *_left_out(reports))
    return Report(name, seed, environment, reports, round(seconds, 3), result.incomplete, both)


def _not_there(tasks: Sequence[Task], reports: Sequence[TaskReport]) -> Iterator[str]:
    """Say in one line for each file which of the tasks it does not have."""
    names, missing = {task.id: task.name for task in tasks}, dict[str, list[str]]()
    for report in reports:
        if report.message and report.message.got == NOT_THERE and report.message.where:
            missing.setdefault(report.message.where, []).append(names[report.id])
    for where, found in missing.items():
        yield f"these are not in {where.replace(chr(92), '/').rpartition('/')[2]}: {', '.join(found)}"


def _kept_back(tasks: Sequence[Task]) -> Iterator[str]:
    """Say in a course for students how many tests are not in it."""
    hidden = sum(task.hidden for task in tasks)
    if hidden:
        words = "1 hidden test is" if hidden == 1 else f"{hidden} hidden tests are"
        yield f"{words} graded by your instructor; points and verdicts here are of the visible tests alone"


def _left_out(reports: Sequence[TaskReport]) -> Iterator[str]:
    """Say that details were not run, where any were not."""
    if any(report.only_core for report in reports):
        yield DETAILS_NOT_RUN


def _ordered(selected: Sequence[Task], result: ShardResult) -> list[TaskReport]:
    reports = skip_dependents([task for task in selected if task.id in result.tasks], result.tasks)
    return [reports[task.id] for task in selected if task.id in reports]


@functools.cache  # a class asks for each of its gradings, and each look takes milliseconds
def _torch_version() -> str:
    """Return what `torch.__version__` says, without importing torch."""
    return version("torch")


def environment_of(course: Course, result: ShardResult, accelerator: Accelerator) -> Environment:
    """Return where a grading ran."""
    return Environment(
        torchgrade=__version__,
        python=platform.python_version(),
        torch=_torch_version(),
        platform=f"{platform.system()} {platform.machine()}" if sys.platform else "",
        device=accelerator.words,
        sandbox=result.kind,
        layers=result.layers,
        missing_layers=result.missing,
        course_digest=course.digest(),
    )


def grade_submission(
    paths: Sequence[Path],
    *,
    tasks: Sequence[str] = (),
    keyword: str = "",
    seed: int | None = None,
    sandbox: str = "auto",
    first: bool = False,
    jobs: int | None = None,
    seconds: float | None = None,
    device: str = AUTO,
    needs: bool = True,
    core: bool = False,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Grade the submission under `paths` and return what was found.

    Args:
        paths: a folder, a file, or several; topics are found by file name.
        tasks: task ids, topics or bare task names; all of what was found if empty.
        keyword: pytest's -k expression over the tests.
        seed: of the random inputs; drawn if None.
        sandbox: "auto", "strict" or "none".
        first: stop at the first task that is not right.
        jobs: processes to grade in; as many as there are processors and work for, if None.
        seconds: no test may take longer, whatever its suite allows.
        device: the accelerator of the device tests: "auto", "cpu", "cuda" or "sim".
        needs: a task that fails is skipped while a task that it builds on has not passed; if False, each is judged on
            its own.
        core: details are not run: their share of the points is open.
        folder: where topics lie that the files may import, and that are not under `paths`; beside them if None.
        progress: told of each verdict.

    Raises:
        UsageProblem: a path, task or option that cannot be used.
        OurProblem: the grader failed, or strict grading lacks a layer.
    """
    started = time.perf_counter()
    try:
        accelerator = accelerator_for(device)
        course = load_course()
        files = find_submission(list(paths), course.slugs, partial(stub_of, course))
        selected = _select(course, files, paths, tasks)
        files = _with_imports(course, files, [folder] if folder else topics_beside(paths, course.slugs))
    except (IntakeError, NothingFound, TwoCandidates, UnknownTask, AmbiguousTask, NoSuchDevice) as problem:
        raise UsageProblem(str(problem)) from None
    except CourseError as problem:
        raise OurProblem(str(problem)) from None
    run_seed = secrets.randbits(31) if seed is None else seed
    ids = tuple(task.id for task in selected)
    order = Order(files, ids, keyword, run_seed, sandbox, first, seconds, accelerator, core)
    result = _run(order, 1 if first else max(1, jobs or default_jobs(len(selected))), progress)
    return report_of(
        course, selected if needs else without_needs(selected), result, name=files.name, seed=run_seed,
        accelerator=accelerator, seconds=time.perf_counter() - started, notes=files.notes,
    )  # fmt: skip


def _select(course: Course, files: Files, paths: Sequence[Path], patterns: Sequence[str]) -> tuple[Task, ...]:
    """Return the tasks to grade: what was asked for; else every topic for a folder, the files' topics for files."""
    chosen = course.select(patterns)
    if patterns or any(Path(path).is_dir() for path in paths):
        return chosen
    return tuple(task for task in chosen if task.topic in files.files)


def _with_imports(course: Course, files: Files, places: Sequence[Path]) -> Files:
    """Return a submission with the files of other places that its own may import."""
    if not places:
        return files
    try:
        there = {**find_submission(places, course.slugs, partial(stub_of, course)).files, **files.files}
        paths = {slug: file for slug, file in there.items() if isinstance(file, Path)}
        contents = {slug: Content(file.name, file.read_bytes()) for slug, file in paths.items()}
    except (IntakeError, OSError):  # what is graded was found all the same; what cannot be read is told of it alone
        return files
    needed = {each for slug in files.files for each in files_needed(slug, contents)}
    return replace(files, files={slug: file for slug, file in there.items() if slug in needed})


def _run(order: Order, jobs: int, progress: Progress | None) -> ShardResult:
    """Grade in processes of their own, so that this one stays fit to be forked: it runs no backward pass.

    Without a sandbox it is this one, for a breakpoint in one's own code.
    """
    if order.sandbox != "none":
        return run_parallel(order, jobs, progress)
    from grader.judge.shard import grade_shard

    if progress is None:
        return grade_shard(order, lambda *_: None)
    progress.start(len(order.task_ids))
    try:
        return grade_shard(order, progress.advance)
    finally:
        progress.stop()
