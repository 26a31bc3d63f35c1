"""Suite of mlp.SharedMLP."""

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_equal, check_manners, check_trains, to_device

KEYS = ["first.weight", "first.bias", "shared.weight", "shared.bias", "last.weight", "last.bias"]


def draw_weights(rng, d, h, k, dtype=torch.float64):
    """Draw weight and bias of the three layers."""
    shapes = [(h, d), (h,), (h, h), (h,), (k, h), (k,)]
    return {key: rng.normal(*shape, dtype=dtype) for key, shape in zip(KEYS, shapes, strict=True)}


def oracle(weights, x):
    """Compute the network with torch's own functions."""
    for name in ("first", "shared", "shared"):
        x = torch.relu(nn.functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"]))
    return nn.functional.linear(x, weights["last.weight"], weights["last.bias"])


class Oracle(nn.Module):
    """The same network of torch's own layers: autograd adds up the gradients of both uses of `shared`."""

    def __init__(self, d, h, k):
        super().__init__()
        self.first, self.shared, self.last = nn.Linear(d, h), nn.Linear(h, h), nn.Linear(h, k)

    def forward(self, x):
        """Return the scores."""
        h1 = torch.relu(self.first(x))
        h2 = torch.relu(self.shared(h1))
        return self.last(torch.relu(self.shared(h2)))


@pytest.mark.visible
def test_SharedMLP_keeps_three_layers(submission, shared):
    """The state_dict has six entries: first, shared and last, two each."""
    got = submission.run(shared.described, "SharedMLP", (5, 4, 3))
    learned = sum(kind == "parameter" for kind, _ in got.values())
    check_equal([len(got), learned], [6, 6], "the number of entries, and of parameters")
    check_equal(sorted(got), sorted(KEYS), "keys of the state_dict")
    shapes = [(4, 5), (4,), (4, 4), (4,), (3, 4), (3,)]
    check_equal(got, {key: ("parameter", shape) for key, shape in zip(KEYS, shapes, strict=True)})


@pytest.mark.visible
def test_SharedMLP_of_one_sample(submission, shared):
    """One unit each: relu(2), twice times 3 minus 1, gives 14; times -1 is -14."""
    values = [[[1.0]], [0.0], [[3.0]], [-1.0], [[-1.0]], [0.0]]
    weights = {key: torch.tensor(value).double() for key, value in zip(KEYS, values, strict=True)}
    x, upstream = torch.tensor([[2.0]]).double(), torch.ones(1, 1).double()
    got = submission.run(shared.play, "SharedMLP", (1, 1, 1), weights, x, upstream)
    check_close(got["output"], torch.tensor([[-14.0]]).double(), "the output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", [(5, 4, 3), (4, 4, 4), (2, 8, 1)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_SharedMLP_forwards_and_backwards(submission, rng, shared, dtype, sizes):
    """Output and gradients are right; the shared layer collects both uses."""
    weights, x = draw_weights(rng, *sizes, dtype), rng.normal(9, sizes[0], dtype=dtype)
    upstream = rng.normal(9, sizes[2], dtype=dtype)
    got = submission.run(shared.play, "SharedMLP", sizes, weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


@pytest.mark.parametrize("shape", [(1,), (2, 3), ()], ids=str)
def test_SharedMLP_over_other_axes(submission, rng, shared, shape):
    """A batch of one, a single vector and further axes keep their shape."""
    weights, x, upstream = draw_weights(rng, 5, 4, 3), rng.normal(*shape, 5), rng.normal(*shape, 3)
    got = submission.run(shared.play, "SharedMLP", (5, 4, 3), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


def test_SharedMLP_stays_shared_while_training(submission, rng):
    """After five steps both uses still have one weight, as if written once."""

    def scenario(submission, weights, x, target):
        model = submission.SharedMLP(3, 4, 2).to(x.dtype)
        model.load_state_dict(weights)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        for _ in range(5):
            optimizer.zero_grad()
            ((model(x) - target) ** 2).mean().backward()
            optimizer.step()
        return {key: value.clone() for key, value in model.state_dict().items()}, model(x).detach()

    weights, x, target = draw_weights(rng, 3, 4, 2), rng.normal(6, 3), rng.normal(6, 2)
    got, output = submission.run(scenario, weights, x, target)
    for _ in range(5):
        leaves = {key: value.clone().requires_grad_() for key, value in weights.items()}
        loss = ((oracle(leaves, x) - target) ** 2).mean()
        gradients = torch.autograd.grad(loss, list(leaves.values()))
        weights = {key: w - 0.01 * g for (key, w), g in zip(weights.items(), gradients, strict=True)}
    check_close(got, weights, "the weights")
    check_close(output, oracle(weights, x), "the output")


def test_SharedMLP_trains(submission, rng):
    """Six steps of descent: the shared layer moves by both its uses added up."""
    batches = [(rng.normal(n, 5), rng.labels(n, 3)) for n in (8, 8, 5, 8, 3, 1)]
    check_trains(submission, "SharedMLP", (5, 6, 3), Oracle(5, 6, 3), batches, rng=rng)


def test_SharedMLP_survives_saving(submission, rng, shared):
    """A state that was saved and loaded into a new network gives the same output."""
    weights, x = draw_weights(rng, 4, 5, 2), rng.normal(6, 4)
    before, after = submission.run(shared.reload, "SharedMLP", (4, 5, 2), weights, x)
    check_close(before, oracle(weights, x), "the output before")
    check_close(after, oracle(weights, x), "the output after")


def test_SharedMLP_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.SharedMLP(5, 4, 3), rng.normal(4, 5, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_SharedMLP_on_a_device(submission, rng, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    weights, x, upstream = draw_weights(rng, 5, 4, 3), rng.normal(6, 5), rng.normal(6, 3)
    got = submission.run(shared.play, "SharedMLP", (5, 4, 3), *to_device((weights, x, upstream)))
    check_close(got, to_device(shared.expected(oracle, weights, x, upstream)))
