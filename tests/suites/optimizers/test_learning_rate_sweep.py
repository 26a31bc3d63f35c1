"""Suite of optimizers.learning_rate_sweep. What comes back is recomputed with a net of the suite's own."""

import math

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_equal,
    check_fields,
    check_manners,
    check_that,
    to_device,
)

RATES = [0.3, 0.01, 0.1, 0.03]


def one_weight(value, dtype):
    """Make a model with a single weight."""
    model = torch.nn.Linear(1, 1, bias=False).to(dtype)
    torch.nn.init.constant_(model.weight, value)
    return model


def by_hand(submission, lrs, steps, dtype=torch.float64):
    """Sweep over the loss w ** 2, from w = 1."""
    x, y = torch.ones(1, 1, dtype=dtype), torch.zeros(1, 1, dtype=dtype)
    return submission.learning_rate_sweep(submission.build(one_weight, 1.0, dtype), x, y, lrs, steps)


def play(submission, weights, x, y, lrs, steps, frozen=False, mode=True):
    """Sweep over a net with a batch norm; return what came of it, and what the net is before and after."""
    layers = torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(), torch.nn.Linear(4, 2)
    net = torch.nn.Sequential(*layers)
    net = net.to(x.device, x.dtype).train(mode)
    for p, weight in zip(net.parameters(), weights, strict=True):
        p.data.copy_(weight)
    net[0].weight.requires_grad_(not frozen)
    net[3].bias.grad = torch.ones_like(net[3].bias)
    seen = []
    for when in ("before", "after"):
        if when == "after":
            got = submission.learning_rate_sweep(net, x, y, lrs, steps)
        state = {key: value.clone() for key, value in net.state_dict().items()}
        grads = {key: p.grad is not None and p.grad.clone() for key, p in net.named_parameters()}
        seen.append({"state": state, "gradients": grads, "training": net.training})
    return {"losses": got.losses, "best": got.best, "before": seen[0], "after": seen[1]}


def recomputed(weights, x, y, lrs, steps, frozen=False, mode=True):
    """Return the loss of each rate, from a net that is made anew for each."""
    losses = []
    for lr in lrs:
        leaves = [weight.clone().requires_grad_() for weight in weights]
        for _ in range(steps):
            slopes = torch.autograd.grad(loss_of(leaves, x, y, mode), leaves)
            leaves = [
                (w if frozen and place == 0 else w - lr * g).detach().requires_grad_()
                for place, (w, g) in enumerate(zip(leaves, slopes, strict=True))
            ]
        losses.append(loss_of(leaves, x, y, mode).detach())
    return torch.stack(losses)


def loss_of(leaves, x, y, mode):
    """Return the mean squared error of the net with these weights."""
    w1, b1, gamma, beta, w2, b2 = leaves
    zeros, ones = torch.zeros(4, dtype=x.dtype), torch.ones(4, dtype=x.dtype)
    h = torch.nn.functional.batch_norm(x @ w1.t() + b1, zeros, ones, gamma, beta, training=mode)
    return ((torch.tanh(h) @ w2.t() + b2 - y) ** 2).mean()


