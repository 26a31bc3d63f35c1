"""A whole grading with a copied course: with the data as it must be, and with data that is damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import pytest

from grader.course.topics import PACKAGE
from grader.data.manifest import shipped_folder

TOPIC = """
title = "Sums"
order = 10
[[tasks]]
name = "total"
title = "The sum of each image"
points = 2
hints = ["add over three dimensions"]
[[tasks]]
name = "peek"
title = "A look at a file"
points = 1
hints = ["open it"]
"""

SUITE = '''
import torch
from grader.suite import check_close, check_shape, dataset


def test_total_shape(submission, rng):
    """There is one number for each image."""
    check_shape(submission.total(rng.normal(3, 1, 2, 4)), (3,))


def test_total_of_digits(submission):
    """The numbers are right for handwritten digits."""
    x = dataset("digits").test.x
    check_close(submission.total(x), x.sum((1, 2, 3)))
'''

AT_IMPORT = '''
from grader.suite import check_close, dataset

X = dataset("digits").test.x


def test_total_of_digits(submission):
    """The numbers are right for handwritten digits."""
    check_close(submission.total(X), X.sum((1, 2, 3)))
'''

PEEK = '''
from grader.suite import check_equal


def test_peek_reads(submission):
    """The file has a first byte."""
    check_equal(submission.peek(), 0)
'''

SUBMISSION = """
def total(x):
    return x.sum((1, 2, 3))


def peek():
    with open("{folder}/digits/labels.idx1-ubyte", "rb") as file:
        return file.read()[0]
"""

LABELS = "digits/labels.idx1-ubyte"


def flip(folder):
    raw = (folder / LABELS).read_bytes()
    (folder / LABELS).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))


def add(folder):
    (folder / "digits" / "notes.txt").write_text("not listed")


# What happens to the data first, and the suite.
GRADINGS = {
    "a file too many": (add, SUITE),
    "damaged": (flip, SUITE),
    "damaged, loaded by the module": (flip, AT_IMPORT),
}


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text), encoding="utf-8")


def lay_out(root, change, suite):
    """Copy grader and data sets, make up a topic, and let `change` do to the data what it does."""
    shutil.copytree(PACKAGE, root / "grader", ignore=shutil.ignore_patterns("__pycache__", "_course"))
    shutil.copytree(shipped_folder(), root / "datasets", ignore=shutil.ignore_patterns("__pycache__"))
    write(root / "exercises/sums/topic.toml", TOPIC)
    write(root / "solutions/sums.py", SUBMISSION)
    write(root / "tests/suites/sums/test_total.py", suite)
    write(root / "tests/suites/sums/test_peek.py", PEEK)
    for task in ("total", "peek"):
        write(root / f"tests/suites/sums/mistakes/{task}.py", "")
    change(root / "datasets")


@pytest.fixture(scope="module")
def running():
    """Every grading, started at the same time, with its folder."""
    with tempfile.TemporaryDirectory(prefix="data-") as name:
        started = {}
        for number, (case, (change, suite)) in enumerate(GRADINGS.items()):
            root = Path(name) / str(number)
            lay_out(root, change, suite)
            write(root / "handed_in/sums.py", SUBMISSION.format(folder=root / "datasets"))
            environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
            started[case] = root, subprocess.Popen(
                [sys.executable, "-m", "grader", "handed_in", "--format", "json", "--seed", "1"],
                cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        yield started
        for _, process in started.values():
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def graded(running):
    """What came of a grading: the exit code, the report, the complaints, and the folder."""
    kept = {}

    def wait(case):
        if case not in kept:
            root, process = running[case]
            out, err = process.communicate(timeout=100)
            kept[case] = process.returncode, json.loads(out) if out else None, err, root
        return kept[case]

    return wait


def verdicts(report, name):
    (task,) = (task for task in report["tasks"] if task["id"] == f"sums.{name}")
    return task["verdict"], [test["verdict"] for test in task["tests"]]


def test_a_file_too_many_disturbs_no_grading(graded):
    code, report, err, _ = graded("a file too many")
    assert code == 1, err  # for the look at a file
    assert verdicts(report, "total") == ("pass", ["pass", "pass"])
    assert report.get("incomplete") is None


def test_with_damaged_data_the_fault_is_ours_and_the_grading_incomplete(graded):
    code, report, err, root = graded("damaged")
    assert code == 3, err
    assert verdicts(report, "total") == ("internal", ["pass", "internal"])
    fault = f"sums.total, test_total_of_digits: DataError: {root / 'datasets' / LABELS} is damaged: its SHA-256 is "
    assert report["incomplete"].startswith(fault)
    assert report["incomplete"].endswith(
        "install torchgrade again, or restore the folder datasets from its repository"
    )


def test_a_suite_that_loads_damaged_data_on_import_is_our_fault(graded):
    code, report, err, root = graded("damaged, loaded by the module")
    assert (code, report) == (3, None)
    assert "a suite cannot be collected" in err
    assert f"{root / 'datasets' / LABELS} is damaged" in err.replace("\n", "")


@pytest.mark.parametrize("case", ["a file too many", "damaged"])
def test_a_submission_that_reads_the_labels_is_refused(graded, case):
    assert verdicts(graded(case)[1], "peek") == ("forbidden", ["forbidden"])


def test_command_finds_the_damage_in_a_copied_course(graded):
    root = graded("damaged")[3]
    done = subprocess.run(
        [sys.executable, "-m", "grader", "data"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.startswith(f"{root / 'datasets' / LABELS} is damaged")
