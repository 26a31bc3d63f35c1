"""fix_hardest_inputs: each of its four mistakes alone, then all that the docstring says.

In a single step no gradient is old; with a large radius it does not matter from where it is measured. Scores are waves
in x, so that slopes change their sign on the way.
"""

import math

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_equal, check_manners, check_shape, to_device

FAR = 100.0


def move(submission, weight, x, labels, radius, lr, steps, before=None):
    """Move inputs of a net whose scores are waves; return where they are, and what became of the net."""
    import torch

    class Waves(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(weight.clone())

        def forward(self, x):
            return 3 * torch.sin(x.flatten(1) @ self.weight.t())

    model = Waves()
    model.weight.grad = None if before is None else before.clone()
    got = submission.fix_hardest_inputs(model, x, labels, radius, lr, steps)
    grad = model.weight.grad
    return {
        "moved": got.detach().clone(), "in a graph": got.requires_grad, "weight": model.weight.detach().clone(),
        "grad": None if grad is None else grad.clone(),
    }  # fmt: skip


def by_formula(weight, x, labels, radius, lr, steps):
    """The oracle: the slope by the chain rule, entry by entry bounded."""
    z, targets = x.clone(), functional.one_hot(labels, len(weight)).to(x.dtype)
    for _ in range(steps):
        angles = z.flatten(1) @ weight.t()
        slope = ((3 * torch.sin(angles)).softmax(1) - targets) * 3 * torch.cos(angles) @ weight
        z = torch.minimum(torch.maximum(z + lr * slope.sign().view_as(z), x - radius), x + radius)
    return z


def draw(rng, n=5, d=4, k=3):
    """Draw weights, inputs and labels."""
    return rng.normal(k, d), rng.normal(n, d), rng.labels(n, k)


@pytest.mark.visible
def test_fix_hardest_inputs_shape(submission, rng):
    """The result has the shape of x, also where that has more axes."""
    weight, _, labels = draw(rng, d=6)
    got = submission.run(move, weight, rng.normal(5, 2, 3), labels, 0.1, 0.1, 2)
    check_shape(got["moved"], (5, 2, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_hardest_inputs_stay_within_the_radius(submission, rng):
    """One step of 0.5 with radius 0.2: no entry is further than 0.2 away."""
    weight, x, labels = draw(rng)
    got = submission.run(move, weight, x, labels, 0.2, 0.5, 1)["moved"]
    check_close((got - x).abs(), torch.full_like(x, 0.2), "the distance of each entry")


@pytest.mark.weight(2)
def test_fix_hardest_inputs_follow_the_newest_gradient(submission, rng):
    """Six large steps without a bound: each by the gradient at its own place."""
    weight, x, labels = draw(rng, n=12)
    got = submission.run(move, weight, x, labels, FAR, 0.4, 6)["moved"]
    check_close(got, by_formula(weight, x, labels, FAR, 0.4, 6))


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize("before", [False, True], ids=["without a grad", "with a grad"])
def test_fix_hardest_inputs_leave_the_model_alone(submission, rng, before):
    """The grad of a parameter stays empty, or as it was."""
    weight, x, labels = draw(rng)
    old = rng.normal(*weight.shape) if before else None
    got = submission.run(move, weight, x, labels, FAR, 0.1, 1, old)
    check_close(got["weight"], weight, "the weights of the model")
    check_close(got["grad"], old, "the grad of the weights")


def test_fix_hardest_inputs_are_outside_the_graph(submission, rng):
    """What comes back requires no gradient."""
    got = submission.run(move, *draw(rng), FAR, 0.1, 1)
    check_equal(got["in a graph"], False, "requires_grad")


@pytest.mark.weight(3)
@pytest.mark.parametrize(("radius", "lr", "steps"), [(0.3, 0.1, 8), (0.5, 0.2, 5), (0.05, 0.3, 3)])
def test_fix_hardest_inputs_match_the_chain_rule(submission, rng, radius, lr, steps):
    """Several steps with a bound end where the slopes by hand lead."""
    weight, x, labels = draw(rng, n=9)
    got = submission.run(move, weight, x, labels, radius, lr, steps)["moved"]
    check_close(got, by_formula(weight, x, labels, radius, lr, steps))


@pytest.mark.visible
def test_fix_hardest_inputs_of_one_wave(submission):
    """Scores 3 sin(x), 3 sin(-x), label 0: from 0.1 two steps of 0.5 lead to -0.9."""
    weight, x = torch.tensor([[1.0], [-1.0]]), torch.tensor([[0.1]])
    got = submission.run(move, weight, x, torch.tensor([0]), 2 * math.pi, 0.5, 2)["moved"]
    check_close(got, torch.tensor([[-0.9]]))


@pytest.mark.weight(2)
def test_fix_hardest_inputs_of_no_steps(submission, rng):
    """Without a step x comes back, as numbers of its own."""

    def scenario(submission, x, labels):
        x = x.clone()
        got = submission.fix_hardest_inputs(torch.nn.Identity(), x, labels, 0.1, 0.1, 0)
        found = got.detach().clone()
        x += 1
        return found, got.detach().clone()

    x, labels = rng.normal(4, 3), rng.labels(4, 3)
    found, later = submission.run(scenario, x, labels)
    check_close(found, x)
    check_close(later, x, "the result after x was changed in place")


@pytest.mark.detail
def test_fix_hardest_inputs_of_an_input_with_a_gradient(submission, rng):
    """An x that requires gradients keeps its grad as it was."""

    def scenario(submission, x, labels):
        x = x.clone().requires_grad_()
        got = submission.fix_hardest_inputs(torch.nn.Identity(), x, labels, 9.0, 0.1, 2)
        return got.detach(), x.grad

    x, labels = rng.normal(4, 3), rng.labels(4, 3)
    _, grad = submission.run(scenario, x, labels)
    check_equal(grad, None, "x.grad")


def test_fix_hardest_inputs_manners(submission, rng):
    """Inputs, labels and torch's state stay as they were."""
    weight, x, labels = draw(rng)
    check_manners(submission, lambda: submission.run(move, weight, x, labels, 0.2, 0.1, 2))


def test_fix_hardest_inputs_on_a_device(submission, rng):
    """With model and inputs on an accelerator the steps are made there."""
    weight, x, labels = draw(rng)
    got = submission.run(move, *to_device([weight, x, labels]), 0.3, 0.2, 4)["moved"]
    check_close(got, to_device(by_formula(weight, x, labels, 0.3, 0.2, 4)))
