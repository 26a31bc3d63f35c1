"""Where the course lies: inside an installed wheel, or in the checkout beside the package."""

from __future__ import annotations

from pathlib import Path

from grader.course.errors import CourseNotFound
from grader.course.model import Course
from grader.course.read import read_topics

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
