"""Suite of optimizers.escape_saddle."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_like,
    check_manners,
    check_that,
)


def saddle(submission, x0, lr, noise, steps, generator):
    """Start on x^2 / 2 - y^2 / 2 + y^4 / 4: a saddle at 0, its two lowest points at y = 1 and y = -1."""
    return submission.escape_saddle(
        lambda x: x[0] ** 2 / 2 - x[1] ** 2 / 2 + x[1] ** 4 / 4, x0, lr, noise, steps, generator
    )


def tilted(submission, x0, slope, lr, noise, steps, generator):
    """Start on a plane with this slope."""
    return submission.escape_saddle(lambda x: (slope * x).sum(), x0, lr, noise, steps, generator)


def _slope(x):
    return torch.stack([x[..., 0], x[..., 1] ** 3 - x[..., 1]], -1)


def _without_noise(x0, lr, steps):
    path = [x0]
    for _ in range(steps):
        path.append(path[-1] - lr * _slope(path[-1]))
    return torch.stack(path)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_escape_saddle_shape_and_dtype(submission, rng, shared, dtype, shape):
    """T steps give T + 1 points of the shape and dtype of x0, x0 first."""
    x0, slope = rng.normal(*shape, dtype=dtype), rng.normal(*shape, dtype=dtype)
    got = submission.run(tilted, x0, slope, 0.1, 0.5, 4, rng.generator())
    shared.check_form(got, (5, *shape), dtype, "path")
    check_like(got[0], x0, "the first point")


@pytest.mark.visible
def test_escape_saddle_stays_without_noise(submission, rng):
    """Without noise the saddle holds a start at 0 for ever."""
    got = submission.run(saddle, torch.zeros(2, dtype=torch.float64), 0.1, 0.0, 20, rng.generator())
    check_close(got, torch.zeros(21, 2, dtype=torch.float64))


@pytest.mark.weight(2)
def test_escape_saddle_without_noise_is_gradient_descent(submission, rng):
    """With noise 0 the path follows the gradient, which is taken anew in every step."""
    x0 = torch.stack([rng.normal(), rng.uniform()])
    got = submission.run(saddle, x0, 0.2, 0.0, 30, rng.generator())
    check_close(got, _without_noise(x0, 0.2, 30))


@pytest.mark.weight(2)
@pytest.mark.statistical
@pytest.mark.parametrize(("lr", "noise"), [(0.1, 0.5), (0.02, 3.0)])
def test_escape_saddle_adds_noise_to_the_gradient(submission, rng, shared, lr, noise):
    """Each step is lr * (gradient + noise * z), with z standard normal."""
    slope = 0.2 * rng.normal(10)
    got = submission.run(tilted, rng.normal(10), slope, lr, noise, 400, rng.generator())
    shared.check_form(got, (401, 10), torch.float64, "path")
    z = ((got[:-1] - got[1:]) / lr - slope) / noise
    one, zeros = torch.tensor(1.0, dtype=torch.float64), torch.zeros(10, dtype=torch.float64)
    # Each tolerance is at least six standard errors.
    check_close(z.std(), one, "deviation of all z", rtol=0.07, atol=0.0)
    check_close((z**4).mean(), 3 * one, "mean of z^4 of all z", rtol=0.0, atol=1.0)
    check_close(z.mean(0), zeros, "mean of z [entry]", rtol=0.0, atol=0.32)
    check_close(z.T.cov(), torch.diag(zeros + 1), "covariance of z [entry, entry]", rtol=0.0, atol=0.45)
    for lag in (1, 2):
        check_close(
            (z[lag:] * z[:-lag]).mean(0), zeros, f"products of z, {lag} steps apart", rtol=0.0, atol=0.32
        )


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_escape_saddle_leaves_the_saddle(submission, rng, shared, draw):
    """From the saddle 160 noisy steps reach the height of the lowest points."""
    x0 = torch.zeros(2, dtype=torch.float64)
    got = submission.run(saddle, x0, 0.2, 0.1, 160, rng.generator())
    z, own = rng.normal(160, 2), [x0]
    for row in z:
        own.append(own[-1] - 0.2 * (_slope(own[-1]) + 0.1 * row))
    draw.path(
        "from a saddle, with noise", got, torch.stack(own),
        lambda w: w[:, 0] ** 2 / 2 - w[:, 1] ** 2 / 2 + w[:, 1] ** 4 / 4,
    )  # fmt: skip
    shared.check_form(got, (161, 2), torch.float64, "path")
    x, y = got[-50:].T
    height = (x**2 / 2 - y**2 / 2 + y**4 / 4).mean()
    check_close(
        height,
        torch.tensor(-0.25, dtype=torch.float64),
        "mean height of the last 50 points",
        rtol=0.0,
        atol=0.1,
    )


def test_escape_saddle_draws_from_the_generator_only(submission, rng):
    """Equal generators give the same path, others another; torch's own stays."""
    x0, slope, seed = rng.normal(3), rng.normal(3), rng.seed()

    def play(seed):
        return submission.run(tilted, x0, slope, 0.1, 1.0, 5, torch.Generator().manual_seed(seed))

    check_manners(submission, lambda: play(seed))
    first, again, other = play(seed), play(seed), play(seed + 1)
    check_close(first, again, "path from the same seed")
    check_close(first[0], x0, "the first point")
    apart = (first[-1] - other[-1]).abs().max().item()
    check_that(apart > 1e-6, None, "another path from another seed", f"points {apart:.1g} apart")


@pytest.mark.detail
def test_escape_saddle_keeps_no_graph(submission, rng):
    """The points have no graph, and a gradient that x0 requires stays as it is."""

    def descend(submission, x0, generator):
        x0 = x0.clone().requires_grad_()
        path = submission.escape_saddle(lambda x: (x**2).sum(), x0, 0.1, 0.5, 3, generator)
        return {"graph": path.requires_grad, "grad of x0": None if x0.grad is None else x0.grad.clone()}

    got = submission.run(descend, rng.normal(3), rng.generator())
    check_close(got, {"graph": False, "grad of x0": None}, "after the steps")


def test_escape_saddle_is_made_by_hand(submission, rng):
    """The steps are made without torch.optim."""
    x0, slope = rng.normal(3), rng.normal(3)
    check_by_hand(
        submission,
        lambda: submission.run(tilted, x0, slope, 0.1, 0.5, 3, rng.generator()),
        forbidden=("optim", "SGD"),
        task="escape_saddle",
    )


def test_escape_saddle_on_a_device(submission, rng):
    """On an accelerator, with a generator on the CPU, the points are the same."""
    seed = rng.seed()

    def descend(x0, slope):
        return submission.run(tilted, x0, slope, 0.1, 0.5, 4, torch.Generator().manual_seed(seed))

    check_device(descend, rng.normal(3), rng.normal(3))
