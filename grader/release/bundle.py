"""All that goes to students: a README, the course and the package to install; written as a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grader.course import Course, Task, load_course
from grader.device.choice import using
from grader.judge.accelerator import accelerator_for
from grader.judge.references import References
from grader.judge.runner import Runner
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.process.prepare import prepare_torch
from grader.release.student_course import StudentCourse, student_course
from grader.release.suites import CannotRelease
from grader.release.wheel import licence, rendered, wheel, wheel_name
from grader.report import Verdict

SEED = 0


def prove(course: Course, students: StudentCourse) -> None:
    """Play every test that goes out, from the files that go out, against the instructor's reference.

    Raises:
        CannotRelease: one does not pass there; the message names it.
    """
    with tempfile.TemporaryDirectory() as name:
        theirs = unpacked(students.files, Path(name))
        runner = Runner(theirs, References(theirs), ReferenceSubject(References(course)), SEED)

        def play() -> None:
            for task in students.tasks:
                items, wanted = runner.by_task.get(task.id, []), students.suites.visible[task.id]
                if len(items) != wanted:
                    raise CannotRelease(
                        f"{task.id}: {len(items)} of {wanted} visible tests are left when cut out"
                    )
                for item in items:
                    _play(runner, task.id, item)

        with using(accelerator_for("sim")):
            prepare_torch()
            run_session(runner, theirs.tasks, "", play)


def unpacked(files: Mapping[str, bytes], folder: Path) -> Course:
    """Write the files of a course as an installed package has them, and return it."""
    for name, data in files.items():
        file = folder / "_course" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return load_course(folder)


def _play(runner: Runner, task: str, item: pytest.Item) -> None:
    outcome = runner.run(item)
    if outcome.verdict is not Verdict.PASS:
        problem = f"{type(outcome.problem).__name__}: {outcome.problem}"
        raise CannotRelease(
            f"{task}: {item.name} does not pass with the reference once it is cut out ({problem}): let it do "
            "without what stays here, or take its mark `visible` away"
        )


def readme(name: str, course: Course, students: StudentCourse, wheel: str) -> str:
    """Return the text of a README.md for the folder."""
    visible, hidden = students.suites.visible, students.suites.hidden
    rows = []
    for slug in students.slugs:
        tasks = [task for task in students.tasks if task.topic == slug]
        sums = [sum(counts[task.id] for task in tasks) for counts in (visible, hidden)]
        link = f"[{course.topic(slug).title}](exercises/{slug}/README.md)"
        rows.append((link, len(tasks), sum(task.points for task in tasks), *sums))
    return rendered(
        "students.md.j2", title=name, wheel=wheel, task=students.tasks[0].id,
        visible=sum(visible.values()), hidden=sum(hidden.values()), rows=rows,
    )  # fmt: skip


FOLDERS = {
    "exercises": "exercises",
    "suites": "tests",
    "datasets": "datasets",
}  # in the course, in the folder
FOR_THE_GRADER = ".toml"  # descriptions are shown by `grade`


def make_bundle(course: Course, tasks: Sequence[Task], name: str) -> tuple[dict[str, bytes], StudentCourse]:
    """Return what students get of some tasks, by path, and the course that it was made from, which has been played.

    Args:
        course: the instructor's, whole.
        tasks: which tasks go out.
        name: of the course; the package to install is called so, and is among the files.

    Raises:
        CannotRelease: something hidden would go out, or a visible test does not work without it.
        CourseError: the course is not whole.
        OurProblem: a suite cannot be collected.
    """
    students = student_course(course, tasks)
    prove(course, students)
    package = wheel_name(name, students.files)
    files = {"README.md": readme(name, course, students, package).encode()}
    if text := licence():
        files["LICENSE"] = text.encode()
    for path, data in students.files.items():
        place, _, rest = path.partition("/")
        if place in FOLDERS and not (place == "exercises" and rest.endswith(FOR_THE_GRADER)):
            files[f"{FOLDERS[place]}/{rest}"] = data
    files[package] = wheel(name, students.files)
    return files, students


def refuse_occupied(folder: Path) -> None:
    """Raise CannotRelease where a folder holds anything: what was released before could mix with it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotRelease(f"{folder} is there and not empty: name a new folder, or empty it")
