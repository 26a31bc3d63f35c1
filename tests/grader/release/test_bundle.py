"""What students get is whole, and grades their work."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from click.testing import CliRunner

from grader import __version__
from grader.cli.main import cli
from grader.course.topics import read_topics

SOFTMAX = "e = (x - x.amax(dim, keepdim=True)).exp()\n    return e / e.sum(dim, keepdim=True)"
STUB = 'raise NotImplementedError("softmax")'

pytestmark = pytest.mark.timeout(600)  # the first test makes a release of the whole course


def grade(installed, *arguments, cwd):
    """Run `grade` out of the wheel; the exit code and what it wrote."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    line = [sys.executable, "-P", "-m", "grader", *map(str, arguments)]
    done = subprocess.run(line, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_stubs_readmes_data_and_tests_are_there(released, course):
    """The folder has the stub, the README and the tests of each topic, and the data."""
    for slug in course.slugs:
        stub = released.folder / "exercises" / slug / f"{slug}.py"
        assert stub.read_bytes() == course.stub_file(slug).read_bytes()
        assert (released.folder / "exercises" / slug / "README.md").is_file()
        assert list((released.folder / "tests" / slug).glob("test_*.py"))
    assert (released.folder / "datasets" / "manifest.toml").is_file()


def test_figures_go_out_and_are_shown_by_the_lesson(released, installed, course):
    """Each path that it names leads to the figure; the code that draws them stays."""
    for slug in course.slugs:
        folder = released.folder / "exercises" / slug
        shown = re.findall(r"!\[[^]]*\]\((.*?\.svg)\)", (folder / "README.md").read_text(encoding="utf-8"))
        assert {(folder / path).read_bytes() for path in shown} == set(course.figures(slug).values())
        assert not (folder / "figures.py").exists()
        assert {file.name for file in folder.glob("figures/*")} == {
            file.name for file in installed.glob(f"grader/_course/exercises/{slug}/figures/*")
        }


def test_counts_of_hidden_tests_are_written_into_the_topics(released, installed, course):
    """Each task says how many of its tests stay with the instructor, and the sums stand in the README."""
    topics = read_topics(installed / "grader" / "_course" / "exercises")
    tasks = [task for topic in topics for task in topic.tasks]
    assert [task.id for task in tasks] == [task.id for task in course.tasks]
    assert all(task.hidden > 0 for task in tasks)
    total = sum(task.hidden for task in tasks)
    assert f"{total} hidden tests stay here" in released.said
    assert f"{total} more are run by your instructor" in (released.folder / "README.md").read_text()


def test_tasks_are_otherwise_described_as_they_were(installed, course):
    """Titles, points, needs, hints and torch's names go out unchanged."""
    for slug in course.slugs:
        ours = tomllib.loads((course.exercises / slug / "topic.toml").read_text(encoding="utf-8"))
        file = installed / "grader" / "_course" / "exercises" / slug / "topic.toml"
        theirs = tomllib.loads(file.read_text(encoding="utf-8"))
        full = {task.name: task for task in course.topic(slug).tasks}
        for task in theirs["tasks"]:
            del task["hidden"]
            task.setdefault("computes", True)
            task.setdefault("tracks", [])
        tracks = ours.pop("tracks", [])  # which go out with each task
        for task in ours["tasks"]:
            task["needs"] = list(full[task["name"]].needs)
            task["tracks"] = [*tracks, *task.get("tracks", [])]
            task.setdefault("computes", True)
        assert theirs == ours


def test_student_is_graded_by_visible_tests_and_told_of_the_others(released, installed, tmp_path):
    """`grade` out of the wheel passes a right softmax by the visible test, and says who grades the rest."""
    work = tmp_path / "losses.py"
    stub = (released.folder / "exercises" / "losses" / "losses.py").read_text(encoding="utf-8")
    assert stub.count(STUB) == 1
    work.write_text(stub.replace(STUB, SOFTMAX), encoding="utf-8")
    held = "rnn.train_char_rnn"
    rnn = released.folder / "exercises" / "rnn" / "rnn.py"
    begun = tmp_path / "rnn.py"
    text = rnn.read_text(encoding="utf-8")
    begun.write_text(
        text.replace('raise NotImplementedError("train_char_rnn")', "return []"), encoding="utf-8"
    )
    names = ("--task", "losses.softmax", "--task", "losses.sigmoid", "--task", held)
    code, out, _ = grade(installed, tmp_path, *names, "--format", "json", "--seed", 7, cwd=tmp_path)
    report = json.loads(out)
    tasks = {task["id"]: task for task in report["tasks"]}
    assert code == 1
    assert tasks["losses.softmax"]["verdict"] == "pass"
    assert [test["visible"] for test in tasks["losses.softmax"]["tests"]] == [True]
    assert tasks["losses.sigmoid"]["verdict"] == "not_attempted"
    assert any("hidden tests are graded by your instructor" in note for note in report["notes"])
    assert tasks[held]["verdict"] == "skipped"
    assert "graded by your instructor" in tasks[held]["message"]["got"]


def test_what_needs_solutions_refuses_in_the_course_of_students(installed, tmp_path):
    """`grade stubs` out of the wheel says that the course was handed out."""
    code, _, complaint = grade(installed, "stubs", cwd=tmp_path)
    assert code == 3
    assert "handed out without its solutions" in complaint


def test_wheel_is_installed_by_pip_under_the_name_that_was_given(released, tmp_path):
    """pip takes the wheel, compares its record, and knows it by its name and version."""
    options = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--quiet")
    line = [sys.executable, "-m", "pip", "install", *options, "--target", str(tmp_path), str(released.wheel)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (info,) = tmp_path.glob("*.dist-info")
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    assert metadata.startswith(f"Metadata-Version: 2.4\nName: Deep-Learning\nVersion: {__version__}+")
    assert "Requires-Dist: torch>=" in metadata
    assert "extra == 'notebook'" in metadata
    assert "grade = grader.cli:main" in (info / "entry_points.txt").read_text(encoding="utf-8")


def test_folder_that_holds_anything_is_refused_before_any_work(tmp_path):
    """A folder with a file in it is left as it is."""
    (tmp_path / "notes.txt").write_text("mine")
    done = CliRunner().invoke(cli, ["release", str(tmp_path)])
    assert done.exit_code == 3
    assert "is there and not empty" in done.output
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_name_that_no_package_can_have_is_refused(tmp_path):
    """A name with a blank is refused with the characters that may be used."""
    done = CliRunner().invoke(cli, ["release", str(tmp_path / "new"), "--name", "deep learning"])
    assert done.exit_code == 2
    assert "use letters, digits" in done.output
