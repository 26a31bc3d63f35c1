"""The report of what was found."""

from __future__ import annotations

import functools
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from grader import __version__
from grader.course import Course, Task
from grader.device.choice import Accelerator
from grader.intake import NOT_THERE
from grader.judge.order import ShardResult
from grader.judge.scoring import skip_dependents
from grader.report import Environment, Report, TaskReport


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
    both = (*notes, *result.notes, *_not_there(tasks, reports), *_kept_back(tasks))
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
