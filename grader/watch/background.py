"""Background tasks of `grade watch`, in one thread: progress and `watch.json`, hints, and stubs put back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.course import Course
from grader.learner import MARK, Progress, TaskProgress, record, update
from grader.learner.progress_changes import after_hint, following
from grader.learner.renew import CannotReset, reset
from grader.storage import atomic_write
from grader.text.catalogue import advice_on
from grader.watch import events as e

Tell = Callable[[e.Event], None]


class Desk:
    """Does what takes longer than the page may wait, and tells what came out."""

    def __init__(self, course: Course, folder: Path | None, tell: Tell) -> None:
        """Start with nothing to do; without a folder nothing is remembered."""
        self._course, self._folder, self._tell = course, folder, tell
        self._digest = course.digest() if folder is not None else ""
        self.marks = remembered(folder, self._digest) if folder is not None else {}
        self._pool = ThreadPoolExecutor(1, "desk")

    def keep(self, effect: e.Keep) -> None:
        """Remember a grading."""
        if self._folder is not None:
            self._pool.submit(self._safely, self._keep, self._folder, effect)

    def hint(self, effect: e.LookUpHint) -> None:
        """Look up the next hint of a task, and remember that it was shown."""
        self._pool.submit(self._safely, self._hint, effect.task_id, effect.entry)

    def put_back(self, effect: e.PutBack, file: Path | None) -> None:
        """Put the stub of a task back into its file."""
        self._pool.submit(self._safely, self._put_back, effect.task_id, file)

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown()

    def _safely(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception as problem:  # the page goes on
            self._tell(e.Said(f"That did not work: {type(problem).__name__}: {problem}"))

    def _keep(self, folder: Path, effect: e.Keep) -> None:
        note = record(folder, effect.report, effect.when, {effect.task_id: effect.mark})
        if note:
            self._tell(e.Said(note))
            return
        self.marks[effect.task_id] = effect.mark
        remember(folder, self._digest, self.marks)

    def _hint(self, task_id: str, entry: TaskProgress) -> None:
        task = self._course.task(task_id)
        mistake = entry.failure.mistake if entry.failure else None
        help_ = following(task, entry, advice_on(self._course, task, mistake) if mistake else None)
        self._tell(e.Hinted(task_id, help_))
        if self._folder is None:
            return

        def seen(progress: Progress) -> Progress:
            for number in help_.shown:
                progress = after_hint(progress, task_id, number)
            return progress

        update(self._folder, seen)

    def _put_back(self, task_id: str, file: Path | None) -> None:
        if self._folder is None:
            self._tell(
                e.Said(
                    "This is no course folder, where a copy could be kept: make one with `grade init DIR`."
                )
            )
            return
        if file is None:
            self._tell(e.Said(f"There is no file of {task_id.partition('.')[0]} to put a stub into."))
            return
        try:
            done = reset(self._course, self._course.task(task_id), file, self._folder)
        except CannotReset as problem:
            self._tell(e.Said(f"{task_id} stays as it is: {problem}."))
            return
        kept = f"; {file.name} as it was is kept in {done.backup}" if done.backup else ""
        self._tell(
            e.Said(f"{task_id} is its stub again{kept}." if kept else f"{task_id} is its stub already.")
        )


NAME = "watch.json"
MOST_BYTES = 1_000_000


def remembered(folder: Path, digest: str) -> dict[str, str]:
    """Return the marks by task; none where they cannot be read, or are about another state of the course."""
    try:
        with open(folder / MARK / NAME, "rb") as stream:
            values = json.loads(stream.read(MOST_BYTES))
        if values["course"] != digest:
            return {}
        return {str(task_id): str(mark) for task_id, mark in values["marks"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}  # then what was begun is graded once more


def remember(folder: Path, digest: str, marks: Mapping[str, str]) -> None:
    """Write the marks.

    Raises:
        OSError: they cannot be written.
    """
    text = json.dumps({"course": digest, "marks": dict(sorted(marks.items()))}, indent=1)
    atomic_write(folder / MARK / NAME, (text + "\n").encode())
