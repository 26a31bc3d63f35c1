"""What the meter sees of one play, in the process of the test."""

import inspect
import types

import pytest
import torch

from grader.learner.measure import Meter


def double(x):
    return x + x


def four(x):
    return torch.cat([x, x]) + 1


def add_(out, x):
    return out.add_(x)


def number(x):
    return torch.tensor([1.0, 2.0]) * 2


class Steps:
    """An optimiser of a kind."""

    def __init__(self, x):
        self.x = x

    def step(self):
        return self.update()

    def update(self):
        self.x = self.x * 2


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, above):
        return 2 * ctx.saved_tensors[0] * above


class Layer(torch.nn.Linear):
    def forward(self, x):
        return torch.nn.functional.linear(x, self.weight, self.bias)


def call(*args, function=None):
    """The step of a direct call of the task."""
    made = {"a step of the play": [1, "global", "task"]} if function is None else function
    return {"a step of the play": [2, "call", made, list(args), {}]}


def run(source, *args):
    """The step of a scenario."""
    return {"a step of the play": [3, "run", source, "play", True, list(args), {}]}


@pytest.fixture
def meter():
    """A function that puts a task under the meter, a copy of it if it is a class."""

    def made(task, play):
        if isinstance(task, type):
            task = type(task.__name__, task.__bases__, dict(vars(task)))
        return Meter(types.SimpleNamespace(task=task), "task", [], play, 1)

    return made


@pytest.mark.parametrize(
    ("task", "operators", "bytes_"), [(double, 1, 400), (four, 2, 1600), (number, 2, 16), (add_, 1, 0)]
)
def test_operators_and_memory_are_those_of_the_task(meter, task, operators, bytes_):
    """Each operator counts once, and memory is what results held at once, not what was there before."""
    args = [torch.ones(100)] * len(inspect.signature(task).parameters)
    found = meter(task, call(*args)).count()
    assert found[:2] == (operators, bytes_)


def test_what_a_scenario_does_around_the_task_is_not_counted(meter):
    """A scenario that multiplies before and after calls a task that adds."""
    source = "def play(submission, x):\n    y = submission.task(x * 2) * 3\n    return submission.task(y)\n"
    operators, _, calls, first = meter(double, run(source, torch.ones(5))).count()
    assert (operators, calls) == (2, {"task": 2})
    assert first == [["(5,) float32", ""]]


def test_task_that_calls_itself_counts_once():
    """What runs inside the task belongs to its call."""
    module = types.ModuleType("deep")
    exec("def task(x):\n    return task(x[1:]) if len(x) > 1 else x + 1\n", module.__dict__)
    operators, _, calls, _ = Meter(module, "task", [], call(torch.ones(3)), 1).count()
    assert (operators, calls) == (3, {"task": 1})


def test_methods_of_a_class_are_measured_by_name(meter):
    """One object is made, and two steps are taken; what a method calls is inside."""
    source = "def play(submission, x):\n    s = submission.task(x)\n    s.step()\n    s.step()\n"
    operators, held, calls, _ = meter(Steps, run(source, torch.ones(10))).count()
    assert calls == {"__init__": 1, "step": 2}
    assert (operators, held) == (2, 80)


def test_function_is_measured_forwards_and_backwards(meter):
    """A gradient goes through the result of apply, where x asks for one."""
    apply = {"a step of the play": [4, "attribute", {"a step of the play": [1, "global", "task"]}, "apply"]}
    found = meter(Square, call(torch.ones(3, requires_grad=True), function=apply)).count()
    assert found[2] == {"forward": 1, "backward": 1}
    assert found[0] >= 3


def test_layer_is_measured_in_its_forward_alone(meter):
    """What it is made of was there before."""
    made = {"a step of the play": [5, "call", {"a step of the play": [1, "global", "task"]}, [10, 100], {}]}
    operators, held, calls, _ = meter(Layer, call(torch.ones(1, 10), function=made)).count()
    assert calls == {"forward": 1}
    assert (operators, held) == (2, 400)  # the transposed weight, and the product with the bias added


def test_argument_that_is_changed_in_place_is_a_copy(meter):
    """Each run meets what was sent."""
    out = torch.zeros(3)
    under = meter(add_, call(out, torch.ones(3)))
    under.once()
    under.once()
    assert out.tolist() == [0, 0, 0]


def test_time_is_that_of_the_task_alone(meter):
    """What a scenario waits before it calls is not counted."""
    source = (
        "def play(submission, x):\n    import time\n\n    time.sleep(0.05)\n    return submission.task(x)\n"
    )
    assert 0 < meter(double, run(source, torch.ones(3))).burst(0.0) < 0.05
