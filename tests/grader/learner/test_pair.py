"""Two sides under the meter, and the words for what they were asked."""

import contextlib
import types

import pytest
import torch

from grader.learner import pair
from grader.learner.asked import asked_of
from grader.learner.pair import Cost, Measured, NothingRan, measured
from grader.learner.play import Play, Step
from grader.proxy.session import Session
from grader.sandbox.loopback import Loopback
from grader.wire.frame import BadFrame


def twice(x):
    return x + x


def four_times(x):
    return (x + x) + (x + x)


def call(name):
    """The play of a direct call."""
    step = Step(2, "call", (Step(1, "global", (name,)), [torch.ones(10)], {}))
    return Play(step, (), 0.0, 1)


@pytest.fixture
def sessions():
    """Gives a worker of this process to each side."""
    with contextlib.ExitStack() as opened:

        def give(theirs, reference):
            both = (types.SimpleNamespace(task=task, other=abs) for task in (theirs, reference))
            workers = [opened.enter_context(contextlib.closing(Loopback(namespace))) for namespace in both]
            return tuple(Session(worker, {}) for worker in workers)

        yield give


def test_each_side_has_its_own_cost(sessions):
    """The first is theirs; calls and arguments are those of the reference."""
    found = measured(sessions(four_times, twice), "task", call("task"))
    assert (found.theirs.operators, found.reference.operators) == (3, 1)
    assert (found.theirs.bytes, found.reference.bytes) == (120, 40)
    assert min(found.theirs.seconds, found.reference.seconds) > 0
    assert (found.calls, found.first, found.once) == ({"task": 1}, [("(10,) float32", "")], False)


def test_long_run_is_timed_once(monkeypatch, sessions):
    """What takes long is not played again and again."""
    monkeypatch.setattr(pair, "SLOW", 0.0)
    found = measured(sessions(twice, twice), "task", call("task"))
    assert found.once
    assert found.theirs.seconds > 0


def test_play_that_leaves_the_task_alone_is_none(sessions):
    """Another function was called."""
    with pytest.raises(NothingRan, match="task was not called"):
        measured(sessions(twice, twice), "task", call("other"))


@pytest.mark.parametrize(
    ("once", "count"),
    [("fast", (1, 1, {"task": 1}, [])), (float("nan"), (1, 1, {"task": 1}, [])), (0.1, ("many", 1, {}, []))],
)
def test_forged_number_is_refused(once, count, sessions):
    """A submission that answers for the meter shows no words in the place of numbers."""
    meter = types.SimpleNamespace(once=lambda: once, count=lambda: count, burst=lambda seconds: once)
    transport = types.SimpleNamespace(scratch="")
    forged = types.SimpleNamespace(transport=transport, ship=lambda *_: meter)
    with pytest.raises(BadFrame):
        measured((forged, sessions(twice, twice)[0]), "task", call("task"))


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * x


class Steps:
    pass


class Layer(torch.nn.Module):
    def forward(self, x, mask=None):
        return x


@pytest.mark.parametrize(
    ("task", "calls", "first", "words"),
    [
        (twice, {"twice": 1}, [("(3,) int64", "")], "one call with x (3,) int64"),
        (twice, {"twice": 4}, [("(3,) int64", "x")], "4 calls, the first with x (3,) int64"),
        (lambda: 0, {"task": 1}, [], "one call"),
        (Layer, {"forward": 1}, [("Layer", ""), ("(3,)", ""), ("= None", "mask")], "one call with x (3,), mask = None"),
        (Steps, {"__init__": 1, "step": 5}, [], "Steps(...), 5 x step(...)"),
        (Square, {"forward": 1, "backward": 1}, [("", ""), ("(3,)", "")], "forward(...), backward(...): x (3,)"),
    ],
)  # fmt: skip
def test_words_say_what_was_asked(task, calls, first, words):
    """A call with its arguments, or the methods of a class."""
    cost = Cost(1, 1.0, 1)
    assert asked_of(task, Measured(cost, cost, False, calls, first)) == words
