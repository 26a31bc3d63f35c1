"""Which tasks `%grade` stands for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from grader.course import Course, CourseError, UnknownTask, load_course
from grader.intake.notebook.document import Cell
from grader.notebook.ask import CannotGrade
from grader.notebook.history import defined_in

WITH_A_VALUE = ("--seed", "-k", "--device", "--sandbox")
FLAGS = ("--first", "--ignore-needs")


def split_options(line: str) -> tuple[list[str], list[str]]:
    """Return the names of tasks in a line, and the options of `grade PATH` with their values.

    Raises:
        CannotGrade: an option is unknown here, or has no value.
    """
    try:
        words = shlex.split(line)
    except ValueError as problem:
        raise CannotGrade(f"%grade {line}: {problem}") from None
    names: list[str] = []
    options: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word in FLAGS:
            options.append(word)
        elif word in WITH_A_VALUE or word == "--task":
            value = next(waiting, None)
            if value is None:
                raise CannotGrade(f"{word} needs a value, as in `grade PATH {word} VALUE`")
            if word == "--task":
                names.append(value)
            else:
                options += [word, value]
        elif word.startswith("-"):
            known = ", ".join(("--task", *WITH_A_VALUE, *FLAGS))
            raise CannotGrade(f"%grade has no option {word}: it takes {known}")
        else:
            names.append(word)
    return names, options


def chosen(words: Sequence[str], cells: Sequence[Cell], remembered: Sequence[str]) -> tuple[str, list[str]]:
    """Return a topic and the ids of its tasks to grade.

    Raises:
        CannotGrade: there is no such task, its cell has not been run, or several topics could be meant.
    """
    try:
        course = load_course()
        defined = defined_in(cells)
        names = list(words) or list(remembered) or [_topic_of(course, defined)]
        tasks = course.select(names)
    except (UnknownTask, CourseError) as problem:
        raise CannotGrade(str(problem)) from None
    topics = {task.topic for task in tasks}
    if len(topics) != 1:
        raise CannotGrade(f"one notebook is one topic: name tasks of one of {', '.join(sorted(topics))}")
    there = [task for task in tasks if task.name in defined]
    if not there:
        missing = ", ".join(task.name for task in tasks[:3])
        raise CannotGrade(f"this kernel has not run a cell that defines {missing}: run it first")
    return there[0].topic, [task.id for task in (tasks if len(tasks) == 1 else there)]


def _topic_of(course: Course, defined: set[str]) -> str:
    """Return the topic that most of the names belong to."""
    counts = {topic.slug: sum(task.name in defined for task in topic.tasks) for topic in course.topics}
    most = max(counts.values(), default=0)
    best = [slug for slug, number in counts.items() if number == most]
    if most and len(best) == 1:
        return best[0]
    example = (best or ["losses"])[0]
    reason = "several topics have such names" if most else "no cell that was run defines a task"
    raise CannotGrade(f"{reason}: say what to grade, such as `%grade {example}`")
