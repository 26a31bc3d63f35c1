"""`grade list`, `grade hint`, `grade next`: what there is to solve, and help with one of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exit_codes import WrongCall, course_problems
from grader.cli.learner import (
    course_folder,
    current_in,
    in_the_language,
    language_option,
    learners_course,
    needed_folder,
    one_task,
    progress_in,
    progress_option,
    refuse_elsewhere,
    remember,
    shown_folder,
)
from grader.cli.output import FORMATS, show, write

if TYPE_CHECKING:
    from grader.course import Course, Task
    from grader.learner import Progress, TaskProgress


@click.command("list")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.option("--open", "open_", is_flag=True, help="Only tasks that do not pass yet.")
@click.option("--passed", is_flag=True, help="Only tasks that pass.")
@click.option("--failed", is_flag=True, help="Only tasks that were tried and do not pass.")
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic; repeatable.")
@click.option("--format", "kind", type=FORMATS, default="terminal", help="What the list looks like.")
@progress_option
@language_option
def list_command(
    names: tuple[str, ...], open_: bool, passed: bool, failed: bool, topics: tuple[str, ...], kind: str,
    folder: Path | None, language: str | None,
) -> None:  # fmt: skip
    """Show the topics and tasks of the course, and which of them pass."""
    from grader.learner import Progress
    from grader.learner.task_states import filtered
    from grader.render import course_pages as pages

    course = learners_course(language)
    topics = (*names, *topics)
    _refuse_unknown(course, topics)
    place = course_folder(folder)
    here = current_in(place, course) if place else None
    if here and place:
        refuse_elsewhere(here, place, topics)
        if here.problem:
            click.echo(here.problem, err=True)
    progress = here.progress if here else None
    given = {"open": open_, "passed": passed, "failed": failed}
    states = [state for state, is_given in given.items() if is_given]
    if progress is None and states:
        raise WrongCall(
            "no progress is known here: go into a folder that `grade init` made, or name it with --progress"
        )
    tasks = filtered(here.tasks if here else course.tasks, progress or Progress(), states, topics)
    if kind == "json":
        write(json.dumps(pages.as_list(course, tasks, progress), indent=2) + "\n", None)
    else:
        show(lambda console: pages.show(course, console, tasks, progress), None)


@click.command("hint", short_help="Show the next hint of a task.")
@click.argument("name", metavar="TASK")
@click.argument("number", metavar="[N]", type=click.IntRange(min=1), required=False)
@click.option(
    "--report",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A JSON report: begin with what went wrong there.",
)
@progress_option
@language_option
def hint_command(
    name: str, number: int | None, report: Path | None, folder: Path | None, language: str | None
) -> None:
    """Show the next hint of a task: first about what went wrong, then N of rising strength."""
    from grader.learner.progress_changes import after_hint, following, picked
    from grader.render import course_pages as pages

    course = learners_course(language)
    task = one_task(course, name)
    if number is not None and number > len(task.hints):
        raise WrongCall(f"{task.id} has {pages.hints(task)}: there is no hint {number}")
    place = course_folder(folder)
    entry = _entry(task, progress_in(place), report)
    entry = replace(entry, failure=in_the_language(entry.failure, course, task))
    help_ = picked(task, number) if number else following(task, entry, _advice(course, task, entry))
    show(lambda console: pages.show_hint(task, help_, console, keeps=place is not None), None)

    def seen(progress: Progress) -> Progress:
        for each in help_.shown:
            progress = after_hint(progress, task.id, each)
        return progress

    remember(place, seen)


def _refuse_unknown(course: Course, topics: tuple[str, ...]) -> None:
    from grader.cli.exit_codes import course_problems

    with course_problems():
        for slug in topics:
            course.topic(slug)


def _entry(task: Task, progress: Progress | None, report: Path | None) -> TaskProgress:
    """Return what is known of a task: from a report that was named, or else from the progress."""
    from grader.learner import Progress, TaskProgress
    from grader.report.selection import failure_of

    if report is None:
        return (progress or Progress()).of(task.id)
    graded: dict[str, Any] = {each.id: each for each in _read(report).tasks}
    if task.id not in graded:
        raise WrongCall(f"--report {report}: it says nothing about {task.id}")
    return TaskProgress(failure=failure_of(graded[task.id]))


def _read(file: Path) -> Any:
    from grader.report import NotAReport, from_json

    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotAReport) as problem:
        raise WrongCall(f"--report {file}: {problem}") from problem


def _advice(course: Course, task: Task, entry: TaskProgress) -> str | None:
    """Return what the author of a known mistake advises, where there is anything."""
    from grader.text import chosen, translated_advice
    from grader.text.lookup import advice_on
    from grader.text.translations import BadTranslation

    if entry.failure is None or entry.failure.mistake is None:
        return None
    name = entry.failure.mistake
    english = advice_on(course, task, name)
    try:
        return translated_advice(english, task, name, course, chosen())
    except BadTranslation:  # mentioned already, when the course was translated
        return english


@click.command("next", short_help="Show the next open task.")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@progress_option
@language_option
def next_command(names: tuple[str, ...], folder: Path | None, language: str | None) -> None:
    """Show the next open task: what it builds on, where it lies, and how to grade it."""
    from grader.learner.code_files import place_of
    from grader.learner.task_states import in_turn, open_needs
    from grader.render import course_pages as pages

    course = learners_course(language)
    place = needed_folder(folder)
    here = current_in(place, course)
    if here.problem:
        raise WrongCall(here.problem)
    with course_problems():
        asked = course.select(names)
    if names:
        refuse_elsewhere(here, place, [task.topic for task in asked])
    tasks = [task for task in here.tasks if task in asked]
    if not any(task.topic in here.files for task in tasks):
        raise WrongCall(_absent(" or ".join(names) or "any topic", place))
    waiting = in_turn(tasks, here.progress)
    waiting = tuple(sorted(waiting, key=lambda task: task.topic in here.missing))
    if not waiting:
        show(lambda console: pages.show_finished(console, len(tasks)), None)
        return
    task = waiting[0]
    entry = here.progress.of(task.id)
    step = pages.Next(
        task,
        replace(entry, failure=in_the_language(entry.failure, course, task)),
        open_needs(task, here.progress),
        place_of(task, here.files[task.topic], place)
        if task.topic in here.files
        else _absent(task.topic, place),
        f"grade {shown_folder(place)} --task {task.id}",
        f"grade {shown_folder(place)}",
        waiting[1] if len(waiting) > 1 else None,
    )
    show(lambda console: pages.show_next(step, console, _passed(tasks, here.progress), len(tasks)), None)


def _absent(topic: str, folder: Path) -> str:
    update = f"grade init {shown_folder(folder)} --update"
    return f"{folder} has no file of {topic}: put yours back, or `{update}` brings the stub"


def _passed(tasks: list[Task], progress: Progress) -> int:
    return sum(progress.of(task.id).is_passed for task in tasks)
