"""Suite of mlp.MLP."""

import pytest
import torch
from torch import nn

from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_manners,
    check_shape,
    check_that,
    check_trains,
    to_device,
)


class Oracle(nn.Module):
    """The same network of torch's own layers."""

    def __init__(self, sizes, activation):
        super().__init__()
        pairs = zip(sizes[:-1], sizes[1:], strict=True)
        self.layers, self.activation = nn.ModuleList([nn.Linear(d, k) for d, k in pairs]), activation

    def forward(self, x):
        """Return the scores."""
        for i, layer in enumerate(self.layers):
            x = self.activation(x) if i else x
            x = nn.functional.linear(x, layer.weight, layer.bias)
        return x


def draw_weights(rng, sizes, dtype=torch.float64):
    """Draw weight and bias of each layer."""
    weights = {}
    for i, (d, k) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        weights[f"layers.{i}.weight"] = rng.normal(k, d, dtype=dtype)
        weights[f"layers.{i}.bias"] = rng.normal(k, dtype=dtype)
    return weights


def zeros(sizes):
    """Return weight and bias of each layer, all 0."""
    weights = {}
    for i, (d, k) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        weights |= {f"layers.{i}.weight": torch.zeros(k, d), f"layers.{i}.bias": torch.zeros(k)}
    return weights


def oracle(sizes, activation):
    """Return the network as a function of weights and x."""

    def forward(weights, x):
        for i in range(len(sizes) - 1):
            x = nn.functional.linear(x, weights[f"layers.{i}.weight"], weights[f"layers.{i}.bias"])
            x = activation(x) if i < len(sizes) - 2 else x
        return x

    return forward


def scenario(submission, x, target):
    """Train one network from its own weights and one from constants; return the outputs of each step and weights."""
    seen = []
    for constant in (False, True):
        model = submission.MLP((2, 12, 1), torch.tanh).to(x.dtype)
        if constant:
            for parameter in model.parameters():
                torch.nn.init.constant_(parameter, 0.5)
        optimizer, outputs = torch.optim.Adam(model.parameters(), lr=0.2), []
        for _ in range(40):
            optimizer.zero_grad()
            outputs.append(model(x).squeeze(1))
            torch.nn.functional.binary_cross_entropy_with_logits(outputs[-1], target).backward()
            optimizer.step()
        weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
        seen.append([torch.stack(outputs).detach(), weights])
    return seen


def losses_of(outputs, target):
    """Return the loss of each row of outputs."""
    target = target.expand(outputs.shape)
    return nn.functional.binary_cross_entropy_with_logits(outputs, target, reduction="none").mean(-1)


def check_outputs(outputs, weights, which):
    """Check that outputs and weights of a training are what can be computed with."""
    check_shape(outputs, (40, 4), f"the outputs from {which} weights")
    check_dtype(outputs, torch.float64, f"the outputs from {which} weights")
    want = zeros((2, 12, 1))
    check_equal(sorted(weights), sorted(want), "keys of the state_dict")
    for key, value in want.items():
        check_shape(weights[key], value.shape, key)
        check_dtype(weights[key], torch.float64, key)


class OfTorch:
    """The same network from torch's own parts."""

    @staticmethod
    def MLP(sizes, activation):
        """Return 2 -> 12 -> 1 with tanh."""
        return nn.Sequential(nn.Linear(sizes[0], sizes[1]), nn.Tanh(), nn.Linear(sizes[1], sizes[2]))


@pytest.mark.visible
@pytest.mark.parametrize("sizes, count", [((8, 6, 4, 1), 87), ((5, 3), 18), ([3, 3, 3, 3], 36)], ids=str)
def test_MLP_keeps_its_layers(submission, shared, sizes, count):
    """8 -> 6 -> 4 -> 1 has three layers under layers.0, 1 and 2: 87 numbers."""
    got = submission.run(shared.described, "MLP", (sizes, torch.relu))
    want = {key: ("parameter", tuple(value.shape)) for key, value in zeros(sizes).items()}
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)
    check_equal(sum(value.numel() for value in zeros(sizes).values()), count, "the number of parameters")


@pytest.mark.visible
def test_MLP_of_one_sample(submission, shared):
    """2 -> 2 -> 1 with ReLU: hidden (relu(3), relu(-1)) gives -2 * 3 + 1 = -5."""
    weights = {
        "layers.0.weight": torch.tensor([[1.0, 1.0], [1.0, -1.0]]),
        "layers.0.bias": torch.tensor([0.0, 0.0]),
        "layers.1.weight": torch.tensor([[-2.0, 7.0]]),
        "layers.1.bias": torch.tensor([1.0]),
    }
    weights = {key: value.double() for key, value in weights.items()}
    x, upstream = torch.tensor([[1.0, 2.0]]).double(), torch.ones(1, 1).double()
    got = submission.run(shared.play, "MLP", ((2, 2, 1), torch.relu), weights, x, upstream)
    check_close(got["output"], torch.tensor([[-5.0]]).double(), "the output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", [(8, 6, 4, 1), (5, 3), (2, 7, 3), (4, 4, 4, 4, 4)], ids=str)
