"""Background tasks of `grade watch`, in one thread: progress, hints, and stubs put back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from grader.course import Course
from grader.learner import TaskProgress, record, update
from grader.learner.progress_changes import after_hint, next_help
from grader.learner.renew import CannotReset, reset
from grader.watch import events as e

NO_FOLDER = "This is no course folder, where a copy could be kept: make one with `grade init DIR`."


class Background:
    """Does what takes longer than the page may wait, and tells what came out."""

    def __init__(self, course: Course, folder: Path | None, tell: e.Tell) -> None:
        """Start with nothing to do; without a folder nothing is remembered."""
        self._course, self._folder, self._tell = course, folder, tell
        self._pool = ThreadPoolExecutor(1, "background")

    def keep(self, effect: e.Graded) -> None:
        """Remember a grading."""
        self._begin(self._keep, effect)

    def hint(self, effect: e.LookUpHint) -> None:
        """Look up the next hint of a task, and remember that it was shown."""
        self._begin(self._hint, effect.task_id, effect.entry)

    def put_back(self, effect: e.PutBack, file: Path | None) -> None:
        """Put the stub of a task back into its file."""
        self._begin(self._put_back, effect.task_id, file)

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown()

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        """Do this when what was begun before is done, in the language of the page."""
        self._pool.submit(copy_context().run, self._safely, work, *arguments)

    def _safely(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception as problem:  # the page goes on
            self._tell(e.Said(f"That did not work: {type(problem).__name__}: {problem}"))

    def _keep(self, effect: e.Graded) -> None:
        if self._folder is not None:
            note = record(self._folder, effect.report, effect.when, {effect.task_id: effect.mark})
            if note:
                self._tell(e.Said(note))

    def _hint(self, task_id: str, entry: TaskProgress) -> None:
        help_ = next_help(self._course, self._course.task(task_id), entry)
        self._tell(e.Hinted(task_id, help_))
        if self._folder is not None:
            update(self._folder, lambda progress: after_hint(progress, task_id, *help_.shown))

    def _put_back(self, task_id: str, file: Path | None) -> None:
        if self._folder is None:
            self._tell(e.Said(NO_FOLDER))
        elif file is None:
            self._tell(e.Said(f"There is no file of {task_id.partition('.')[0]} to put a stub into."))
        else:
            self._tell(e.Said(self._reset(task_id, file, self._folder)))

    def _reset(self, task_id: str, file: Path, folder: Path) -> str:
        try:
            copy = reset(self._course, self._course.task(task_id), file, folder)
        except CannotReset as problem:
            return f"{task_id} stays as it is: {problem}."
        if copy is None:
            return f"{task_id} is its stub already."
        return f"{task_id} is its stub again; {file.name} as it was is kept in {copy}."
