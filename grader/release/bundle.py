"""All that goes to students: the files of a folder, one of which may be the package to install."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.course import Course, Task
from grader.release.course import StudentCourse, student_course
from grader.release.prove import prove
from grader.release.readme import readme
from grader.release.wheel import wheel, wheel_name
from grader.release.wheel_metadata import licence

FOLDERS = {
    "exercises": "exercises",
    "suites": "tests",
    "datasets": "datasets",
}  # in the course, in the folder
FOR_THE_GRADER = ".toml"  # descriptions and translations are shown by `grade`


@dataclass(frozen=True)
class Bundle:
    """The files by their path, and the course that they were made from."""

    files: dict[str, bytes]
    students: StudentCourse


def make_bundle(
    course: Course, tasks: Sequence[Task], name: str, *, with_wheel: bool = False, notebooks: bool = False
) -> Bundle:
    """Return what students get of some tasks, played before it is returned.

    Args:
        course: the instructor's, whole.
        tasks: which tasks go out.
        name: of the course; the package to install is called so.
        with_wheel: whether that package is among the files.
        notebooks: whether notebooks to work in are.

    Raises:
        CannotRelease: something hidden would go out, or a visible test does not work without it.
        CourseError: the course is not whole.
        OurProblem: a suite cannot be collected.
    """
    students = student_course(course, tasks)
    prove(course, students)
    package = wheel_name(name, students.files) if with_wheel else None
    files = {"README.md": readme(name, course, students, package, notebooks).encode()}
    if text := licence():
        files["LICENSE"] = text.encode()
    for path, data in students.files.items():
        place, _, rest = path.partition("/")
        if place in FOLDERS and not (place == "exercises" and rest.endswith(FOR_THE_GRADER)):
            files[f"{FOLDERS[place]}/{rest}"] = data
    if notebooks:
        files |= {f"notebooks/{slug}.ipynb": _notebook(course, slug, students) for slug in students.slugs}
    if package:
        files[package] = wheel(name, students.files)
    return Bundle(files, students)


def _notebook(course: Course, slug: str, students: StudentCourse) -> bytes:
    """The stub as a notebook, with a check behind each task that goes out."""
    from dataclasses import replace

    from grader.notebook import notebook_from, notebook_text

    topic = course.topic(slug)
    own = replace(topic, tasks=tuple(task for task in topic.tasks if task in students.tasks))
    texts = (students.files[f"exercises/{slug}/{file}"].decode() for file in (f"{slug}.py", "README.md"))
    module, text = texts
    return notebook_text(notebook_from(module, own, text)).encode()