@pytest.mark.parametrize(
    "activation", [torch.relu, torch.sigmoid, torch.tanh], ids=["relu", "sigmoid", "tanh"]
)
def test_MLP_forwards_and_backwards(submission, rng, shared, activation, sizes):
    """Output and all gradients are right for any sizes and any activation."""
    weights, x, upstream = draw_weights(rng, sizes), rng.normal(9, sizes[0]), rng.normal(9, sizes[-1])
    got = submission.run(shared.play, "MLP", (sizes, activation), weights, x, upstream)
    check_close(got, shared.expected(oracle(sizes, activation), weights, x, upstream))


@pytest.mark.parametrize("shape", [(1,), (2, 3), ()], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_MLP_over_other_axes(submission, rng, shared, dtype, shape):
    """A batch of one, a single vector and further axes keep their shape."""
    sizes, weights = (5, 4, 3), draw_weights(rng, (5, 4, 3), dtype)
    x, upstream = rng.normal(*shape, 5, dtype=dtype), rng.normal(*shape, 3, dtype=dtype)
    got = submission.run(shared.play, "MLP", (sizes, torch.tanh), weights, x, upstream)
    check_close(got, shared.expected(oracle(sizes, torch.tanh), weights, x, upstream))


@pytest.mark.parametrize("sizes", [(5, 7, 4, 3), (6, 4)], ids=str)
def test_MLP_trains(submission, rng, sizes):
    """Six steps of descent move the weights of every layer as they should."""
    batches = [(rng.normal(n, sizes[0]), rng.labels(n, sizes[-1])) for n in (8, 8, 5, 8, 3, 1)]
    check_trains(submission, "MLP", (sizes, nn.functional.tanh), Oracle(sizes, torch.tanh), batches, rng=rng)


def test_MLP_gives_any_number(submission, rng, shared):
    """The output is not activated: it may be negative and above 1."""
    sizes, weights = (3, 6, 8), draw_weights(rng, (3, 6, 8))
    x, upstream = rng.normal(7, 3), rng.normal(7, 8)
    weights["layers.1.bias"] = 50 * weights["layers.1.bias"]
    got = submission.run(shared.play, "MLP", (sizes, torch.sigmoid), weights, x, upstream)
    check_close(got["output"], oracle(sizes, torch.sigmoid)(weights, x), "the output")


def test_MLP_survives_saving(submission, rng, shared):
    """A state that was saved and loaded into a new network gives the same output."""
    sizes, weights, x = (4, 3, 5, 2), draw_weights(rng, (4, 3, 5, 2)), rng.normal(6, 4)
    before, after = submission.run(shared.reload, "MLP", (sizes, torch.relu), weights, x)
    want = oracle(sizes, torch.relu)(weights, x)
    check_close(before, want, "the output before")
    check_close(after, want, "the output after")


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_MLP_learns_xor(submission, rng, draw):
    """Trained from its own weights the network learns XOR; from constants it cannot."""
    x = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], dtype=torch.float64)
    x, target = x + rng.uniform(4, 2, low=-0.15, high=0.15), torch.tensor([0.0, 1.0, 1.0, 0.0]).double()
    (random, weights), (constant, stuck) = submission.run(scenario, x, target)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(rng.seed())
        (own, _), (same, _) = scenario(OfTorch, x, target)
    check_outputs(random, weights, "random")
    check_outputs(constant, stuck, "constant")
    draw.curve("loss from random weights", losses_of(random, target), losses_of(own, target))
    draw.curve("loss from constant weights", losses_of(constant, target), losses_of(same, target))
    check_close(constant[0], same[0], "the first outputs from constant weights")
    forward = oracle((2, 12, 1), torch.tanh)
    loss = losses_of(forward(weights, x).squeeze(1), target)
    check_close(loss, torch.zeros(()).double(), "the loss after 40 steps", atol=0.1)
    loss = losses_of(forward(stuck, x).squeeze(1), target).item()
    check_that(loss > 0.3, "the loss after 40 steps from constants", "more than 0.3", f"{loss:.3g}")


def test_MLP_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.MLP((5, 4, 3), torch.relu), rng.normal(4, 5, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_MLP_on_a_device(submission, rng, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    sizes, weights = (5, 4, 3), draw_weights(rng, (5, 4, 3))
    x, upstream = rng.normal(6, 5), rng.normal(6, 3)
    got = submission.run(shared.play, "MLP", (sizes, torch.tanh), *to_device((weights, x, upstream)))
    check_close(got, to_device(shared.expected(oracle(sizes, torch.tanh), weights, x, upstream)))
