"""What a task costs, measured in a worker against the reference."""

import json
import subprocess
import sys

import pytest
import torch
from torch import nn

from grader.course import load_course
from grader.learner.cost import costs_of
from grader.learner.listen import heard
from grader.learner.measure import measure


class Module:
    """What a worker would have loaded."""

    @staticmethod
    def double(x):
        return x + x

    @staticmethod
    def four(x):
        return torch.cat([x, x]) + 1

    @staticmethod
    def add_(out, x):
        return out.add_(x)

    Linear = nn.Linear


@pytest.mark.parametrize(("name", "operators", "bytes_"), [("double", 1, 400), ("four", 2, 1600)])
def test_operators_and_memory_are_those_of_one_call(name, operators, bytes_):
    """Each operator counts once, and memory is what is held at the same time."""
    found = measure(Module, name, None, [torch.ones(100)], {})
    assert (found[0], found[2]) == (operators, bytes_)
    assert found[1] > 0


def test_object_of_a_class_is_made_before_it_is_measured():
    """Making a layer costs nothing here, and its parameters were there before."""
    operators, _, held = measure(Module, "Linear", ([10, 100], {}), [torch.ones(1, 10)], {})
    assert operators == 2  # the transposed weight, and the product with the bias added
    assert held == 400


def test_argument_that_is_changed_in_place_is_a_copy():
    """What a task changes is not what was sent."""
    out = torch.zeros(3)
    measure(Module, "add_", None, [out, torch.ones(3)], {})
    assert out.tolist() == [0, 0, 0]


def test_calls_are_heard_with_copies_of_plain_arguments():
    """A call that raises, or that has a function in it, is not noted."""
    calls = []
    function = heard(lambda x, dim=0: x.div_(2).sum(dim), calls.append)
    x = torch.ones(3)
    function(x, dim=0)
    with pytest.raises(IndexError):
        function(x, dim=5)
    heard(lambda f: f(1), calls.append)(abs)
    assert len(calls) == 1
    assert calls[0].args[0].tolist() == [1, 1, 1]
    assert calls[0].kwargs == {"dim": 0}


def test_calls_of_a_module_are_heard_with_what_it_was_made_of():
    """A layer is called as often as it is, and remembers its own arguments."""
    calls = []
    layer = heard(nn.Linear, calls.append)(2, 3, bias=False)
    layer(torch.ones(1, 2))
    assert calls[0].made_with == ((2, 3), {"bias": False})
    assert isinstance(layer, nn.Linear)


APART = """
import json
from dataclasses import asdict
from grader.course import load_course
from grader.learner.cost import costs_of

course = load_course()
text = '''
import torch


def l2_penalty(params, strength):
    total = 0
    for w in params:
        total = total + (torch.cat([w, w]) ** 2).sum() / 2
    return strength / 2 * total
'''
print(json.dumps(asdict(costs_of(course, course.task("losses.l2_penalty"), text))))
"""


def test_longer_way_costs_more_than_the_solution():
    """Both are measured on the same call, each in a worker of its own, out of a process that has run no backward."""
    done = subprocess.run([sys.executable, "-c", APART], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    costs = json.loads(done.stdout)
    assert costs["theirs"] is not None, costs["note"]
    assert costs["theirs"]["operators"] > costs["reference"]["operators"]
    assert costs["theirs"]["bytes"] > costs["reference"]["bytes"]
    assert "strength" in costs["call"]


def test_module_that_cannot_run_costs_nothing_and_says_why():
    """What goes wrong is a note, never an exception."""
    course = load_course()
    task = course.task("losses.l2_penalty")
    costs = costs_of(course, task, "def l2_penalty(:\n")
    assert costs.theirs is None
    assert "syntax error" in costs.note
