"""The course found and read: its folder, and topics and tasks out of exercises/<slug>/topic.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from graphlib import CycleError, TopologicalSorter
from keyword import iskeyword
from pathlib import Path
from typing import Any

from grader.course.course import KINDS, Course, CourseError, CourseNotFound, Task, Topic, TopicFileError
from grader.course.suggestions import did_you_mean

NEEDED = object()  # in place of a usual value: the key must be there
A_TEXT = "it must be a text that is not blank"


@dataclass(frozen=True)
class Table:
    """A table of a topic.toml with the file and the place it came from."""

    file: Path
    place: str  # "" or "tasks[2]."
    values: Mapping[str, object]

    def fail(self, key: str, fault: str, remedy: str) -> TopicFileError:
        """Build the error for one key of this table."""
        return TopicFileError(self.file, self.place + key, fault, remedy)

    def refuse_unknown(self, allowed: Collection[str]) -> None:
        """Raise for a key that no rule knows."""
        for key in self.values:
            if key not in allowed:
                remedy = did_you_mean(key, allowed, f"remove it; known keys: {', '.join(allowed)}")
                raise self.fail(key, "is an unknown key", remedy)

    def fitting(self, key: str, fits: Callable[[Any], bool], remedy: str, usual: object = NEEDED) -> Any:
        """Return a value that fits; what is usual when the key is absent, or raise where it must be there."""
        value = self.values.get(key, usual)
        if value is NEEDED:
            raise self.fail(key, "is missing", "add it")
        if not fits(value):
            raise self.fail(key, f"is {value!r}", remedy)
        return value

    def text(self, key: str) -> str:
        """Return a text that is not blank."""
        return str(self.fitting(key, _is_text, A_TEXT))

    def maybe_text(self, key: str) -> str:
        """Return a text that is not blank; empty when the key is absent."""
        return self.text(key) if key in self.values else ""

    def maybe_positive(self, key: str, *, most: int | None = None) -> int:
        """Return a whole number above zero; 0 when the key is absent."""
        return self.positive(key, most=most) if key in self.values else 0

    def positive(self, key: str, *, most: int | None = None) -> int:
        """Return a whole number above zero."""
        remedy = f"it must be a whole number {f'from 1 to {most}' if most else 'of at least 1'}"
        return int(self.fitting(key, lambda value: type(value) is int and 0 < value <= (most or value), remedy))

    def flag(self, key: str, *, usual: bool) -> bool:
        """Return a boolean; what is usual when the key is absent."""
        return bool(self.fitting(key, lambda value: isinstance(value, bool), "it must be true or false", usual))

    def choice(self, key: str, choices: Collection[str], *, usual: str) -> str:
        """Return one of some words; what is usual when the key is absent."""
        remedy = did_you_mean(str(self.values.get(key)), choices, f"it must be one of {', '.join(choices)}")
        return str(self.fitting(key, lambda value: isinstance(value, str) and value in choices, remedy, usual))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, none of them blank; empty when the key is absent."""
        remedy = 'it must be a list of texts, such as ["one", "two"]'
        values = self.fitting(key, lambda value: isinstance(value, list), remedy, [])
        each = Table(self.file, self.place, {f"{key}[{number}]": value for number, value in enumerate(values)})
        return tuple(map(each.text, each.values))

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return a list of tables, with at least one in it."""
        values = self.fitting(key, _is_tables, f"it must be one or more [[{key}]] tables")
        return tuple(Table(self.file, f"{key}[{number}].", value) for number, value in enumerate(values))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


TOPIC_KEYS = ("title", "order", "tracks", "tasks")
TASK_KEYS = tuple(each.name for each in fields(Task) if each.name not in ("id", "topic"))


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
    title, order, tracks = table.text("title"), table.positive("order"), table.texts("tracks")
    tasks = tuple(_read_task(slug, entry, tracks) for entry in table.tables("tasks"))
    _refuse_duplicates(table, tasks)
    return Topic(slug, title, order, tasks)


def _load(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CourseError(f"{file}: cannot be read as TOML: {error}") from error


def _read_task(slug: str, table: Table, tracks: tuple[str, ...]) -> Task:
    table.refuse_unknown(TASK_KEYS)
    name = table.text("name")
    if not name.isidentifier() or iskeyword(name):
        raise table.fail("name", f"is {name!r}", "it must be the name of the function or class")
    hints = table.texts("hints")
    if not hints:
        raise table.fail("hints", f"of {name!r} is []", "give at least one hint")
    needs = tuple(need if "." in need else f"{slug}.{need}" for need in table.texts("needs"))
    in_torch, differs = _in_torch(table)
    return Task(
        f"{slug}.{name}", slug, name, table.text("title"), table.positive("points"), needs, hints,
        table.flag("computes", usual=True), in_torch, differs,
        hidden=table.maybe_positive("hidden"),
        kind=table.choice("kind", KINDS, usual=KINDS[0]),
        minutes=table.maybe_positive("minutes"),
        difficulty=table.maybe_positive("difficulty", most=3),
        tracks=(*tracks, *table.texts("tracks")),
    )  # fmt: skip


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


PACKAGE = Path(__file__).resolve().parent.parent
IN_WHEEL = ("exercises", "solutions", "suites", "datasets")
IN_CHECKOUT = ("exercises", "solutions", "tests/suites", "datasets")


def load_course(package: Path = PACKAGE) -> Course:
    """Read the course that belongs to this grader package.

    Raises:
        CourseNotFound: neither place has one.
        CourseError: a topic.toml breaks a rule.
    """
    wheel = package / "_course"
    root, names = (wheel, IN_WHEEL) if wheel.is_dir() else (package.parent, IN_CHECKOUT)
    exercises, solutions, suites, datasets = (root / name for name in names)
    # A course without data files has no datasets folder: git and wheels do not keep an empty one.
    missing = [folder for folder in (exercises, solutions, suites) if not folder.is_dir()]
    if missing:
        raise CourseNotFound(_fault(wheel, missing))
    return Course(exercises, solutions, suites, datasets, read_topics(exercises))


def _fault(wheel: Path, missing: list[Path]) -> str:
    listed = " and ".join(str(folder) for folder in missing)
    if wheel.is_dir():
        return f"the installed course is incomplete: no folder {listed}: install torchgrade again"
    return f"no course found: no folder {listed} or {wheel}: install torchgrade, or run it in its checkout"
