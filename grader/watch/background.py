"""Background tasks of `grade watch`, in one thread: progress, hints, and stubs put back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.course import Course
from grader.learner.progress import TaskProgress, update
from grader.learner.progress_changes import after_hint, next_help, record
from grader.learner.renew import CannotReset, reset
from grader.watch import events as e

NO_FOLDER = "This is no course folder, where a copy could be kept: make one with `grade init DIR`."


class Background:
    """Does what takes longer than the page may wait, and tells what came out."""

    def __init__(self, course: Course, folder: Path | None, tell: e.Tell) -> None:
        """Start with nothing to do; without a folder nothing is remembered."""
        self._course, self._folder, self._tell = course, folder, tell
        self._pool = ThreadPoolExecutor(1, "background")

    def do(self, effect: e.Graded | e.LookUpHint | e.PutBack, file: Path | None = None) -> None:
        """Do this when what was begun before is done; a stub is put back into the file."""
        self._pool.submit(self._safely, effect, file)

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown()

    def _safely(self, effect: e.Graded | e.LookUpHint | e.PutBack, file: Path | None) -> None:
        try:
            match effect:
                case e.Graded():
                    self._keep(effect)
                case e.LookUpHint(task_id, entry):
                    self._hint(task_id, entry)
                case e.PutBack(task_id):
                    self._tell(e.Said(self._put_back(task_id, file)))
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

    def _put_back(self, task_id: str, file: Path | None) -> str:
        if self._folder is None:
            return NO_FOLDER
        if file is None:
            return f"There is no file of {task_id.partition('.')[0]} to put a stub into."
        try:
            copy = reset(self._course, self._course.task(task_id), file, self._folder)
        except CannotReset as problem:
            return f"{task_id} stays as it is: {problem}."
        if copy is None:
            return f"{task_id} is its stub already."
        return f"{task_id} is its stub again; {file.name} as it was is kept in {copy}."
