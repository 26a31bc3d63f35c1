"""Modules that a learner has left in the folder are not imported by the grader."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHADOWED = ("torch", "numpy", "click", "rich", "pytest")
TOLD = "imported by the grader"
STARTS = {
    "as a module": (["-m", "grader"], {}),
    "with the folder on the path": (["-P", "-m", "grader"], {"PYTHONPATH": "{root}" + os.pathsep}),
    "with a dot on the path": (["-P", "-m", "grader"], {"PYTHONPATH": os.pathsep.join(["{root}", "."])}),
}


@pytest.fixture
def folder(tmp_path):
    """A folder with solved tensors, beside modules that tell when they are imported."""
    shutil.copy(ROOT / "solutions" / "tensors.py", tmp_path)
    for name in SHADOWED:
        (tmp_path / f"{name}.py").write_text(f"import os\nos.write(2, b'{name} was {TOLD}')\n")
    return tmp_path


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("words", [["."], ["watch", "--help"], ["list"]], ids=["grade", "watch", "list"])
def test_module_of_the_current_folder_is_not_imported(folder, start, words):
    options, variables = STARTS[start]
    named = {name: value.format(root=ROOT) for name, value in variables.items()}
    task = ["--task", "tensors.outer"] if words == ["."] else []
    done = subprocess.run(
        [sys.executable, *options, *words, *task], cwd=folder, env={**os.environ, **named},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert TOLD not in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr


def test_class_imports_nothing_from_the_current_folder(folder):
    (folder / "submissions" / "ann").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "tensors.py", folder / "submissions" / "ann")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "class", "submissions", "--task", "tensors.outer", "--out", "results"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert TOLD not in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr


def test_every_interpreter_that_the_grader_starts_leaves_out_the_folder_that_it_starts_in():
    started = {
        file.relative_to(ROOT).as_posix(): re.findall(r'\[\s*sys\.executable,\s*"(.*?)"', file.read_text("utf-8"))
        for file in (ROOT / "grader").rglob("*.py")
    }
    del started["grader/doctor/probes.py"]  # tries whether a program can be started at all
    assert {option for options in started.values() for option in options} == {"-P"}
