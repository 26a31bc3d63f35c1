"""The group: help, version, start-up, and `python -m grader`."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from grader import __version__

ROOT = Path(__file__).resolve().parents[3]
FOR_LESSONS = {"markdown_it", "mdit_py_plugins", "latex2mathml"}
HEAVY = {"torch", "numpy", "rich", "pytest", "jsonschema", "xml.etree", "difflib", "asyncio"} | FOR_LESSONS
LOOK = (
    "import sys; from grader.cli import main; main(sys.argv[1:]); sys.stderr.write(chr(10).join(sys.modules))"
)


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )


def test_help_shows_both_ways_to_call_it(grade):
    code, out, _ = grade("--help")
    assert code == 0
    assert out.startswith("Usage: grade PATH... [OPTIONS]\n       grade COMMAND [ARGS]...")
    for word in (
        "--task",
        "--seed",
        "--sandbox",
        "--output",
        "--version",
        "list",
        "lesson",
        "hint",
        "verify",
        "doctor",
    ):
        assert word in out


def test_short_help_option_works(grade):
    assert grade("-h")[1] == grade("--help")[1]


def test_no_arguments_show_the_help_as_a_wrong_call(grade):
    code, _, err = grade()
    assert code == 2
    assert "grade PATH..." in err


def test_help_groups_every_command_by_who_needs_it(grade):
    """A command that nobody put into a group would stand alone."""
    out = grade("--help")[1]
    for who in ("learners", "instructors", "authors"):
        assert f"Commands for {who}:" in out
    assert "Commands for all:" not in out


def test_letters_that_changed_places_are_recognised(grade, work):
    """`hnit` is `hint`, though `init` is as near."""
    assert "did you mean `grade hint`?" in grade("hnit")[2]


def test_grade_alone_in_a_course_folder_is_the_next_task(grade, tmp_path, monkeypatch):
    """It names the command for the whole folder too."""
    grade("init", str(tmp_path / "mine"), "--topic", "losses")
    monkeypatch.chdir(tmp_path / "mine")
    assert grade() == grade("next")
    assert "grade .\n" in grade()[1]
    assert "`grade . --task losses.softmax`" in grade("losses.softmax")[2]


def test_version_is_that_of_the_package(grade):
    assert grade("--version") == (0, f"torchgrade, version {__version__}\n", "")


@pytest.mark.parametrize("command", ["list", "hint", "lesson", "verify", "doctor", "stubs"])
def test_each_command_has_help_of_its_own(grade, command):
    code, out, _ = grade(command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: grade {command}")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["hint", "--help"], ["no-such-file"]])
def test_start_up_imports_nothing_heavy(arguments):
    loaded = set(python("-c", LOOK, *arguments).stderr.split("\n"))
    assert "click" in loaded
    assert not loaded & (HEAVY - {"difflib"} if arguments == ["no-such-file"] else HEAVY)


def test_list_imports_no_torch():
    loaded = set(python("-c", LOOK, "list").stderr.split("\n"))
    assert "grader.course" in loaded
    assert not loaded & ({"torch", "numpy", "pytest"} | FOR_LESSONS)


def test_grading_imports_nothing_that_only_lessons_need():
    loaded = set(python("-c", LOOK, "solutions", "--task", "softmax", cwd=ROOT).stderr.split("\n"))
    assert "grader.judge.grading" in loaded
    assert not loaded & (FOR_LESSONS | {"grader.render.html"})


def test_help_takes_less_than_300_ms_of_cpu():
    def seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert python("-m", "grader", "--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


def test_module_and_command_are_the_same():
    assert python("-m", "grader", "--version").stdout == f"torchgrade, version {__version__}\n"


def test_reader_that_leaves_is_not_a_fault():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "grader", "list"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.stderr == ""
    assert done.returncode == 1


def test_ascii_output_is_no_fault():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = python("-m", "grader", "hint", "losses.softmax", env=environment)
    assert done.returncode == 0
    assert done.stdout.isascii()
