"""What a task costs, measured in a worker against the reference."""

import json
import subprocess
import sys

import pytest

from grader.course import load_course
from grader.judge.order import OurProblem
from grader.learner import cost
from grader.learner.cost import costs_of

APART = """
import json
import sys
from dataclasses import asdict

from grader.course import load_course
from grader.intake import parse_source
from grader.judge.subject import open_workers
from grader.learner import pair
from grader.learner.cost import compared

pair.MOST_ROUNDS = pair.LEAST_ROUNDS  # no number of seconds is judged here, and more turns only steady it
course, workers, found = load_course(), open_workers("auto"), {}
for line in sys.stdin:
    name, text = json.loads(line)
    task = course.task(name)
    reference = course.solution_file(task.topic).read_bytes()
    sources = (parse_source(part, f"{task.topic}.py") for part in (text.encode() or reference, reference))
    found[name] = asdict(compared(course, task, workers, *sources))
workers.close()
print(json.dumps(found))
"""

DEARER = """
import torch


def l2_penalty(params, strength):
    total = 0
    for w in params:
        total = total + (torch.cat([w, w]) ** 2).sum() / 2
    return strength / 2 * total
"""
SLEEPING = """
import time


def l2_penalty(params, strength):
    time.sleep(60)
"""

KINDS = {
    "losses.softmax": "one call with x (",  # a function
    "rnn.GRUCell": "one call with x (",  # a layer
    "optimizers.SGD": "SGD(...), 5 x step(...)",  # an optimiser
    "autograd.ReLU": "forward(...), backward(...): x (",  # an autograd Function
    "autograd.gradient": "one call with f a function, x (",  # takes a function that the suite builds
    "mlp.train_epoch": "model of class Sequential, loader",  # takes a model, and trains it
    "tensors.load_tensors": "one call with path = 'tensors.pt'",  # takes a file that the suite writes
    "cnn.conv2d": "weight (4, 2, 3, 2)",  # gives most where its kernel is small
    "resnet.ResNet": "one call with x (",  # is made of a class that the suite builds
}


def measured(*pairs):
    """Return the costs by task, out of a process that has run no backward."""
    lines = "".join(json.dumps(pair) + "\n" for pair in pairs)
    done = subprocess.run(
        [sys.executable, "-c", APART], input=lines, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def costs():
    """The reference against itself for a task of each kind, and a longer way for one."""
    return measured(*((task, "") for task in (*KINDS, "rnn.build_vocabulary")), ("losses.l2_penalty", DEARER))


@pytest.mark.parametrize("task", KINDS)
def test_cost_is_measured_for_every_kind_of_task(costs, task):
    """The reference against itself has as many operators and as much memory, and both are there."""
    found = costs[task]
    assert found["theirs"] is not None, found["note"]
    for key in ("operators", "bytes"):
        assert found["theirs"][key] == found["reference"][key] > 0, key
    assert found["theirs"]["seconds"] > 0
    assert KINDS[task] in found["call"]


def test_task_without_torch_says_that_there_is_nothing_but_time(costs):
    """Words are counted without an operator."""
    found = costs["rnn.build_vocabulary"]
    assert (found["theirs"]["operators"], found["note"]) == (0, cost.NO_OPERATOR)
    assert found["theirs"]["seconds"] > 0


def test_longer_way_costs_more_than_the_solution(costs):
    """Both are measured on the same call, each in a worker of its own."""
    found = costs["losses.l2_penalty"]
    assert found["theirs"]["operators"] > found["reference"]["operators"]
    assert found["theirs"]["bytes"] > found["reference"]["bytes"]
    assert "strength" in found["call"]


def test_run_without_end_says_so(monkeypatch):
    """A worker has its time, and the page one sentence."""
    monkeypatch.setattr(cost, "SECONDS", 1.0)
    course = load_course()
    found = costs_of(course, course.task("losses.l2_penalty"), SLEEPING)
    assert (found.theirs, found.note) == (None, cost.TOO_SLOW)


def test_module_that_cannot_run_costs_nothing_and_says_why():
    """What goes wrong is a note, never an exception."""
    course = load_course()
    task = course.task("losses.l2_penalty")
    costs = costs_of(course, task, "def l2_penalty(:\n")
    assert costs.theirs is None
    assert "syntax error" in costs.note


@pytest.mark.parametrize("problem", [OurProblem("no room"), OSError("no room"), RuntimeError("no room")])
def test_fault_of_the_measurement_is_a_note(monkeypatch, problem):
    """The page is there without the numbers."""

    def fail(*_):
        raise problem

    monkeypatch.setattr(cost, "open_workers", fail)
    course = load_course()
    found = costs_of(course, course.task("losses.l2_penalty"), DEARER)
    assert found.theirs is None
    assert found.note == f"not measured: {type(problem).__name__}: no room"
