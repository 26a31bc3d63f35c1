"""`grade init`, `grade reset`: the files that a learner works in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.learner import file_of, needed_folder, one_task, progress_option
from grader.cli.shared import FOLDER, WrongCall

if TYPE_CHECKING:
    from grader.course import Course, Topic

MOST_LISTED = 10


@click.command("init", short_help="Make a folder to work in, or bring it up to date.")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--topic", "slugs", multiple=True, metavar="TOPIC", help="Only this topic; repeatable.")
@click.option("--track", default="", metavar="TRACK", help="Only the tasks of this way through the course.")
@click.option("--notebooks", is_flag=True, help="Notebooks to solve the tasks in, in place of modules.")
@click.option("--update", is_flag=True, help="Bring new tasks into a folder of yours; what you wrote stays.")
def init_command(folder: Path, slugs: tuple[str, ...], track: str, notebooks: bool, update: bool) -> None:
    """Make a folder to work in: stubs, what to read, and data, ready for git and VS Code."""
    from grader.course import load_course

    course = load_course()
    topics = [course.topic(slug) for slug in dict.fromkeys(slugs)]
    topics.sort(key=lambda topic: (topic.order, topic.slug))
    if track and track not in course.tracks:
        raise WrongCall(f"--track {track}: the course has {', '.join(course.tracks) or 'none'}")
    if update:
        if given := "--notebooks" if notebooks else "--track" if track else "":
            raise WrongCall(f"{given} is chosen when a folder is made: make another one for it")
        _update(course, folder, topics)
    else:
        _create(course, folder, topics or None, notebooks, track)


def _create(course: Course, folder: Path, topics: Sequence[Topic] | None, notebooks: bool, track: str) -> None:
    from grader.learner.folder import Occupied, create, given_topics

    try:
        written = create(course, folder, topics, notebooks=notebooks, track=track)
    except Occupied as problem:
        raise WrongCall(_refusal(folder, problem.files)) from problem
    except OSError as problem:
        raise WrongCall(f"{folder}: {problem}; call it again when that is mended, it goes on") from problem
    if not written:
        click.echo(f"{folder} has everything already: nothing was changed")
        return
    from grader.text.formatting import count

    chosen = given_topics(folder, course)
    tasks = count(sum(len(topic.tasks) for topic in chosen), "task")
    click.echo(f"{folder} is ready: {tasks} in {count(len(chosen), 'topic')}, {count(written, 'file')}")
    click.echo(f"begin with: cd {folder} && grade next")


def _refusal(folder: Path, files: Sequence[str]) -> str:
    from grader.learner.folder import MARK

    shown = "".join(f"\n  {file}" for file in files[:MOST_LISTED])
    more = f"\n  and {len(files) - MOST_LISTED} more" if len(files) > MOST_LISTED else ""
    update = f"`grade init {folder} --update` keeps them and brings in what is new"
    remedy = update if (folder / MARK).is_dir() else "choose an empty folder, or move them away"
    return f"nothing was written, since {folder} holds files that are not the course's: {remedy}{shown}{more}"


def _update(course: Course, folder: Path, topics: Sequence[Topic]) -> None:
    from grader.learner.folder import NoState
    from grader.learner.renew import renew

    try:
        done = renew(course, folder, topics)
    except NoState as problem:
        raise WrongCall(f"{problem}: `grade init {folder}` makes a new course folder") from problem
    except OSError as problem:
        raise WrongCall(f"{folder}: {problem}; call it again when that is mended, it goes on") from problem
    for note in done.notes:
        click.echo(note)
    if done.backup:
        click.echo(f"the files that were changed are kept as they were in {done.backup}")
    if not done.notes:
        click.echo(f"{folder} is up to date: nothing was changed")


@click.command("reset", short_help="Put the stub of a task back.")
@click.argument("name", metavar="TASK")
@progress_option
def reset_command(name: str, folder: Path | None) -> None:
    """Put the stub of a task back; a copy of the file is kept, and no other line of it changes."""
    from grader.course import load_course
    from grader.learner.renew import reset

    course = load_course()
    task = one_task(course, name)
    place = needed_folder(folder)
    file = file_of(place, course, task.topic)
    try:
        copy = reset(course, task, file, place)
    except OSError as problem:
        raise WrongCall(f"{file} stays as it is: {problem}") from problem
    if copy is None:
        click.echo(f"{task.id} is its stub already: nothing was changed")
    else:
        click.echo(f"{task.id} is its stub again; {file} as it was is kept in {copy}")
