"""Plain pytest over one suite: an author's suite against the reference, or against any submission."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from grader.judge.plugin import pytest_make_parametrize_id

ROOT = Path(__file__).parents[3]
SUITE = "tests/suites/losses/test_softmax.py"
RIGHT, WRONG = ROOT / "solutions", ROOT / "tests/grader/cases/wrong_losses/softmax_backward_without_sum_term"


BACKWARD = """
import torch


def test_backward():
    torch.ones(2, requires_grad=True).square().sum().backward()
"""


def run(*options, suites=(SUITE,)):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *suites, *map(str, options)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=90, env=environment)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("-k", "gradient or values"),
        ("--submission", RIGHT, "--sandbox", "auto", "--seed", "3", "-k", "gradient or values"),
        ("--submission", RIGHT / "losses.py", "--sandbox", "none", "-k", "gradient or values"),
    ],
    ids=["the reference", "a folder in a sandbox", "a file without one"],
)
def test_suite_passes_against_what_is_right(options):
    code, text = run(*options)
    assert code == 0, text
    assert " passed" in text


def test_suite_passes_after_another_test_whose_backward_is_the_first(tmp_path):
    """What comes before a suite in one call must not keep the simulated accelerator out."""
    (tmp_path / "test_before.py").write_text(BACKWARD)
    suites = tmp_path / "test_before.py", "tests/suites/autograd/test_Linear.py"
    code, text = run("-k", "test_backward or device", suites=suites)
    assert code == 0, text
    assert "2 passed" in text


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_suite_fails_against_what_is_wrong(sandbox):
    code, text = run("--submission", WRONG, "--sandbox", sandbox, "--seed", "1")
    assert code == 1, text
    assert "5 failed, 20 passed" in text
    assert "gradient with respect to x: expected" in text


def test_submission_that_cannot_be_read_is_a_wrong_call(tmp_path):
    (tmp_path / "losses.py").write_text("def softmax(:\n")
    code, text = run("--submission", tmp_path, "-k", "gradient")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "losses.py, line 1" in text
    assert "Traceback" not in text


def test_submission_that_does_not_exist_is_a_wrong_call(tmp_path):
    code, text = run("--submission", tmp_path / "nowhere")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "nowhere" in text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.float32, "float32"), ((2, 3), "(2, 3)"), ([], "[]"), ([[1], [2]], "[[1], [2]]"),
        ({"lr": 0.1, "nesterov": True}, "lr=0.1, nesterov=True"), (slice(1, None), "slice(1, None, None)"),
        (torch.tensor([1.5, 2.0]), "[1.5, 2.0] float32"), (torch.device("cpu"), "cpu"),
        (torch.zeros(9), None), (torch.zeros(2, device="meta"), None), (torch.eye(2).to_sparse(), None),
        (3, None), ("text", None), (None, None), (object(), None), ([object()], None), ({"f": print}, None),
        (list(range(100)), None), ({}, None),
    ],
)  # fmt: skip
def test_case_is_named_by_what_differs_where_pytest_would_number_it(request, value, words):
    """What pytest knows an id of, and what has no short text, is left to it."""
    assert pytest_make_parametrize_id(request.config, value, "x") == words
