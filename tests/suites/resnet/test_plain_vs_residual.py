"""Suite of resnet.plain_vs_residual."""

from typing import NamedTuple

import pytest
import torch

from grader.suite import (
    check_close,
    check_equal,
    check_fields,
    check_manners,
    check_that,
    to_device,
)


class Comparison(NamedTuple):
    """What is returned."""

    plain_norms: list
    residual_norms: list
    plain_losses: list
    residual_losses: list


def trained(start, x, y, skip, lr, steps):
    """The oracle: back-propagation through one net by hand; return norms and losses."""
    weights, norms, losses = list(start.clone()), [], []
    for step in range(steps):
        inputs, h = [], x
        for w in weights:
            inputs.append(h)
            h = h * skip + h.clamp(min=0) @ w.t()
        p = h.softmax(1)
        rows = torch.arange(len(x))
        losses.append((torch.logsumexp(h, 1) - h[rows, y]).mean().item())
        g = p.clone()
        g[rows, y] -= 1
        g = g / len(x)
        for i in reversed(range(len(weights))):
            slope = (inputs[i] > 0).to(x.dtype)
            gradient = g.t() @ inputs[i].clamp(min=0)
            g = g * skip + (g @ weights[i]) * slope
            if step == 0:
                norms.insert(0, gradient.norm().item())
            weights[i] = weights[i] - lr * gradient
    return norms, losses


def compared(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    """Return norms and losses of both nets, by the oracle."""
    d = x.shape[1]
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=torch.float64) / d**0.5
    plain, residual = (trained(start, x, y, skip, lr, steps) for skip in (0.0, 1.0))
    return Comparison(plain[0], residual[0], plain[1], residual[1])


def check_kinds(got, want):
    """Check that four lists of floats came back, as long as they should be."""
    check_equal(type(got).__name__ in ("Record", "tuple"), True, "whether a Comparison came back")
    check_equal(len(got), 4, "the number of lists that came back")
    for name, theirs, ours in zip(Comparison._fields, got, want, strict=True):
        floats = type(theirs) is list and all(type(value) is float for value in theirs)
        check_that(floats, name, "a list of floats", "something else")
        check_equal(len(theirs), len(ours), f"the length of {name}")


def check_alike(got, want, order=(0, 1, 2, 3), **tolerance):
    """Check norms and losses; norms may be tiny, so the tolerance is relative."""
    check_kinds(got, want)
    for i in order:
        theirs, ours = (torch.tensor(lists[i], dtype=torch.float64) for lists in (got, want))
        check_close(theirs, ours, Comparison._fields[i], **{"rtol": 1e-7, "atol": 0.0, **tolerance})


def sample(rng, n=12, d=6):
    """Draw a batch, and a seed for the weights."""
    return rng.normal(n, d), rng.labels(n, d), rng.seed()


def log10(norms):
    """Return the powers of ten of norms."""
    return torch.tensor(norms, dtype=torch.float64).clamp(min=1e-300).log10().tolist()


def seeded(seed):
    """Return a generator."""
    return torch.Generator().manual_seed(seed)


@pytest.mark.visible
def test_plain_vs_residual_of_empty_weights(submission):
    """Weights of 0: the plain scores are 0, the residual ones are x itself."""
    x, y = torch.tensor([[1.0, 0.0]]).double(), torch.tensor([0])
    got = submission.plain_vs_residual(3, x, y, seeded(1), gain=0.0, steps=1)
    log2, loss = 0.6931471805599453, 0.31326168751822286  # log 2 and log(1 + 1 / e)
    norm = 2**0.5 * 0.2689414213699951  # of (p, -p) with p = 1 / (1 + e), the relu of x being (1, 0)
    check_alike(got, Comparison([0.0] * 3, [norm] * 3, [log2], [loss]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth", [1, 2, 7])
def test_plain_vs_residual_before_the_first_step(submission, rng, depth):
    """Norms of each layer and first losses are those of the stated weights."""
    x, y, seed = sample(rng)
    got = submission.plain_vs_residual(depth, x, y, seeded(seed), steps=1)
    check_alike(got, compared(depth, x, y, seeded(seed), steps=1), order=(3, 1, 2, 0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth, gain, lr", [(1, 1.0, 0.5), (3, 1.0, 0.2), (6, 0.5, 0.05)])
def test_plain_vs_residual_over_some_steps(submission, rng, depth, gain, lr):
    """Each net descends from the same weights, by gradients of its own."""
    x, y, seed = sample(rng, 9, 4)
    got = submission.plain_vs_residual(depth, x, y, seeded(seed), gain, lr, 6)
    check_alike(got, compared(depth, x, y, seeded(seed), gain, lr, 6))


@pytest.mark.weight(3)
def test_plain_vs_residual_of_thirty_layers(submission, rng, draw):
    """At depth 30 the plain net's first layer gets no gradient, the other's does."""
    x, y, seed = sample(rng)
    got = submission.plain_vs_residual(30, x, y, seeded(seed))
    want = compared(30, x, y, seeded(seed))
    check_kinds(got, want)
    for i, name in enumerate(("plain", "residual")):
        draw.curve(f"log10 of the gradient norm by layer, {name}", log10(got[i]), log10(want[i]))
        draw.curve(f"loss by step, {name}", got[i + 2], want[i + 2])
    check_alike(got, want, rtol=1e-6)


def test_plain_vs_residual_of_one_sample(submission, rng):
    """A batch of one will do."""
    x, y, seed = sample(rng, 1, 5)
    got = submission.plain_vs_residual(4, x, y, seeded(seed), steps=3)
    check_alike(got, compared(4, x, y, seeded(seed), steps=3))


def test_plain_vs_residual_has_manners(submission, rng):
    """x and y stay, and torch's own random state does not move."""
    x, y, seed = sample(rng)
    check_manners(submission, lambda: submission.plain_vs_residual(2, x, y, seeded(seed), steps=2))


def test_plain_vs_residual_on_a_device(submission, rng):
    """A batch on an accelerator gives the same numbers."""
    x, y, seed = sample(rng)
    got = submission.plain_vs_residual(3, to_device(x), to_device(y), seeded(seed), steps=3)
    check_alike(got, compared(3, x, y, seeded(seed), steps=3))


def test_plain_vs_residual_names_what_it_returns(submission, rng):
    """The result is a named tuple: norms, then losses, of the two nets."""
    x, y, seed = sample(rng)
    check_fields(submission.plain_vs_residual(2, x, y, seeded(seed), steps=1), Comparison._fields)
