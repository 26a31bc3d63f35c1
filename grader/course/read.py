"""Topics and tasks out of exercises/<slug>/topic.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from keyword import iskeyword
from pathlib import Path

from grader.course.errors import CourseError, TopicFileError
from grader.course.fields import Table
from grader.course.model import Task, Topic

TOPIC_KEYS = ("title", "order", "tasks")
TASK_KEYS = ("name", "title", "points", "needs", "hints", "computes", "torch", "differs", "hidden")


def read_topics(exercises: Path) -> tuple[Topic, ...]:
    """Read every topic under a folder, sorted by order, and check what the topics need of each other."""
    files = sorted(exercises.glob("*/topic.toml"))
    if not files:
        raise CourseError(f"{exercises}: no topic found: each topic is a folder with a topic.toml in it")
    topics = sorted((read_topic(file) for file in files), key=lambda topic: (topic.order, topic.slug))
    tasks = {task.id: task for topic in topics for task in topic.tasks}
    for task in tasks.values():
        _refuse_unknown_needs(exercises / task.topic / "topic.toml", task, tasks)
    _refuse_cycle(exercises, tasks)
    return tuple(topics)


def read_topic(file: Path) -> Topic:
    """Read one topic.toml; the folder's name is the slug."""
    table = Table(file, "", _load(file))
    slug = file.parent.name
    if not slug.isidentifier() or iskeyword(slug):
        remedy = "it is also a module's name: use letters, digits and underscores"
        raise TopicFileError(file, "the folder", f"is called {slug!r}", remedy)
    table.refuse_unknown(TOPIC_KEYS)
    title, order = table.text("title"), table.positive("order")
    tasks = tuple(_read_task(slug, entry) for entry in table.tables("tasks"))
    _refuse_duplicates(table, tasks)
    return Topic(slug, title, order, tasks)


def _load(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CourseError(f"{file}: cannot be read as TOML: {error}") from error


def _read_task(slug: str, table: Table) -> Task:
    table.refuse_unknown(TASK_KEYS)
    name = table.text("name")
    if not name.isidentifier() or iskeyword(name):
        raise table.fail("name", f"is {name!r}", "it must be the name of the function or class")
    hints = table.texts("hints")
    if not hints:
        raise table.fail("hints", f"of {name!r} is []", "give at least one hint")
    needs = tuple(need if "." in need else f"{slug}.{need}" for need in table.texts("needs"))
    title, points, computes = (
        table.text("title"),
        table.positive("points"),
        table.flag("computes", usual=True),
    )
    in_torch, differs = _in_torch(table)
    hidden = table.positive("hidden") if "hidden" in table.values else 0
    return Task(
        f"{slug}.{name}", slug, name, title, points, needs, hints, computes, in_torch, differs, hidden
    )


def _in_torch(table: Table) -> tuple[str, str]:
    """Read what torch has for a task, and how that differs; both or neither."""
    if "torch" not in table.values and "differs" not in table.values:
        return "", ""
    name, differs = table.text("torch"), table.text("differs")
    if not all(part.isidentifier() for part in name.split(".")) or not name.startswith("torch."):
        raise table.fail("torch", f"is {name!r}", 'it must be a full name such as "torch.softmax"')
    return name, differs


def _refuse_duplicates(table: Table, tasks: tuple[Task, ...]) -> None:
    seen: dict[str, int] = {}
    for number, task in enumerate(tasks):
        if task.name in seen:
            fault = f"is {task.name!r}, as is tasks[{seen[task.name]}].name"
            raise table.fail(f"tasks[{number}].name", fault, "rename or remove one of them")
        seen[task.name] = number


def _refuse_unknown_needs(file: Path, task: Task, tasks: Mapping[str, Task]) -> None:
    for need in task.needs:
        if need not in tasks:
            remedy = 'no such task; name one of this topic, or another topic\'s as "topic.name"'
            raise TopicFileError(file, f"needs of {task.name!r}", f"has {need!r}", remedy)


def _refuse_cycle(exercises: Path, tasks: Mapping[str, Task]) -> None:
    try:
        TopologicalSorter({task.id: task.needs for task in tasks.values()}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        file = exercises / tasks[circle[0]].topic / "topic.toml"
        fault = f"goes round in a circle: {' -> '.join(reversed(circle))}"
        raise TopicFileError(file, "needs", fault, "remove one of these needs") from error
