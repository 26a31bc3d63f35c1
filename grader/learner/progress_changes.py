"""What a grading, a hint, a reset or a look at a solution changes in the progress, and which hint comes next."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course import Course, Task
from grader.course.problem import parse
from grader.learner.progress import Progress, TaskProgress, now, update
from grader.report import Report, TaskReport, Verdict
from grader.report.selection import Failure, failure_of

ABOUT_THE_FAILURE = 0  # the number of the hint that is about what went wrong
UNTOUCHED = Verdict.NOT_ATTEMPTED
IDLE = ""  # the mark of a task that nobody has begun, or whose code is not there


def after_grading(
    progress: Progress, report: Report, now: str, codes: Mapping[str, str] | None = None
) -> Progress:
    """Return the progress after a grading; a fault of the grader's own says nothing about the learner.

    Args:
        progress: before.
        report: of the grading.
        now: when it was.
        codes: the mark of the code of each task; what has none was not there, so that nothing is known of it.
    """
    graded = [task for task in report.tasks if task.id in progress.tasks or task.verdict is not UNTOUCHED]
    graded = [task for task in graded if task.verdict is not Verdict.INTERNAL]
    graded = [task for task in graded if codes is None or task.id in codes]
    code = codes or {}
    course = report.environment.course_digest
    tasks = {task.id: _after(progress.of(task.id), task, now, code.get(task.id)) for task in graded}
    tasks = {task_id: replace(entry, course=entry.code and course) for task_id, entry in tasks.items()}
    return Progress({**progress.tasks, **tasks})


def after_reset(progress: Progress, task_id: str) -> Progress:
    """Return the progress after the stub of a task was put back."""
    if task_id not in progress.tasks:
        return progress
    last = Verdict.NOT_ATTEMPTED
    return progress.changed(task_id, last=last, failure=None, code=IDLE, passed_code=None)


def after_hint(progress: Progress, task_id: str, *numbers: int) -> Progress:
    """Return the progress after hints were shown."""
    seen = progress.of(task_id).hints
    return progress.changed(task_id, hints=tuple(sorted({*seen, *numbers})))


def after_solution(progress: Progress, task_id: str, now: str) -> Progress:
    """Return the progress after the solution was shown; before the task had passed that is giving up."""
    entry = progress.of(task_id)
    given_up = entry.given_up or not entry.ever_passed
    return progress.changed(task_id, solution=entry.solution or now, given_up=given_up)


def _after(entry: TaskProgress, task: TaskReport, now: str, code: str | None) -> TaskProgress:
    failure, verdict = failure_of(task), task.verdict
    if task.only_core and verdict is Verdict.RIGHT and code == entry.passed_code is not None:
        verdict = Verdict.RIGHT if entry.open_details else Verdict.PASS  # what is known of the details holds
    passed = entry.passed or (now if verdict.is_right else None)
    same = _is_same(failure, entry.failure)  # else the hint about it was about another
    return replace(
        entry,
        last=verdict,
        passed=passed,
        attempts=entry.attempts + (verdict.is_right or verdict.went_wrong),
        failure=failure,
        hints=tuple(number for number in entry.hints if same or number != ABOUT_THE_FAILURE),
        code=code,
        passed_code=_passed_code(entry, verdict, code),
        open_details=verdict is Verdict.RIGHT if verdict.is_right else entry.open_details,
    )


def _passed_code(entry: TaskProgress, verdict: Verdict, code: str | None) -> str | None:
    """Return which code passes: what passed once does so until the same code fails."""
    if verdict.is_right:
        return code
    failed = verdict.went_wrong and code in (entry.passed_code, None)
    return None if failed else entry.passed_code


def _is_same(one: Failure | None, other: Failure | None) -> bool:
    """Whether two failures would get the same hint."""
    if one is None or other is None:
        return one is other
    return (one.mistake, one.test) == (other.mistake, other.test)


def record(
    folder: Path, report: Report, when: str | None = None, codes: Mapping[str, str] | None = None
) -> str | None:
    """Add a grading of the code with these marks to the progress; return a sentence if anything was amiss."""
    moment = when or now()
    return update(folder, lambda progress: after_grading(progress, report, moment, codes))


@dataclass(frozen=True)
class Help:
    """What one call of `grade hint` shows."""

    failure: Failure | None  # what went wrong, if that is to be shown
    advice: str | None  # on the named mistake, where its author gave some
    number: int | None  # of the general hint, if one is to be shown
    left: bool  # whether a stronger hint is there

    @property
    def shown(self) -> tuple[int, ...]:
        """The numbers to remember."""
        about = () if self.failure is None else (ABOUT_THE_FAILURE,)
        return about if self.number is None else (*about, self.number)


def picked(task: Task, number: int) -> Help:
    """Return the general hint of this number."""
    return Help(None, None, number, number < len(task.hints))


def next_help(course: Course, task: Task, entry: TaskProgress) -> Help:
    """Return what is to be shown next."""
    mistake = entry.failure.mistake if entry.failure else None
    return following(task, entry, advice_on(course, task, mistake) if mistake else None)


def advice_on(course: Course, task: Task, mistake: str) -> str | None:
    """Return `hint` of `@mistake("...", hint="...")` over the variant of this name; None without one."""
    file = course.mistakes_file(task)
    tree = parse(file) if file.is_file() else None
    if not isinstance(tree, ast.Module):
        return None
    kinds = (ast.FunctionDef, ast.ClassDef)
    variants = [node for node in tree.body if isinstance(node, kinds) and node.name == mistake]
    return next((text for node in variants if (text := _advice_in(node))), None)


def _advice_in(variant: ast.FunctionDef | ast.ClassDef) -> str | None:
    for part in variant.decorator_list:
        match part:
            case ast.Call(func=ast.Name(id="mistake"), keywords=keywords):
                values = [keyword.value for keyword in keywords if keyword.arg == "hint"]
                return next((str(value.value) for value in values if isinstance(value, ast.Constant)), None)
    return None


def following(task: Task, entry: TaskProgress, advice: str | None = None) -> Help:
    """Return what is to be shown next: a failure first, alone where its mistake has advice of its own.

    Args:
        task: what the hints are for.
        entry: the failure of the last grading, and the hints that were shown since.
        advice: on the named mistake of that failure.
    """
    last = len(task.hints)
    number = next((each for each in range(1, last + 1) if each not in entry.hints), last)
    if entry.failure is None or ABOUT_THE_FAILURE in entry.hints:
        return Help(None, None, number, number < last)
    if advice:
        return Help(entry.failure, advice, None, True)
    return Help(entry.failure, None, number, number < last)
