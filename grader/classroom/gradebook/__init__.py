"""The gradebook: an SQLite file that keeps everything a class run has found, and loses nothing."""

from grader.classroom.gradebook.book import AdjustmentEntry, Gradebook
from grader.classroom.gradebook.database import BookProblem, WrongBook
from grader.classroom.gradebook.diff import ClassDiff, StudentChange, TaskChange, compare
from grader.classroom.gradebook.runs import RunEntry, RunFacts

__all__ = [
    "AdjustmentEntry",
    "BookProblem",
    "ClassDiff",
    "Gradebook",
    "RunEntry",
    "RunFacts",
    "StudentChange",
    "TaskChange",
    "WrongBook",
    "compare",
]
