"""What a learner's code prints and is warned of stands beside the failure, and nothing else reaches the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

PRINTS = """
import torch

def outer(x, y):
    print("shapes", tuple(x.shape), tuple(y.shape))
    torch.nn.functional.mse_loss(torch.ones(8), torch.ones(8, 1))
    return x[:, None] * y + 1
"""

STOPS = """
def outer(x, y):
    breakpoint()
    name = input("who? ")
    return x[:, None] * y if name == "me" else None
"""

WARNS_IN_A_REPLAY = """
import torch

def hessian_vector_product(f, x, v):
    x = x.detach().requires_grad_()
    f(x).backward(create_graph=True)
    return torch.autograd.grad((x.grad * v).sum(), x)[0] + 1
"""


@pytest.fixture
def graded(tmp_path):
    """Grade the source of a topic with `python -m grader`; return output, errors, and the JSON if it is that."""

    def run(task, source, *options, typed=""):
        (tmp_path / f"{task.partition('.')[0]}.py").write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "grader", tmp_path, "--task", task, "--seed", "1", *options]
        return subprocess.run(
            command, cwd=ROOT, input=typed, capture_output=True, text=True, encoding="utf-8", check=False
        )

    return run


def first(done):
    """The first failed test in the JSON that a grading wrote."""
    tests = json.loads(done.stdout)["tasks"][0]["tests"]
    return next(test for test in tests if test["verdict"] != "pass")


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_prints_and_warnings_stand_in_the_json_and_nowhere_else(graded, sandbox):
    done = graded("tensors.outer", PRINTS, "--sandbox", sandbox, "--format", "json")
    shapes, warning = first(done)["printed"].splitlines()
    assert shapes == "shapes (2,) (3,)"
    assert warning.startswith("UserWarning: Using a target size (torch.Size([8, 1])) that is different")
    assert warning.endswith("(line 6)")
    assert "shapes" not in done.stderr


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_prints_stand_below_the_first_failure_marked_as_theirs(graded, sandbox):
    done = graded("tensors.outer", PRINTS, "--sandbox", sandbox)
    after = done.stdout.partition("Your code printed\n")[2]
    assert after.startswith("  | shapes (2,) (3,)\n  | UserWarning: Using a target size")
    assert done.stdout.count("shapes (") == 1


def test_breakpoint_and_input_work_without_a_sandbox_beside_json(graded):
    options = ("-k", "outer_values", "--sandbox", "none", "--format", "json")
    done = graded("tensors.outer", STOPS, *options, typed="p x.shape\nc\nme\n")
    assert json.loads(done.stdout)["tasks"][0]["verdict"] == "pass"
    assert "(Pdb) torch.Size([2])" in done.stderr
    assert "who? " in done.stderr


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_warnings_of_our_own_files_reach_nobody(graded, sandbox):
    """A known mistake that is replayed warns too."""
    done = graded("autograd.hessian_vector_product", WARNS_IN_A_REPLAY, "--sandbox", sandbox)
    assert (done.returncode, done.stderr) == (1, "")
