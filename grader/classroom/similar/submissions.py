"""The latest Python of each student of a class, taken out of what was handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from grader.classroom.model import HandIn
from grader.course import Course
from grader.intake import SourceProblem
from grader.intake.notebook import module_of


def submissions_of(
    course: Course, hand_ins: Iterable[HandIn], note: Callable[[str], None]
) -> dict[str, dict[str, bytes]]:
    """Student -> topic -> file; of several hand-ins the latest, and a notebook as the module that it makes up."""
    latest: dict[str, HandIn] = {}
    for hand_in in hand_ins:
        before = latest.get(hand_in.student.id)
        if before is None or before.attempt <= hand_in.attempt:
            latest[hand_in.student.id] = hand_in
    found = {student: _files(course, hand_in, note) for student, hand_in in latest.items()}
    return {student: files for student, files in found.items() if files}


def _files(course: Course, hand_in: HandIn, note: Callable[[str], None]) -> dict[str, bytes]:
    if hand_in.problem is not None:
        note(f"{hand_in.student.id} is left out: {hand_in.problem}")
    files: dict[str, bytes] = {}
    for name, data in sorted(hand_in.files.items()):
        path = PurePosixPath(name)
        if path.stem not in course.slugs:
            continue
        if path.suffix == ".py":
            files[path.stem] = data
        elif path.suffix == ".ipynb" and path.stem not in files:
            module = module_of(data, path.name, [task.name for task in course.topic(path.stem).tasks])
            if isinstance(module, SourceProblem):
                note(f"{path.name} of {hand_in.student.id} is left out: {module}")
            else:
                files[path.stem] = module.text.encode("utf-8", "surrogatepass")
    return files
