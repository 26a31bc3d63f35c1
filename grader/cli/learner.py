"""What the commands for learners share: the folder that remembers them, and its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.shared import WrongCall

if TYPE_CHECKING:
    from grader.course import Course, Task
    from grader.learner.progress import Progress
    from grader.learner.task_states import Current

progress_option = click.option(
    "--progress",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder that keeps your progress; else the nearest that `grade init` made.",
)


def course_folder(given: Path | None) -> Path | None:
    """Return the folder that was named, or else the nearest course folder above the current one."""
    from grader.learner.folder import folder_above

    return given or folder_above(Path.cwd())


def needed_folder(given: Path | None) -> Path:
    """Return the course folder, or refuse the call where there is none."""
    folder = course_folder(given)
    if folder is None:
        raise WrongCall("this is not a course folder: make one with `grade init DIR`, or go into one")
    return folder


def progress_in(folder: Path | None) -> Progress | None:
    """Return what is remembered in a folder; None where there is no folder to remember anything."""
    from grader.learner.progress import load

    if folder is None:
        return None
    loaded = load(folder)
    if loaded.note:
        click.echo(loaded.note, err=True)
    return loaded.progress


def current_in(folder: Path, course: Course) -> Current:
    """Return how a course folder is now; every command for learners shows this."""
    from grader.learner.progress import Progress
    from grader.learner.task_states import current

    return current(folder, course, progress_in(folder) or Progress())


def refuse_elsewhere(here: Current, folder: Path, slugs: Iterable[str]) -> None:
    """Refuse topics that the course has and this folder has not, and say how to add them."""
    known = {topic.slug for topic in here.topics}
    for slug in slugs:
        if slug not in known:
            raise WrongCall(
                f"{shown_folder(folder)} was made without {slug}: "
                f"`grade init {shown_folder(folder)} --update --topic {slug}` adds it"
            )


def file_of(folder: Path, course: Course, slug: str) -> Path:
    """Return the file of a topic in a course folder, or refuse the call where there is none, or two."""
    from grader.learner.code_files import files_in

    file = files_in(folder, course).get(slug)
    if file is None:
        raise WrongCall(f"{folder} has no file of {slug}, or two: `grade {folder}` says more")
    return file


def shown_folder(folder: Path) -> str:
    """A folder as it is typed from here."""
    import shlex

    here, place = Path.cwd().resolve(), folder.resolve()
    return shlex.quote(str(place.relative_to(here) if place.is_relative_to(here) else folder))


def remember(folder: Path | None, change: Callable[[Progress], Progress]) -> None:
    """Apply a change to the progress of a folder, and say it where that cannot be kept."""
    from grader.learner.progress import update

    note = update(folder, change) if folder is not None else None
    if note:
        click.echo(note, err=True)


def one_task(course: Course, name: str) -> Task:
    """Return the task of this name, or refuse the call."""
    tasks = course.select([name])
    if len(tasks) != 1:
        raise WrongCall(f"{name!r} is a topic: name one of its tasks, such as {tasks[0].id}")
    return tasks[0]
