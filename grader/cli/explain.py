"""`grade explain` and `grade solution`: the reference, beside one's own code or after giving up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exit_codes import WrongCall
from grader.cli.learner import (
    language_option,
    learners_course,
    needed_folder,
    one_task,
    progress_in,
    progress_option,
    remember,
)
from grader.cli.output import show

if TYPE_CHECKING:
    from grader.course import Course, Task
    from grader.learner.cost import Costs


@dataclass(frozen=True)
class Asked:
    """A task whose reference is asked for in a course folder."""

    course: Course
    task: Task
    folder: Path
    has_passed: bool  # at any time

    def reference(self) -> str:
        """Return the code of the solution, or refuse where the course was handed out without."""
        file = self.course.solution_file(self.task.topic)
        if not file.is_file():
            raise WrongCall(f"this course was handed out without its solutions: there is no {file.name}")
        return self.code_in(file.read_text(encoding="utf-8")) or ""

    def code_in(self, text: str) -> str | None:
        """Return the definition of the task in a module, None where there is none."""
        from grader.learner.task_source import source_of

        others = {each.name for each in self.course.topic(self.task.topic).tasks} - {self.task.name}
        return source_of(text, self.task.name, others)

    def remember(self) -> None:
        """Keep in the folder's progress that the reference was shown."""
        from grader.learner.progress import now
        from grader.learner.progress_changes import after_solution

        remember(self.folder, lambda known: after_solution(known, self.task.id, now()))


def asked_for(name: str, folder: Path | None, language: str | None) -> Asked:
    """Return what the task `name` is in a language, and whether it has passed in a folder or the nearest one."""
    course = learners_course(language)
    task, place = one_task(course, name), needed_folder(folder)
    progress = progress_in(place)
    return Asked(course, task, place, progress is not None and progress.of(task.id).ever_passed)


@click.command("explain", short_help="Show the reference beside your code.")
@click.argument("name", metavar="TASK")
@click.option("--no-cost", "cheap", is_flag=True, help="Leave the measurement out, which takes seconds.")
@progress_option
@language_option
def explain_command(name: str, cheap: bool, folder: Path | None, language: str | None) -> None:
    """Show the reference beside your code, what torch has for it, and what both cost."""
    from grader.render import explain as pages

    asked = asked_for(name, folder, language)
    task = asked.task
    if not asked.has_passed:
        raise WrongCall(
            f"{task.id} has not passed yet: `grade {asked.folder} --task {task.id}` grades it, "
            f"`grade hint {task.id}` helps, `grade solution {task.id} --give-up` ends it"
        )
    text = _module(asked)
    theirs = asked.code_in(text)
    if theirs is None:
        raise WrongCall(f"your file of {task.topic} does not define {task.name} by def or class")
    reference = asked.reference()
    asked.remember()
    costs = None if cheap else _costs(asked, text)
    show(lambda console: pages.show(task, theirs, reference, console, costs), None)


def _module(asked: Asked) -> str:
    from grader.learner.code_files import files_in
    from grader.learner.task_source import module_text

    slug = asked.task.topic
    file = files_in(asked.folder, asked.course).get(slug)
    if file is None:
        raise WrongCall(f"{asked.folder} has no file of {slug}, or two: `grade {asked.folder}` says more")
    try:
        return module_text(file, [each.name for each in asked.course.topic(slug).tasks])
    except (OSError, ValueError) as problem:
        raise WrongCall(f"{file}: {problem}") from problem


def _costs(asked: Asked, text: str) -> Costs:
    from grader.learner.cost import costs_of

    return costs_of(asked.course, asked.task, text)


@click.command("solution", short_help="Show the reference, passed or given up.")
@click.argument("name", metavar="TASK")
@click.option("--give-up", is_flag=True, help="Show it although the task has not passed; that is remembered.")
@progress_option
@language_option
def solution_command(name: str, give_up: bool, folder: Path | None, language: str | None) -> None:
    """Show the reference of a task that you have passed, or that you give up."""
    from grader.render import explain as pages

    asked = asked_for(name, folder, language)
    if not give_up and not asked.has_passed:
        raise WrongCall(
            f"{asked.task.id} has not passed yet: `grade hint {asked.task.id}` helps; --give-up shows the "
            "solution all the same, and is remembered"
        )
    reference = asked.reference()
    asked.remember()
    show(lambda console: pages.show_solution(asked.task, reference, console), None)
