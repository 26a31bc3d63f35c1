"""Where a course is looked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import CourseNotFound, load_course
from grader.course.topics import PACKAGE


def test_load_course_reads_the_checkout_beside_the_package(root: Path) -> None:
    course = load_course(root / "grader")
    assert course.slugs == ("tensors", "losses")
    assert course.suites == root / "tests" / "suites"


def test_load_course_prefers_the_course_inside_the_package(root: Path) -> None:
    inside = root / "grader" / "_course"
    inside.mkdir(parents=True)
    for name in ("exercises", "solutions", "datasets"):
        (root / name).rename(inside / name)
    (root / "tests" / "suites").rename(inside / "suites")
    course = load_course(root / "grader")
    assert course.suites == inside / "suites"
    assert course.suite_file(course.task("losses.softmax")).is_file()


def test_load_course_says_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CourseNotFound, match=r"exercises and .*solutions and .*suites or .*_course"):
        load_course(tmp_path / "grader")


def test_load_course_says_that_an_installed_course_is_incomplete(root: Path) -> None:
    (root / "grader" / "_course" / "exercises").mkdir(parents=True)
    with pytest.raises(CourseNotFound, match="installed course is incomplete: no folder .*solutions"):
        load_course(root / "grader")


def test_load_course_needs_no_datasets(root: Path) -> None:
    (root / "datasets").rmdir()
    assert load_course(root / "grader").digest()


def test_course_and_intake_do_not_import_torch() -> None:
    modules = "grader.course.layout, grader.course.stub, grader.intake"
    command = [sys.executable, "-c", f"import sys, {modules}; sys.exit('torch' in sys.modules)"]
    assert subprocess.run(command, check=False, cwd=PACKAGE.parent).returncode == 0
