"""The right loop is the one that suites promise, and each wrong one does something else."""

from __future__ import annotations

import copy
import sys

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import Loop, Random, shuffled_batches, train_steps, wrong_loops
from grader.suite.mistakes import MARK
from grader.suite.wrong_loops import USUAL

LOOPS = sys.modules["grader.suite.wrong_loops"]  # the package has the function under this name
SAME_HERE = ("weighted_by_targets", "best_weights")  # one target each, losses that fall
NAMES = [LOOPS._snake(kind) for kind in vars(LOOPS).values() if isinstance(kind, type) and Loop in kind.__mro__[1:]]
RNG = Random(7)
X, Y = RNG.normal(11, 3), RNG.labels(11, 4)


class Net(nn.Module):
    """A layer with batch norm."""

    def __init__(self):
        super().__init__()
        self.hidden, self.norm, self.last = nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 4)

    def forward(self, x):
        return self.last(self.norm(self.hidden(x)).tanh())


torch.manual_seed(3)
START = Net().double()


def bind(epochs=3, lr=0.05):
    """The parts of a right training of eleven samples."""
    return Loop(
        copy.deepcopy(START), lambda rows: (X[rows], Y[rows]), torch.optim.Adam, len(X),
        torch.Generator().manual_seed(1), epochs, 4, lr, 0.01, lambda model, losses: (model, losses),
    )  # fmt: skip


def test_loop_is_the_training_that_suites_promise():
    model, losses = bind().run()
    want, batches = copy.deepcopy(START), shuffled_batches(X, Y, torch.Generator().manual_seed(1), 3, 4)
    told = train_steps(want, batches, torch.optim.Adam(want.parameters(), lr=0.05), functional.cross_entropy)
    assert losses == pytest.approx(told)
    assert all(torch.allclose(a, b) for a, b in zip(model.parameters(), want.parameters(), strict=True))


def test_loop_hands_a_tuple_of_inputs_to_the_net_as_arguments():
    class Pair(nn.Module):
        def forward(self, x, weight):
            return x * weight

    loop = bind()
    loop.model = Pair()
    assert loop.output((torch.tensor([2.0]), torch.tensor([3.0]))).item() == 6.0


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SAME_HERE])
def test_wrong_loop_does_something_else(name):
    model, losses = wrong_loops(bind, *NAMES)[name]()
    right, told = bind().run()
    same = losses == told and type(losses[0]) is float and model.training == right.training
    same &= all(torch.allclose(a, b, 1e-9) for a, b in zip(model.parameters(), right.parameters(), strict=True))
    assert not same


def test_wrong_loops_are_the_usual_ones_and_those_that_are_asked_for():
    found = wrong_loops(bind, "clipped_gradients", without=("softmax_twice",))
    assert set(found) == {*USUAL, "clipped_gradients"} - {"softmax_twice"}
    assert getattr(found["clipped_gradients"], MARK).startswith("the gradients are clipped")
