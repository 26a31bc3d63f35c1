"""What goes out is played before it goes: each visible test passes with the reference, and needs nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.course import Course
from grader.course.topics import read_topics
from grader.device.choice import using
from grader.judge.accelerator import accelerator_for
from grader.judge.references import References
from grader.judge.runner import Runner
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject
from grader.process.prepare import prepare_torch
from grader.release.secrets import CannotRelease
from grader.release.student_course import StudentCourse
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

        def play(runner: Runner, by_task: dict[str, list[pytest.Item]]) -> None:
            for task in students.tasks:
                items = by_task.get(task.id, [])
                if len(items) != students.suites.visible[task.id]:
                    wanted = students.suites.visible[task.id]
                    raise CannotRelease(
                        f"{task.id}: {len(items)} of {wanted} visible tests are left when cut out"
                    )
                for item in items:
                    _play(runner, task.id, item)

        with using(accelerator_for("sim")):
            prepare_torch()
            run_session(runner, theirs.tasks, "", play)


def unpacked(files: Mapping[str, bytes], folder: Path) -> Course:
    """Write the files of a course and return it."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    exercises = folder / "exercises"
    return Course(
        exercises, folder / "solutions", folder / "suites", folder / "datasets", read_topics(exercises)
    )


def _play(runner: Runner, task: str, item: pytest.Item) -> None:
    outcome = runner.run(item)
    if outcome.verdict is not Verdict.PASS:
        problem = f"{type(outcome.problem).__name__}: {outcome.problem}"
        raise CannotRelease(
            f"{task}: {item.name} does not pass with the reference once it is cut out ({problem}): let it do "
            "without what stays here, or take its mark `visible` away"
        )
