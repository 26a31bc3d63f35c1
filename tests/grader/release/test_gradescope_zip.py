"""The zip file for Gradescope, and one real run of it in the folders that Gradescope lays out."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import cli
from grader.course import load_course
from grader.release.gradescope_settings import from_text

COURSE = load_course()
SUBMISSION = """\
import torch

def sigmoid(x):
    small = torch.exp(torch.where(x >= 0, -x, x))
    return torch.where(x >= 0, 1.0, small) / (1 + small)

def softmax(x, dim):
    e = torch.exp(x - x.detach().amax(0, keepdim=True))
    return e / e.sum(0, keepdim=True)
"""


def export(*arguments):
    return CliRunner().invoke(cli, ["export", "gradescope", *map(str, arguments)])


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A zip of two tasks, written by the command."""
    file = tmp_path_factory.mktemp("export") / "autograder.zip"
    done = export(
        file, "--task", "losses.sigmoid", "--task", "losses.softmax", "--points", 40, "--seed", 7, "--late-penalty", 10,
        "--torch-index", "https://example.org/cpu",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "2 tasks, 40 points" in done.output and "memory" in done.output
    return file


@pytest.fixture(scope="module")
def root(archive, tmp_path_factory):
    """The zip unpacked as Gradescope does, with its permissions."""
    folder = tmp_path_factory.mktemp("autograder")
    with zipfile.ZipFile(archive) as found:
        for entry in found.infolist():
            os.chmod(found.extract(entry, folder / "source"), (entry.external_attr >> 16) & 0o777)
    (folder / "submission" / "deep").mkdir(parents=True)
    settings = folder / "source" / "settings.json"
    edited = json.loads(settings.read_text()) | {"shown": {"losses.softmax": "after_due_date"}}
    settings.write_text(json.dumps(edited))
    return folder


def test_zip_has_scripts_at_its_root_that_may_be_run(archive):
    """Both scripts stand at the root, in Unix form and executable."""
    with zipfile.ZipFile(archive) as found:
        for name in ("setup.sh", "run_autograder"):
            entry = found.getinfo(name)
            assert entry.create_system == 3 and (entry.external_attr >> 16) & 0o111 == 0o111
            assert found.read(name).startswith(b"#!/usr/bin/env bash\n") and b"\r" not in found.read(name)
            subprocess.run(["bash", "-n"], input=found.read(name), check=True)
        assert found.read("torch_index.txt") == b"https://example.org/cpu"
        assert "https://example.org/cpu" in found.read("README.md").decode()


def test_zip_carries_the_whole_course_and_no_tests_of_the_grader(archive):
    """Suites, solutions, stubs and data are in it, so that the digest is that of the course."""
    with zipfile.ZipFile(archive) as found:
        names = set(found.namelist())
    prefix = "torchgrade/grader/_course/"
    for task in COURSE.tasks:
        assert f"{prefix}suites/{task.topic}/test_{task.name}.py" in names
    assert {f"{prefix}solutions/{slug}.py" for slug in COURSE.slugs} <= names
    assert f"{prefix}datasets/manifest.toml" in names
    assert not [name for name in names if "__pycache__" in name or "tests/grader" in name]


def test_zip_does_not_depend_on_the_day(archive):
    """The same choices are the same file: every date is fixed, and the order is."""
    with zipfile.ZipFile(archive) as found:
        assert {entry.date_time for entry in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        course = [name for name in found.namelist() if "/_course/suites/" in name]
    assert course == sorted(course, key=lambda name: Path(name).parts)


def test_zip_names_torch_apart_from_what_else_is_needed(archive):
    """torch comes from an index of its own; the rest follows."""
    with zipfile.ZipFile(archive) as found:
        torch, others = (found.read(name).decode().splitlines() for name in ("torch.txt", "requirements.txt"))
    assert len(torch) == 1 and re.match(r"torch[<>=]", torch[0])
    assert {"numpy", "pytest>=8,<10"} <= set(others)


def test_run_autograder_grades_and_writes_the_results(root):
    """A real run: the wrong task is named, points are scaled, a day late costs ten percent."""
    (root / "submission" / "deep" / "losses.py").write_text(SUBMISSION, encoding="utf-8")
    metadata = {
        "created_at": "2026-03-02T12:00:00-07:00",
        "users": [{"id": 5, "email": "ada@example.org", "name": "Ada"}],
        "assignment": {"due_date": "2026-03-02T10:00:00-07:00", "total_points": "40.0"},
        "previous_submissions": [],
    }
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    variables = {**os.environ, "AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": sys.executable}
    done = subprocess.run([root / "source" / "run_autograder"], env=variables, capture_output=True, text=True)
    assert done.returncode == 0 and f"from {root / 'source' / 'torchgrade' / 'grader'}" in done.stdout, (
        done.stdout
    )
    results = json.loads((root / "results" / "results.json").read_bytes())
    sigmoid, softmax = results["tests"]
    assert (sigmoid["status"], sigmoid["score"], sigmoid["max_score"]) == ("passed", 20.0, 20.0)
    assert (softmax["status"], softmax["visibility"]) == ("failed", "after_due_date")
    assert "the softmax ran over the batch" in softmax["output"]
    assert results["score"] == pytest.approx(0.9 * (20.0 + softmax["score"]), abs=1e-3)
    assert "late: 10 %" in results["output"] and "points;" not in results["output"]
    assert results["extra_data"]["course_digest"] == COURSE.digest()[:16]


def test_run_autograder_that_cannot_start_leaves_a_text_and_no_zero(root):
    """Without a Python that runs, the page says that nothing has been graded."""
    variables = {**os.environ, "AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": str(root / "no_python")}
    done = subprocess.run([root / "source" / "run_autograder"], env=variables, capture_output=True, text=True)
    results = json.loads((root / "results" / "results.json").read_bytes())
    assert done.returncode == 0 and "exit code 127" in done.stdout
    assert "score" not in results and results["output"].startswith("The grading did not come to an end")


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [
        (("--seed", "abc"), "is not a valid"),
        (("--task", "losses.softmx"), "did you mean losses.softmax"),
    ],
)
def test_export_refuses_what_does_not_fit(tmp_path, arguments, naming):
    """A wrong option is refused with what would be right, and nothing is written."""
    done = export(tmp_path / "a.zip", *arguments)
    assert done.exit_code == 2 and naming in done.output
    assert not list(tmp_path.iterdir())


def test_export_into_a_folder_that_is_not_there_is_refused(tmp_path):
    """The folder has to exist."""
    done = export(tmp_path / "no" / "a.zip")
    assert done.exit_code == 2 and "there is no folder" in done.output


def test_export_keeps_the_seed_and_the_policy_of_needs(tmp_path):
    """Each task may be judged on its own; the usual is that it is not."""
    for options, seeds, needs in ((("--seed", 5, "--ignore-needs"), {5}, False), ((), range(2**31), True)):
        assert export(tmp_path / "a.zip", *options).exit_code == 0
        with zipfile.ZipFile(tmp_path / "a.zip") as found:
            settings = from_text(found.read("settings.json").decode())
        assert settings.seed in seeds and settings.needs is needs
