"""Suite of optimizers.fit_linear."""

import itertools

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_like,
    check_manners,
    check_raises,
    check_that,
)

ROOM = {"rtol": 1e-6, "atol": 1e-6}  # ten times what sums and counts in float32 may be off


def _full_batch(x, y, lr, epochs):
    """Descend on the mean squared error of all samples, by its formula."""
    w, b, losses = torch.zeros_like(x[0]), torch.zeros_like(x[0, 0]), []
    for _ in range(epochs):
        error = x @ w + b - y
        losses.append((error**2).mean().item())
        w, b = w - lr * 2 * x.T @ error / len(x), b - lr * 2 * error.mean()
    return w, b, losses


def _every_order(x, y, lr, epochs, batch_size):
    """Train with every way to cut every epoch; return w, b and losses of all of them, one row each."""
    n = len(x)
    cuts = [range(i, min(i + batch_size, n)) for i in range(0, n, batch_size)]
    ways = {
        tuple(frozenset(order[i] for i in cut) for cut in cuts) for order in itertools.permutations(range(n))
    }
    weight = torch.tensor(
        [[[float(i in batch) for i in range(n)] for batch in way] for way in ways], dtype=x.dtype
    )
    w, b, losses = x.new_zeros(1, x.shape[1]), x.new_zeros(1), x.new_zeros(1, 0)
    for _ in range(epochs):
        w, b, losses = (part.repeat_interleave(len(ways), 0) for part in (w, b, losses))
        chosen, total = weight.repeat(len(w) // len(ways), 1, 1), 0
        for step in range(len(cuts)):
            error = (w @ x.T + b[:, None] - y) * chosen[:, step]
            total = total + (error**2).sum(1)
            size = chosen[:, step].sum(1)
            w, b = w - lr * 2 * error @ x / size[:, None], b - lr * 2 * error.sum(1) / size
        losses = torch.cat([losses, total[:, None] / n], 1)
    return torch.cat([w, b[:, None], losses], 1)


def _parts(fit):
    """Return w, b and losses of whatever came back."""
    parts = list(fit) if isinstance(fit, (tuple, list)) or hasattr(fit, "_fields") else []
    check_that(len(parts) == 3, "what comes back", "w, b and losses", f"{len(parts) or 'one'} of them")
    return parts


def _blank(losses):
    """Return the losses as zeros: how many there are, and of which kind."""
    return (
        [part * 0.0 if type(part) is float else part for part in losses] if type(losses) is list else losses
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("epochs", "batch_size"), [(3, 2), (1, 20), (0, 2)])
def test_fit_linear_shape_and_dtype(submission, rng, shared, dtype, epochs, batch_size):
    """w is (D,), b a number, in the dtype of x; losses are floats, one an epoch."""
    x, y = rng.normal(7, 3, dtype=dtype), rng.normal(7, dtype=dtype)
    w, b, losses = _parts(submission.fit_linear(x, y, 0.05, epochs, batch_size, rng.generator()))
    shared.check_form(w, (3,), dtype, "w")
    shared.check_form(b, (), dtype, "b")
    blank = (
        [0.0 * part if type(part) is float else part for part in losses] if type(losses) is list else losses
    )
    check_like(blank, [0.0] * epochs, "losses, all set to 0")


@pytest.mark.visible
def test_fit_linear_of_one_epoch(submission):
    """Points (1, 2), (3, 6) and rate 0.1: w = 2, b = 0.8, and the loss was 20."""
    x, y = torch.tensor([[1.0], [3.0]]), torch.tensor([2.0, 6.0])
    w, b, losses = _parts(submission.fit_linear(x, y, 0.1, 1, 2, torch.Generator()))
    check_close(w, torch.tensor([2.0]), "w")
    check_close(b, torch.tensor(0.8), "b")
    check_close(losses, [20.0], "losses")


@pytest.mark.weight(3)
@pytest.mark.parametrize("batch_size", [8, 100])
def test_fit_linear_with_all_samples_at_once(submission, rng, batch_size):
    """With a batch of all samples w, b and losses follow the formula of the mean."""
    x, y = rng.normal(8, 3), rng.normal(8) + 1
    got = _parts(submission.fit_linear(x, y, 0.05, 9, batch_size, rng.generator()))
    for part, want, name in zip(got, _full_batch(x, y, 0.05, 9), ("w", "b", "losses"), strict=True):
        check_close(part, want, name, **ROOM)


@pytest.mark.weight(3)
@pytest.mark.parametrize(("n", "batch_size", "epochs"), [(4, 2, 2), (5, 2, 1), (4, 3, 3), (4, 1, 2)])
def test_fit_linear_with_batches(submission, rng, shared, n, batch_size, epochs):
    """In batches, the result is that of one of the possible orders."""
    x, y = rng.normal(n, 2), rng.normal(n) + 1
    w, b, losses = _parts(submission.fit_linear(x, y, 0.05, epochs, batch_size, rng.generator()))
    shared.check_form(w, (2,), torch.float64, "w")
    shared.check_form(b, (), torch.float64, "b")
    check_close(
        _blank(losses),
        [0.0] * epochs,
        "losses, all set to 0",
    )
    got = torch.cat([w, b[None], torch.tensor(losses, dtype=torch.float64)])
    every = _every_order(x, y, 0.05, epochs, batch_size)
    check_close(
        got,
        every[(every - got).abs().amax(1).argmin()],
        "w, b and losses, by the nearest possible order",
        **ROOM,
    )


def test_fit_linear_counts_every_sample_in_its_losses(submission, rng):
    """With rate 0 each loss is the mean square of y, whatever the batches are."""
    x, y = rng.normal(7, 2), rng.normal(7)
    for batch_size in (1, 3, 4, 7):
        _, _, losses = _parts(submission.fit_linear(x, y, 0.0, 3, batch_size, rng.generator()))
        check_close(losses, [(y**2).mean().item()] * 3, f"losses with batches of {batch_size}", **ROOM)


def test_fit_linear_draws_from_the_generator(submission, rng):
    """Equal generators give the same fit, others another."""
    x, y, seed = rng.normal(12, 2), rng.normal(12), rng.seed()

    def fit(seed):
        return _parts(submission.fit_linear(x, y, 0.1, 2, 1, torch.Generator().manual_seed(seed)))

    (first, *_), (again, *_), (other, *_) = fit(seed), fit(seed), fit(seed + 1)
    check_close(first, again, "w from the same seed")
    check_close(other * 0 if type(other) is torch.Tensor else other, first * 0, "0 times w from another seed")
    apart = (first - other).abs().max().item()
    check_that(apart > 1e-9, None, "another w from another seed", f"weights {apart:.1g} apart")


def test_fit_linear_draws_nothing_else(submission, rng):
    """torch's own random state stays as it was."""
    x, y, generator = rng.normal(12, 2), rng.normal(12), rng.generator()
    check_manners(submission, lambda: submission.fit_linear(x, y, 0.1, 2, 1, generator))


def test_fit_linear_shuffles_every_epoch(submission, rng):
    """Every epoch has an order of its own: either of two samples may come first."""
    x, y = torch.zeros(2, 1, dtype=torch.float64), torch.tensor([-1.0, 2.0], dtype=torch.float64)
    _, _, losses = _parts(submission.fit_linear(x, y, 0.4, 80, 1, rng.generator()))
    check_close(_blank(losses), [0.0] * 80, "losses, all set to 0")
    b, firsts = 0.0, []
    for loss in losses:  # which order it was shows in the loss
        ways = []
        for first, second in ((-1.0, 2.0), (2.0, -1.0)):
            between = b - 0.8 * (b - first)
            seen = ((b - first) ** 2 + (between - second) ** 2) / 2
            ways.append((abs(seen - loss), first, between - 0.8 * (between - second)))
        _, first, b = min(ways)
        firsts.append(first)
    ups = firsts.count(2.0)
    check_that(
        12 < ups < 68,
        None,
        "either sample first in some of 80 epochs",
        f"the second one first in {ups} of them",
    )


@pytest.mark.statistical
def test_fit_linear_recovers_a_plane(submission, rng, draw):
    """From 80 noisy samples it predicts new ones nearly as well as the noise allows."""
    w, x, new = rng.normal(3), rng.uniform(80, 3, low=-1.7, high=1.7), rng.uniform(40, 3, low=-1.7, high=1.7)
    y = x @ w + 4 + 0.1 * rng.normal(80)
    got_w, got_b, losses = _parts(submission.fit_linear(x, y, 0.05, 15, 10, rng.generator()))
    draw.curve(
        "loss of each epoch; the other takes all samples at once", losses, _full_batch(x, y, 0.05, 15)[2]
    )
    check_close(got_w, w, "w", rtol=0.0, atol=0.2)
    check_close(got_b, torch.tensor(4.0, dtype=torch.float64), "b", rtol=0.0, atol=0.2)
    error = (new @ (got_w - w) + got_b - 4).square().mean().sqrt().item()
    check_that(
        error < 0.15, None, "new samples predicted within 0.15 on average", f"an average error of {error:.2g}"
    )


@pytest.mark.detail
def test_fit_linear_keeps_no_graph(submission, rng):
    """w and b have no graph."""

    def fit(submission, x, y, generator):
        w, b, losses = submission.fit_linear(x, y, 0.05, 3, 10, generator)
        return {"w": w.detach().clone(), "graphs": [w.requires_grad, b.requires_grad], "losses": losses}

    x, y = rng.normal(6, 2), rng.normal(6)
    w, _, losses = _full_batch(x, y, 0.05, 3)
    got = submission.run(fit, x, y, rng.generator())
    check_close(got, {"w": w, "graphs": [False, False], "losses": losses}, "the fit", **ROOM)


@pytest.mark.parametrize("shape", [(5, 1), (4,)])
def test_fit_linear_refuses_other_targets(submission, rng, shape):
    """A y of another shape than (N,) raises a ValueError about y."""
    with check_raises(ValueError, naming="y"):
        submission.fit_linear(rng.normal(5, 3), rng.normal(*shape), 0.1, 1, 2, rng.generator())


def test_fit_linear_is_made_by_hand(submission, rng):
    """The training is made without torch.optim and torch.utils.data."""
    x, y = rng.normal(5, 3), rng.normal(5)
    check_by_hand(
        submission,
        lambda: submission.fit_linear(x, y, 0.1, 2, 2, rng.generator()),
        forbidden=("optim", "DataLoader", "BatchSampler", "RandomSampler", "lstsq", "linalg_lstsq"),
        task="fit_linear",
    )


def test_fit_linear_on_a_device(submission, rng):
    """On an accelerator, with a generator on the CPU, the fit is the same."""
    seed = rng.seed()

    def fit(x, y):
        w, b, losses = _parts(submission.fit_linear(x, y, 0.1, 2, 2, torch.Generator().manual_seed(seed)))
        return {"w": w, "b": b, "losses": losses}

    check_device(fit, rng.normal(5, 3), rng.normal(5))