def drawn(rng, dtype=torch.float64):
    """Draw weights, inputs and targets."""
    shapes = [(4, 3), (4,), (4,), (4,), (2, 4), (2,)]
    weights = [rng.normal(*shape, dtype=dtype) for shape in shapes]
    return weights, rng.normal(6, 3, dtype=dtype), rng.normal(6, 2, dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_learning_rate_sweep_shape_and_dtype(submission, dtype):
    """The losses have a place for each rate and the dtype of x; best is a float."""
    got = by_hand(submission, [0.1, 0.2, 0.4], 3, dtype)
    check_fields(got, ("losses", "best"))
    check_close(got.losses, torch.tensor([0.8**6, 0.6**6, 0.2**6], dtype=dtype))
    check_close(got.best, 0.4)


@pytest.mark.visible
def test_learning_rate_sweep_of_one_weight(submission):
    """The loss w squared from w = 1: each step multiplies w by 1 - 2 lr."""
    got = by_hand(submission, [1.5, 0.25, 0.125], 2)
    check_close(got.losses, torch.tensor([16.0, 1 / 16, 81 / 256], dtype=torch.float64))
    check_close(got.best, 0.25)


@pytest.mark.visible
def test_learning_rate_sweep_begins_anew_with_each_rate(submission):
    """A rate that stands twice has the same loss twice."""
    got = by_hand(submission, [0.25, 0.125, 0.25], 1)
    check_close(got.losses, torch.tensor([1 / 4, 9 / 16, 1 / 4], dtype=torch.float64))


@pytest.mark.visible
def test_learning_rate_sweep_without_a_step(submission):
    """Without a step each loss is the one of the model as it is."""
    got = by_hand(submission, [0.5, 0.1], 0)
    check_close(got.losses, torch.ones(2, dtype=torch.float64))
    check_close(got.best, 0.5)


@pytest.mark.weight(2)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_learning_rate_sweep_is_recomputed(submission, rng, steps):
    """The loss of each rate is what a net trained by the suite has."""
    given = drawn(rng)
    got = submission.run(play, *given, RATES, steps)
    losses = recomputed(*given, RATES, steps)
    check_close(got["losses"], losses)
    check_close(got["best"], RATES[int(losses.argmin())], "the best rate")


def test_learning_rate_sweep_in_evaluation(submission, rng):
    """A model in evaluation is trained as one."""
    given = drawn(rng)
    got = submission.run(play, *given, RATES, 3, mode=False)
    check_close(got["losses"], recomputed(*given, RATES, 3, mode=False))


def test_learning_rate_sweep_of_frozen_weights(submission, rng):
    """A parameter that requires no gradient keeps its numbers."""
    given = drawn(rng)
    got = submission.run(play, *given, RATES, 3, frozen=True)
    check_close(got["losses"], recomputed(*given, RATES, 3, frozen=True))


@pytest.mark.parametrize("lrs", [[1e30, 0.4, 0.1], [0.1, 1e30, 0.4], [0.1, 0.4, 1e30]], ids=["first", "second", "last"])
def test_learning_rate_sweep_where_a_rate_diverges(submission, lrs):
    """A rate whose loss is inf or nan is never the best, wherever it stands."""
    got = by_hand(submission, lrs, 30)
    check_close(got.losses[lrs.index(0.1)], torch.tensor(0.8**60, dtype=torch.float64), "the loss of 0.1")
    check_close(got.best, 0.4, "the best rate")
    finite = bool(got.losses[lrs.index(1e30)].isfinite())
    check_that(not finite, "the loss of 1e30", "inf or nan", "a finite number")


def test_learning_rate_sweep_where_all_rates_diverge(submission):
    """Where no loss is finite no rate is the best: nan."""
    got = by_hand(submission, [1e30, 1e40], 30)
    check_close(got.best, math.nan, "the best rate")


def test_learning_rate_sweep_of_equal_losses(submission):
    """Of rates with the same loss the first is the best."""
    check_close(by_hand(submission, [1.0, 0.75, 0.25], 4).best, 0.75)
    check_close(by_hand(submission, [0.25, 1.0, 0.75], 4).best, 0.25)


def test_learning_rate_sweep_leaves_weights_as_they_were(submission, rng):
    """Parameters and buffers of the model are afterwards what they were."""
    got = submission.run(play, *drawn(rng), RATES, 2)
    check_close(got["after"]["state"], got["before"]["state"], "the state_dict")


@pytest.mark.detail
@pytest.mark.parametrize("what", ["gradients", "training"])
def test_learning_rate_sweep_leaves_the_rest_as_it_was(submission, rng, what):
    """Gradients and the mode of the model are afterwards what they were."""
    got = submission.run(play, *drawn(rng), RATES, 2)
    check_close(got["after"][what], got["before"][what], what)


@pytest.mark.detail
def test_learning_rate_sweep_keeps_no_graph(submission):
    """The losses are outside the graph."""
    check_equal(by_hand(submission, [0.25], 1).losses.requires_grad, False, "whether the losses require a gradient")


def test_learning_rate_sweep_has_manners(submission):
    """The random state and the modes stay as they were."""
    model, x = submission.build(one_weight, 1.0, torch.float64), torch.ones(1, 1, dtype=torch.float64)
    check_manners(submission, lambda: submission.learning_rate_sweep(model, x, x, [0.25], 1))


def test_learning_rate_sweep_on_a_device(submission, rng):
    """On an accelerator the losses are the same and stay there."""
    weights, x, y = drawn(rng, torch.float32)
    check_device(lambda x, y: submission.run(play, to_device(weights), x, y, RATES, 3)["losses"], x, y)
