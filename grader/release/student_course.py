"""The course that students get, as files: what a wheel carries under `_course`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields

from grader.course import Course, Task, Topic
from grader.course.digest import contents_under
from grader.course.stub import stub_of
from grader.release.suites import CannotRelease, Suites, hidden_lines, leaks, tests_of, visible_suites

UNSAID = {each.name: each.default for each in fields(Task) if each.default is not MISSING and each.name != "hidden"}


def topic_file(
    topic: Topic, tasks: Sequence[Task], hidden: Mapping[str, int], chosen: Collection[str]
) -> str:
    """Return the text of a topic.toml; needs that do not go out are left out, for nobody could pass them."""
    lines = _table({"title": topic.title, "order": topic.order})
    for task in tasks:
        needs = [need for need in task.needs if need in chosen]
        values = {"name": task.name, "title": task.title, "points": task.points, "needs": needs, "hints": task.hints}
        for name, usual in UNSAID.items():
            if getattr(task, name) != usual:
                values[name] = getattr(task, name)
        if hidden.get(task.id):
            values["hidden"] = hidden[task.id]
        lines += ["", "[[tasks]]", *_table(values)]
    return "\n".join(lines) + "\n"


def _table(values: Mapping[str, object]) -> list[str]:
    """Return the lines of a table, whose values are written as JSON; what that leaves and TOML does not is spelled."""
    written = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    return [f"{name} = {text}".replace("\x7f", "\\u007f") for name, text in written.items()]


NO_SOLUTIONS = (
    "# No solutions\n\nThis course was handed out without solutions, hidden tests and known mistakes.\n"
)


@dataclass(frozen=True)
class StudentCourse:
    """The files of the course, by their path under `_course`, and what is known of its tests."""

    files: dict[str, bytes]
    tasks: tuple[Task, ...]
    suites: Suites

    @property
    def slugs(self) -> tuple[str, ...]:
        """The topics of which tasks go out, in the order of the course."""
        return tuple(dict.fromkeys(task.topic for task in self.tasks))


def student_course(course: Course, tasks: Sequence[Task]) -> StudentCourse:
    """Return the course cut down to some tasks and what learners may see of them.

    Raises:
        CannotRelease: a line of a solution, a hidden test or a known mistake would go out.
        CourseError: the course is not whole itself.
    """
    suites = visible_suites(course, tasks, tests_of(course, tasks))
    texts = {f"suites/{name}": text for name, text in suites.files.items()}
    texts["solutions/README.md"] = NO_SOLUTIONS
    for slug in dict.fromkeys(task.topic for task in tasks):
        texts |= _exercise(course, slug, [task for task in tasks if task.topic == slug], suites)
    files = {name: text.encode() for name, text in texts.items()}
    for name, line in leaks(files, hidden_lines(course, suites.files.values())):
        raise CannotRelease(
            f"{name} would hold `{line}`, a line of a solution, a hidden test or a known mistake"
        )
    data = {f"datasets/{name}": data for name, data in contents_under(course.datasets).items()}
    return StudentCourse(files | data, tuple(tasks), suites)


def _exercise(course: Course, slug: str, tasks: Sequence[Task], suites: Suites) -> dict[str, str]:
    texts = {
        f"exercises/{slug}/README.md": course.lesson(slug),
        f"exercises/{slug}/{slug}.py": stub_of(course, slug),
        f"exercises/{slug}/topic.toml": topic_file(course.topic(slug), tasks, suites.hidden, suites.visible),
    }
    return texts | {f"exercises/{slug}/{name}": figure.decode() for name, figure in course.figures(slug).items()}
