"""A submission's files: found by name, read and checked as a syntax tree, never executed."""

from grader.intake.bindings import names
from grader.intake.find import (
    IntakeError,
    NothingFound,
    Submission,
    TwoCandidates,
    find_submission,
    topics_beside,
)
from grader.intake.python_text import SourceProblem, shown
from grader.intake.source import Content, Source, parse_source, read_source
from grader.intake.task_check import NOT_THERE, TaskCheck, TaskState, check_task

__all__ = [
    "NOT_THERE",
    "Content",
    "IntakeError",
    "NothingFound",
    "Source",
    "SourceProblem",
    "Submission",
    "TaskCheck",
    "TaskState",
    "TwoCandidates",
    "check_task",
    "find_submission",
    "names",
    "parse_source",
    "read_source",
    "shown",
    "topics_beside",
]
