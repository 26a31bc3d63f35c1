"""Problems as exit codes and one line of text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

FAILED = 1  # something did not pass
WRONG_CALL = 2
OURS = 3
STOPPED = 130  # by the person at the keyboard


class WrongCall(click.ClickException):
    """Something that was typed does not exist or does not fit; the message says what does."""

    exit_code = WRONG_CALL


class OurFault(click.ClickException):
    """The grader cannot do its work; the message says what this machine or this course lacks."""

    exit_code = OURS


@contextmanager
def course_problems() -> Iterator[None]:
    """Turn what can be wrong with a course, or with the name of a task, into an exit code."""
    from grader.course import CourseError, UnknownTask

    try:
        yield
    except UnknownTask as problem:
        raise WrongCall(str(problem)) from problem
    except CourseError as problem:
        raise OurFault(str(problem)) from problem


@contextmanager
def judge_problems() -> Iterator[None]:
    """Turn what can keep the judge from its work into an exit code."""
    from grader.judge.order import OurProblem, UsageProblem

    try:
        with course_problems():
            yield
    except UsageProblem as problem:
        raise WrongCall(str(problem)) from problem
    except OurProblem as problem:
        raise OurFault(str(problem)) from problem


def unexpected(problem: Exception) -> None:
    """Write a fault that nobody foresaw, with all that is needed to report it."""
    import traceback

    traceback.print_exception(problem, file=sys.stderr)
    click.echo(
        "This is a fault of the grader, not of the submission. Please report the lines above.",
        err=True,
    )
