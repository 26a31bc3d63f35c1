"""Suite of mlp.fit_curve."""

import pytest
import torch

from grader.suite import SUMMED, check_close, check_device, check_fields, check_finite, check_that

NAMES = ("offset", "c", "b", "w")
FIELDS = (*NAMES, "losses")


def curve(x, offset, c, b, w):
    """Return L(x), one sigmoid after the other."""
    y = offset + torch.zeros_like(x)
    for i in range(len(c)):
        y = y + c[i] / (1 + torch.exp(-(b[i] + w[i] * x)))
    return y


def descend(x, y, start, lr, steps):
    """Return the four and the losses, by gradients worked out by hand."""
    offset, c, b, w = (part.clone() for part in start)
    losses = []
    for _ in range(steps):
        s = torch.special.expit(b + x[:, None] * w)  # (N, H)
        error = offset + s @ c - y
        losses.append((error**2).mean().item())
        up = 2 * error / len(x)
        inner = up[:, None] * c * s * (1 - s)
        moves = up.sum(), s.T @ up, inner.sum(0), x @ inner
        offset, c, b, w = (p - lr * g for p, g in zip((offset, c, b, w), moves, strict=True))
    return offset, c, b, w, losses


def draw(rng, n, h, dtype=torch.float64):
    """Draw points and a start."""
    start = rng.normal(dtype=dtype), *(rng.normal(h, dtype=dtype) for _ in range(3))
    return rng.uniform(n, low=-2.0, high=2.0, dtype=dtype), rng.normal(n, dtype=dtype), start


@pytest.fixture
def fit(submission, shared):
    """Fit, and return the five parts."""

    def fitted(x, y, start, lr, steps):
        got = tuple(submission.fit_curve(x, y, start, lr, steps))
        check_that(len(got) == 5, "what is returned", "a named tuple of 5", f"{len(got)} of them")
        return got

    return fitted


def check_parts(got, want, **room):
    for name, mine, theirs in zip(NAMES, got, want, strict=False):
        check_close(mine, theirs, name, **room)


@pytest.mark.visible
def test_fit_curve_of_one_step(fit):
    """c = 2, the rest 0, at x = 0 with y = 3: offset 1, c 2.5, b 0.5, loss 4."""
    start = torch.tensor(0.0), torch.tensor([2.0]), torch.tensor([0.0]), torch.tensor([0.0])
    got = fit(torch.tensor([0.0]), torch.tensor([3.0]), start, 0.25, 1)
    check_parts(got, (torch.tensor(1.0), torch.tensor([2.5]), torch.tensor([0.5]), torch.tensor([0.0])))
    check_close(got[4], [4.0], "losses", **SUMMED)


@pytest.mark.visible
def test_fit_curve_without_a_step(submission, rng):
    """With steps=0 the start comes back under its names, and no loss."""
    x, y, start = draw(rng, 5, 3)
    got = submission.fit_curve(x, y, start, 0.1, 0)
    check_fields(got, FIELDS)
    check_parts(tuple(got), start)
    check_close(got[4], [], "losses")


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "h"), [(7, 4), (1, 3), (5, 1), (4, 4)])
def test_fit_curve_takes_a_step(fit, rng, n, h):
    """One step moves all four along their own gradients, from one place."""
    x, y, start = draw(rng, n, h)
    check_parts(fit(x, y, start, 0.3, 1), descend(x, y, start, 0.3, 1))


@pytest.mark.weight(3)
def test_fit_curve_takes_ten_steps(fit, rng):
    """Ten steps end where plain gradient descent does."""
    x, y, start = draw(rng, 9, 5)
    check_parts(fit(x, y, start, 0.1, 10), descend(x, y, start, 0.1, 10))


@pytest.mark.weight(2)
def test_fit_curve_tells_the_losses(fit, rng):
    """The losses are floats, each the mean of the squares before its step."""
    x, y, start = draw(rng, 9, 5)
    check_close(fit(x, y, start, 0.1, 6)[4], descend(x, y, start, 0.1, 6)[4], "losses", **SUMMED)


def test_fit_curve_in_single_precision(fit, rng):
    """float32 points give float32 results."""
    x, y, start = draw(rng, 6, 3, torch.float32)
    check_parts(fit(x, y, start, 0.1, 3), descend(x, y, start, 0.1, 3), rtol=1e-4, atol=1e-5)


@pytest.mark.weight(3)
@pytest.mark.statistical
def test_fit_curve_bends(fit, rng, draw_waves):
    """After 1000 steps it is far nearer to a wave, between the points, than any line."""
    x, y, held_out, wave, start = draw_waves
    *parts, losses = fit(x, y, start, 0.1, 1000)
    for name, part in zip(NAMES, parts, strict=True):
        check_finite(part, name)
    error = (curve(held_out, *parts) - wave).square().mean().item()
    columns = torch.stack([torch.ones_like(x), x], dim=1)
    offset, slope = torch.linalg.lstsq(columns, y[:, None]).solution[:, 0]
    line = (offset + slope * held_out - wave).square().mean().item()
    check_that(error < 0.2 * line, "error on held-out points", f"below {0.2 * line:.3f}", f"{error:.3f}")


@pytest.fixture
def draw_waves(rng):
    """Draw points of a wave with noise, points between them without, and a start with sigmoids side by side."""
    phase = rng.uniform(low=0.0, high=6.28)
    x, held_out = rng.uniform(60, low=-2.0, high=2.0), rng.uniform(200, low=-2.0, high=2.0)
    w = rng.uniform(12, low=3.0, high=4.0)
    start = torch.zeros((), dtype=torch.float64), rng.normal(12, std=0.1), -w * torch.linspace(-2, 2, 12).double(), w
    return x, (2.5 * x + phase).sin() + rng.normal(60, std=0.05), held_out, (2.5 * held_out + phase).sin(), start


@pytest.mark.detail
def test_fit_curve_keeps_no_graph(submission, rng):
    """What comes back has no graph, and the start asks for no gradients."""

    def scenario(submission, x, y, start):
        offset, c, b, w, _ = submission.fit_curve(x, y, start, 0.1, 2)
        return [part.requires_grad for part in (offset, c, b, w)], [part.requires_grad for part in start]

    x, y, start = draw(rng, 5, 3)
    for flags in submission.run(scenario, x, y, start):
        check_that(not any(flags), "requires_grad", "False each", "True somewhere")


def test_fit_curve_on_a_device(submission, rng):
    """Points and start may lie on an accelerator, and so does the fit."""
    x, y, start = draw(rng, 6, 3, torch.float32)

    def fitted(x, y, offset, c, b, w):
        return list(submission.fit_curve(x, y, (offset, c, b, w), 0.1, 2))[:4]

    check_device(fitted, x, y, *start)
