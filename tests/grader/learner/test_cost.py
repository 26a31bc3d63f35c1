"""What a task costs, measured in a worker against the reference."""

import ast
import contextlib
import json
import subprocess
import sys
import types

import pytest
import torch

from grader.course import load_course
from grader.judge.order import OurProblem
from grader.learner import cost
from grader.learner.cost import Example, costs_of, counted, example_of, measured
from grader.proxy.session import Session
from grader.sandbox.loopback import Loopback
from grader.wire.frame import BadFrame

APART = """
import json
import sys
from dataclasses import asdict

from grader.course import load_course
from grader.learner import cost

cost.TURNS = 1  # no number of seconds is judged here, and more turns only steady it
course, found = load_course(), {}
for line in sys.stdin:
    name, text = json.loads(line)
    task = course.task(name)
    text = text or course.solution_file(task.topic).read_text(encoding="utf-8")
    found[name] = asdict(cost.costs_of(course, task, text))
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
    "losses.softmax": "softmax(torch.tensor(",  # a function
    "rnn.GRUCell": "cell = GRUCell(3, 2) ...",  # a layer
    "optimizers.SGD": "optimizer = SGD([p], lr=0.1, momentum=0.5) ...",  # an optimiser
    "autograd.ReLU": "y = ReLU.apply(x) ...",  # an autograd Function
    "autograd.gradient": "gradient(lambda x: x**2, ",  # takes a function
    "training.train_epoch": "train_epoch(",  # takes a model, and trains it; its file imports another topic
    "tensors.load_tensors": "with tempfile.TemporaryDirectory() as folder: ...",  # reads a file
    "resnet.ResNet": 'with torch.device("meta"):',  # needs a function that stands beside it
}


def costs_apart(*pairs):
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
    return costs_apart(
        *((task, "") for task in (*KINDS, "rnn.build_vocabulary")), ("losses.l2_penalty", DEARER)
    )


@pytest.mark.parametrize("task", KINDS)
def test_cost_is_measured_for_every_kind_of_task(costs, task):
    """The reference against itself has as many operators."""
    found = costs[task]
    assert found["theirs"] is not None, found["note"]
    assert found["theirs"]["operators"] == found["reference"]["operators"] > 0
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
    assert "strength=0.5" in found["call"]


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


def test_every_task_of_the_course_has_an_example_to_measure():
    """Else its cost would be a note."""
    course = load_course()
    for topic in course.topics:
        module = ast.parse(course.solution_file(topic.slug).read_text(encoding="utf-8"))
        assert all(example_of(module, task.name) for task in topic.tasks)


def test_example_is_measured_from_the_first_use_of_the_task():
    """What is prepared before is not; comments and what comes out are left away."""
    text = """
def task(x):
    \"\"\"Double.

    Example:
        >>> x = torch.ones(3)
        >>> y = task(x)  # twice
        >>> y.sum()
        tensor(6.)
    \"\"\"
"""
    example = example_of(ast.parse(text), "task")
    assert example == Example("x = torch.ones(3)", "y = task(x)\ny.sum()")
    assert example.call == "y = task(x) ..."
    assert example_of(ast.parse(text.replace("task(x)", "other(x)")), "task") is None
    assert example_of(ast.parse(text), "other") is None


def module(task):
    return types.SimpleNamespace(task=task)


@pytest.mark.parametrize(
    ("task", "operators"),
    [
        (lambda x: x + x, 1),
        (lambda x: torch.cat([x, x]) + 1, 2),
        (lambda x: torch.tensor([1.0, 2.0]) * 2, 2),
        (lambda x: x.add_(x), 1),
    ],
)
def test_operators_are_those_of_the_example(task, operators):
    """Each operator counts once, what was prepared before does not."""
    assert counted(module(task), "x = torch.ones(100)", "task(x)") == operators


def test_each_side_has_its_own_cost(monkeypatch):
    """One after the other, in turns."""
    monkeypatch.setattr(cost, "TURNS", 1)
    with contextlib.ExitStack() as opened:
        tasks = (lambda x: (x + x) + (x + x), lambda x: x + x)
        workers = [opened.enter_context(contextlib.closing(Loopback(module(task)))) for task in tasks]
        theirs, reference = measured(
            [Session(worker, {}) for worker in workers], Example("x = torch.ones(10)", "task(x)")
        )
    assert (theirs.operators, reference.operators) == (3, 1)
    assert min(theirs.seconds, reference.seconds) > 0


@pytest.mark.parametrize(
    ("count", "seconds"), [(1, "fast"), (1, float("nan")), ("many", 0.1), ((3, 1), 0.1)]
)
def test_forged_number_is_refused(count, seconds):
    """A submission that answers for what was shipped shows no words in the place of numbers."""
    forged = types.SimpleNamespace(ship=lambda function, *_: count if function is counted else seconds)
    with pytest.raises(BadFrame):
        measured([forged], Example("", "task()"))
