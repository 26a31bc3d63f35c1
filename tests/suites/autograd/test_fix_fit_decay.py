"""fix_fit_decay: each of its four mistakes alone, then all that the docstring says.

Without a penalty it does not matter how that is made; up to the second loss no gradient is old; and losses are compared
by value, whatever graph they hang on.
"""

import pytest
import torch

from grader.suite import SUMMED, check_close, check_device, check_equal, check_manners, check_shape

ROOM = {"rtol": 1e-7, "atol": 1e-9}


def by_formulas(x, y, strength, lr, epochs):
    """The oracle: both slopes by hand, in plain floats."""
    a = k = 1.0
    seen = []
    for _ in range(epochs):
        curve = torch.exp(-k * x)
        off = a * curve - y
        seen.append((float((off**2).mean()) + strength * k**2, a, k))
        slope_of_a = float((2 * off * curve).mean())
        slope_of_k = float((-2 * off * a * x * curve).mean()) + 2 * strength * k
        a, k = a - lr * slope_of_a, k - lr * slope_of_k
    _, best_a, best_k = min(seen, key=lambda row: row[0])
    return best_a, best_k, torch.tensor([loss for loss, _, _ in seen], dtype=x.dtype)


def points(rng, n=7, dtype=torch.float64):
    """Draw points of a noisy decay."""
    x = rng.uniform(n, low=0.0, high=2.0)
    return x.to(dtype), (1.7 * torch.exp(-0.6 * x) + 0.2 * rng.normal(n)).to(dtype)


def numbers(value):
    """Return the values of a result, whatever graph it hangs on."""
    return value.detach() if isinstance(value, torch.Tensor) else value


@pytest.mark.visible
def test_fix_fit_decay_shape(submission, rng):
    """Five epochs: a and k without axes, and five losses."""
    got = submission.fix_fit_decay(*points(rng), 0.1, 0.1, 5)
    check_shape(got.losses, (5,), "losses")
    check_shape(got.a, (), "a")
    check_shape(got.k, (), "k")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_fit_decay_pays_for_a_large_k(submission):
    """Points on the curve, strength 1: k goes from 1 to 0.8; losses 1 and 0.64."""
    x = torch.zeros(3, dtype=torch.float64)
    got = submission.fix_fit_decay(x, torch.ones_like(x), 1.0, 0.1, 2)
    check_close(numbers(got.losses), torch.tensor([1.0, 0.64], dtype=torch.float64), "losses", **ROOM)


@pytest.mark.weight(2)
def test_fix_fit_decay_forgets_old_gradients(submission, rng):
    """Without a penalty every loss of eight epochs is that of plain descent."""
    x, y = points(rng)
    _, _, losses = by_formulas(x, y, 0.0, 0.2, 8)
    check_close(numbers(submission.fix_fit_decay(x, y, 0.0, 0.2, 8).losses), losses, "losses", **ROOM)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_fit_decay_returns_the_best_curve(submission, rng):
    """After one epoch the best are the first a and k, 1 and 1, not the updated ones."""
    x, y = points(rng)
    got = submission.fix_fit_decay(x, y, 0.0, 0.1, 1)
    one = torch.tensor(1.0, dtype=torch.float64)
    check_close(numbers(got.a), one, "a")
    check_close(numbers(got.k), one, "k")


@pytest.mark.weight(2)
def test_fix_fit_decay_is_outside_the_graph(submission, rng):
    """a, k and losses are plain tensors without a graph."""
    got = submission.fix_fit_decay(*points(rng), 0.1, 0.1, 3)
    flags = {name: getattr(got, name).requires_grad for name in ("a", "k", "losses")}
    check_equal(flags, {"a": False, "k": False, "losses": False}, "requires_grad")


@pytest.mark.weight(3)
@pytest.mark.parametrize(("strength", "lr", "epochs"), [(0.0, 0.3, 12), (0.2, 0.1, 9), (1.5, 0.25, 6)])
def test_fix_fit_decay_matches_the_formulas(submission, rng, strength, lr, epochs):
    """Losses, a and k are those of the derivatives worked out by hand."""
    x, y = points(rng)
    got, (a, k, losses) = submission.fix_fit_decay(x, y, strength, lr, epochs), by_formulas(x, y, strength, lr, epochs)
    check_close(numbers(got.losses), losses, "losses", **ROOM)
    check_close(numbers(got.a), torch.tensor(a, dtype=torch.float64), "a", **ROOM)
    check_close(numbers(got.k), torch.tensor(k, dtype=torch.float64), "k", **ROOM)


@pytest.mark.weight(2)
def test_fix_fit_decay_when_the_loss_rises_again(submission, rng):
    """Where k settles at once and a swings more and more, the best lies in between."""
    x, y = torch.zeros(6, dtype=torch.float64), 1 + rng.uniform(6, low=0.05, high=0.15)
    a, k, losses = by_formulas(x, y, 0.4, 1.1, 7)
    got = submission.fix_fit_decay(x, y, 0.4, 1.1, 7)
    check_close(numbers(got.losses), losses, "losses", **ROOM)
    check_close(numbers(got.a), torch.tensor(a, dtype=torch.float64), "a", **ROOM)
    check_close(numbers(got.k), torch.tensor(k, dtype=torch.float64), "k", **ROOM)


@pytest.mark.detail
def test_fix_fit_decay_of_points_with_gradients(submission, rng):
    """Points that require gradients are fitted, and their grad stays empty."""

    def scenario(submission, x, y):
        x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
        fit = submission.fix_fit_decay(x, y, 0.1, 0.1, 3)
        return fit.a.detach(), x.grad is None and y.grad is None

    x, y = points(rng)
    a, _, _ = by_formulas(x, y, 0.1, 0.1, 3)
    got = submission.run(scenario, x, y)
    check_close(got[0], torch.tensor(a, dtype=torch.float64), "a", **ROOM)
    check_equal(got[1], True, "whether the grad of the points is empty")


def test_fix_fit_decay_in_single_precision(submission, rng):
    """float32 points make float32 results."""
    x, y = points(rng, dtype=torch.float32)
    a, k, losses = by_formulas(x, y, 0.1, 0.1, 5)
    got = submission.fix_fit_decay(x, y, 0.1, 0.1, 5)
    check_close(numbers(got.losses), losses, "losses", rtol=1e-3, atol=1e-4)
    check_close(numbers(got.a), torch.tensor(a), "a", rtol=1e-3, atol=1e-4)
    check_close(numbers(got.k), torch.tensor(k), "k", rtol=1e-3, atol=1e-4)


def test_fix_fit_decay_manners(submission, rng):
    """The points and torch's state stay as they were."""
    x, y = points(rng)
    check_manners(submission, lambda: submission.fix_fit_decay(x, y, 0.1, 0.1, 3))


def test_fix_fit_decay_on_a_device(submission, rng):
    """The fit is made, and comes back, on the device of the points."""
    check_device(submission.fix_fit_decay, *points(rng), 0.1, 0.1, 4, **SUMMED)
