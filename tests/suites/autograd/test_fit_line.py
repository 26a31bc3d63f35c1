"""Suite of autograd.fit_line."""

import pytest
import torch

from grader.suite import (
    SUMMED,
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
    check_raises,
)


def trajectory(x, y, lr, epochs):
    """Follow the formulas with plain numbers; return w, b and the loss before each update."""
    xs, ys, n = x.double().tolist(), y.double().tolist(), len(x)
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        errors = [w * p + b - q for p, q in zip(xs, ys, strict=True)]
        losses.append(sum(e * e for e in errors) / n)
        slope_w, slope_b = (sum(e * p for e, p in zip(errors, xs, strict=True)), sum(errors))
        w, b = w - lr * 2 * slope_w / n, b - lr * 2 * slope_b / n
    return w, b, losses


def check_fit(got, x, y, lr, epochs):
    """Check losses first: they tell where a path leaves the right one."""
    w, b, losses = trajectory(x, y, lr, epochs)
    kept = SUMMED if x.dtype == torch.float64 else {}  # right code may keep its losses in float32
    check_close(got.losses, torch.tensor(losses, dtype=x.dtype), "losses", **kept)
    check_close(got.w, torch.tensor(w, dtype=x.dtype), "w")
    check_close(got.b, torch.tensor(b, dtype=x.dtype), "b")


def points(rng, n, dtype=torch.float64):
    """Draw n points near a random line, not centred at 0."""
    x = rng.normal(n, mean=0.5)
    return x.to(dtype), (rng.normal() * x + rng.normal() + 0.1 * rng.normal(n)).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_fit_line_shape_and_dtype(submission, rng, dtype):
    """w and b have no axes, losses one entry an epoch, all in the dtype of x."""
    x, y = points(rng, 5, dtype)
    got = submission.fit_line(x, y, 0.1, 3)
    for name, shape in (("w", ()), ("b", ()), ("losses", (3,))):
        check_like(getattr(got, name), torch.zeros(shape, dtype=dtype), name)


@pytest.mark.visible
def test_fit_line_one_epoch(submission):
    """(1, 2) and (2, 4): the loss is 10, the slopes -10 and -6; w = 1, b = 0.6."""
    got = submission.fit_line(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), lr=0.1, epochs=1)
    check_close(got.losses, torch.tensor([10.0]), "losses")
    check_close((got.w, got.b), (torch.tensor(1.0), torch.tensor(0.6)), "w and b")


@pytest.mark.visible
def test_fit_line_two_epochs(submission):
    """The second epoch has new gradients, -3.2 and -1.8: w = 1.32, b = 0.78."""
    got = submission.fit_line(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), lr=0.1, epochs=2)
    check_close(got.losses, torch.tensor([10.0, 1.06]), "losses")
    check_close((got.w, got.b), (torch.tensor(1.32), torch.tensor(0.78)), "w and b")


@pytest.mark.weight(3)
@pytest.mark.parametrize(("n", "lr", "epochs"), [(7, 0.1, 20), (1, 0.2, 5), (40, 0.03, 8)])
def test_fit_line_follows_the_formulas(submission, rng, draw, n, lr, epochs):
    """Every loss and the last w and b agree with the formulas in plain numbers."""
    x, y = points(rng, n)
    got = submission.fit_line(x, y, lr, epochs)
    draw.curve("loss of each epoch", got.losses, trajectory(x, y, lr, epochs)[2])
    check_fit(got, x, y, lr, epochs)


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_fit_line_finds_the_line(submission, rng, draw):
    """Points on a line lead to that line: loss below 1e-9 after 150 epochs."""
    x = torch.linspace(-1.5, 2.0, 12, dtype=torch.float64)[rng.permutation(12)]
    w, b = rng.uniform(low=0.5, high=2.0), rng.normal()
    y = w * x + b
    got = submission.fit_line(x, y, 0.3, 150)
    draw.curve("loss of each epoch", got.losses, trajectory(x, y, 0.3, 150)[2])
    check_close(got.losses[-1], torch.zeros((), dtype=torch.float64), "the last loss", atol=1e-9)
    check_close((got.w, got.b), (w, b), "w and b", rtol=1e-4, atol=1e-4)


def test_fit_line_diverges_when_steps_are_too_large(submission, rng):
    """With a learning rate that is too large the losses grow, as the formulas say."""
    x, y = 3 + rng.uniform(6), rng.normal(6, mean=2.0)
    check_fit(submission.fit_line(x, y, 0.5, 6), x, y, 0.5, 6)


def test_fit_line_without_epochs(submission, rng):
    """No epochs leave w and b at 0, and losses empty."""
    x, y = points(rng, 4)
    check_fit(submission.fit_line(x, y, 0.1, 0), x, y, 0.1, 0)


def test_fit_line_is_outside_the_graph(submission, rng):
    """w, b and losses are plain tensors without a graph."""
    x, y = points(rng, 5)
    got = submission.fit_line(x, y, 0.1, 3)
    check_fit(got, x, y, 0.1, 3)
    flags = {name: getattr(got, name).requires_grad for name in ("w", "b", "losses")}
    check_equal(flags, {"w": False, "b": False, "losses": False}, "requires_grad")


@pytest.mark.detail
def test_fit_line_leaves_the_grad_of_the_points_alone(submission, rng):
    """Points that require gradients get none: only w and b are trained."""

    def scenario(submission, x, y):
        x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
        fit = submission.fit_line(x, y, 0.1, 3)
        return {"losses": fit.losses.detach(), "grads": [x.grad, y.grad]}

    x, y = points(rng, 5)
    losses = torch.tensor(trajectory(x, y, 0.1, 3)[2], dtype=torch.float64)
    want = {"losses": losses, "grads": [None, None]}
    check_close(submission.run(scenario, x, y), want, "what is left", **SUMMED)


@pytest.mark.parametrize("shape", [(5, 1), (1,), (4,)])
def test_fit_line_refuses_another_y(submission, rng, shape):
    """A y that has not the shape of x raises a ValueError about y."""
    with check_raises(ValueError, naming="y"):
        submission.fit_line(rng.normal(5), rng.normal(*shape), 0.1, 2)


@pytest.mark.detail
def test_fit_line_has_manners(submission, rng):
    """Strided and expanded points are left alone, as are random state and modes."""
    x, y = rng.normal(10)[::2], rng.normal(1).expand(5)
    check_manners(submission, lambda: submission.fit_line(x, y, 0.1, 2))
    check_fit(submission.fit_line(x, y, 0.1, 2), x, y, 0.1, 2)


def test_fit_line_updates_by_hand(submission, rng):
    """The updates are written out, without torch.optim."""
    x, y = points(rng, 4)
    call = {"forbidden": ("optim", "SGD", "Adam"), "task": "fit_line"}
    check_by_hand(submission, lambda: submission.fit_line(x, y, 0.1, 2), **call)


def test_fit_line_on_a_device(submission, rng):
    """On an accelerator the fit is the same and stays there."""
    x, y = points(rng, 5)
    check_device(lambda *arguments: tuple(submission.fit_line(*arguments)), x, y, 0.1, 3)
