"""Suite of optimizers.minibatch_gradient_descent.

Which samples a step used is read off the step itself: with more features than samples the rows of x are independent,
so a step is a sum over rows in one way only.
"""

import math

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


def _problem(rng, n, d):
    """Draw samples whose rows are far from dependent, with errors away from 0 at the start."""
    x = torch.eye(n, d, dtype=torch.float64) + 0.1 * rng.normal(n, d)
    w0 = rng.normal(d)
    return x, x @ w0 + 1 + rng.uniform(n), w0


def _full_batch(x, y, w0, lr, steps):
    """Descend on the mean over all samples, with autograd."""
    path = [w0]
    for _ in range(steps):
        w = path[-1].clone().requires_grad_()
        loss = ((x @ w - y) ** 2).mean() / 2
        path.append((w - lr * torch.autograd.grad(loss, w)[0]).detach())
    return torch.stack(path)


def _shares(path, x, y, lr):
    """Return by how much of its own error each sample moved the weights in each step, (T, N)."""
    moves = path[:-1] - path[1:]
    errors = path[:-1] @ x.T - y
    return moves @ torch.linalg.pinv(x) / errors / lr


def _follow(path, x, y, lr, shares):
    """Repeat every step from where it started, with these shares."""
    errors = path[:-1] @ x.T - y
    return torch.cat([path[:1], path[:-1] - lr * (shares * errors) @ x])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("epochs", "batch_size"), [(2, 3), (1, 7), (3, 20), (0, 3)])
def test_minibatch_gradient_descent_shape_and_dtype(submission, rng, shared, dtype, epochs, batch_size):
    """epochs * ceil(N / B) steps give one row more, in the dtype of w0, w0 first."""
    x, y, w0 = rng.normal(7, 3, dtype=dtype), rng.normal(7, dtype=dtype), rng.normal(3, dtype=dtype)
    got = submission.minibatch_gradient_descent(x, y, w0, 0.1, epochs, batch_size, rng.generator())
    rows = 1 + epochs * math.ceil(7 / batch_size)
    shared.check_form(got, (rows, 3), dtype, "path")
    check_like(got[0], w0, "the first row")


@pytest.mark.visible
def test_minibatch_gradient_descent_of_one_batch(submission):
    """Samples (1, 2) and (3, 6), rate 0.1, both at once: the weight goes 0, 1, 1.5."""
    x, y = torch.tensor([[1.0], [3.0]]), torch.tensor([2.0, 6.0])
    got = submission.minibatch_gradient_descent(x, y, torch.zeros(1), 0.1, 2, 2, torch.Generator())
    check_close(got, torch.tensor([[0.0], [1.0], [1.5]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("batch_size", [8, 50])
def test_minibatch_gradient_descent_with_all_samples_at_once(submission, rng, batch_size):
    """With a batch of all samples it is gradient descent on the mean of the losses."""
    x, y, w0 = rng.normal(8, 3), rng.normal(8), rng.normal(3)
    got = submission.minibatch_gradient_descent(x, y, w0, 0.2, 6, batch_size, rng.generator())
    check_close(got, _full_batch(x, y, w0, 0.2, 6))


@pytest.mark.weight(3)
@pytest.mark.parametrize(("n", "batch_size"), [(6, 2), (5, 1), (9, 3)])
def test_minibatch_gradient_descent_uses_batches(submission, rng, shared, n, batch_size):
    """Each step takes the mean over one batch, and an epoch every sample once."""
    x, y, w0 = _problem(rng, n, n + 2)
    got = submission.minibatch_gradient_descent(x, y, w0, 0.3, 3, batch_size, rng.generator())
    shared.check_form(got, (1 + 3 * (n // batch_size), len(w0)), torch.float64, "path")
    shares = _shares(got, x, y, 0.3)
    in_epochs = shares.reshape(3, n // batch_size, n).sum(1)
    check_close(
        in_epochs, torch.full((3, n), 1 / batch_size, dtype=torch.float64), "share [epoch, sample]", rtol=1e-6
    )
    check_close(
        got, _follow(got, x, y, 0.3, (shares * batch_size).round() / batch_size), "path [step, weight]"
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize(("n", "batch_size"), [(7, 3), (5, 4)])
def test_minibatch_gradient_descent_uses_what_remains(submission, rng, shared, n, batch_size):
    """The last batch of an epoch is smaller, and its mean is over what it holds."""
    x, y, w0 = _problem(rng, n, n + 1)
    got = submission.minibatch_gradient_descent(x, y, w0, 0.3, 4, batch_size, rng.generator())
    steps = math.ceil(n / batch_size)
    shared.check_form(got, (1 + 4 * steps, len(w0)), torch.float64, "path")
    shares = _shares(got, x, y, 0.3).reshape(4, steps, n)
    want = torch.ones(4, steps, dtype=torch.float64)
    check_close(shares.sum(2), want, "sum of the shares [epoch, step]", rtol=1e-6)
    sizes = (shares > 1e-6).sum(2)
    check_close(
        sizes,
        torch.tensor([batch_size] * (steps - 1) + [n % batch_size]).expand(4, -1),
        "samples [epoch, step]",
    )
    check_close(
        (shares > 1e-6).sum(1), torch.ones(4, n, dtype=torch.int64), "uses of each sample [epoch, sample]"
    )


def test_minibatch_gradient_descent_shuffles_every_epoch(submission, rng, shared):
    """Each epoch has an order of its own, and each generator too."""
    x, y, w0 = _problem(rng, 24, 24)
    orders = []
    for _ in range(2):
        got = submission.minibatch_gradient_descent(x, y, w0, 0.3, 2, 1, rng.generator())
        shared.check_form(got, (49, len(w0)), torch.float64, "path")
        orders += [part.argmax(1) for part in _shares(got, x, y, 0.3).abs().split(24)]
    moved = int((orders[0] != torch.arange(24)).sum())
    check_that(moved > 12, None, "a random order", f"{moved} of 24 samples at a place that is not their own")
    for a, b, text in (
        (0, 1, "in the next epoch"),
        (0, 2, "from another generator"),
        (2, 3, "in the next epoch"),
    ):
        moved = int((orders[a] != orders[b]).sum())
        check_that(moved > 12, None, f"another order {text}", f"{moved} of 24 samples at another place")


def test_minibatch_gradient_descent_repeats_for_equal_generators(submission, rng):
    """Generators in the same state give the same path."""
    x, y, w0, seed = rng.normal(9, 3), rng.normal(9), rng.normal(3), rng.seed()
    first, again = (
        submission.minibatch_gradient_descent(x, y, w0, 0.1, 3, 2, torch.Generator().manual_seed(seed))
        for _ in range(2)
    )
    check_close(first, again, "path from the same seed")


@pytest.mark.statistical
def test_minibatch_gradient_descent_finds_the_weights(submission, rng, draw):
    """On 64 noisy samples 20 epochs in batches of 8 come near the best weights."""
    x, noise = rng.normal(64, 2), 0.1 * rng.normal(64)
    x = (
        x @ torch.linalg.inv(torch.linalg.cholesky(x.T @ x / 64)).T
    )  # directions alike, so that one rate suits all
    w, w0 = rng.normal(2), 3 + rng.uniform(2)
    got = submission.minibatch_gradient_descent(x, x @ w + noise, w0, 0.1, 20, 8, rng.generator())
    draw.path(
        "mini-batches; the other path takes all samples",
        got,
        _full_batch(x, x @ w + noise, w0, 0.1, 160),
        lambda v: ((x @ v.T - (x @ w + noise)[:, None]) ** 2).mean(0),
    )
    check_close(
        got[-1] if type(got) is torch.Tensor and got.ndim else got, w, "the last weights", rtol=0.0, atol=0.3
    )


@pytest.mark.detail
def test_minibatch_gradient_descent_keeps_no_graph(submission, rng):
    """The path has no graph, and a gradient that w0 requires stays as it is."""

    def descend(submission, x, y, w0, generator):
        w0 = w0.clone().requires_grad_()
        path = submission.minibatch_gradient_descent(x, y, w0, 0.1, 2, 2, generator)
        return {"graph": path.requires_grad, "grad of w0": None if w0.grad is None else w0.grad.clone()}

    got = submission.run(descend, rng.normal(5, 3), rng.normal(5), rng.normal(3), rng.generator())
    check_close(got, {"graph": False, "grad of w0": None}, "after the steps")


def test_minibatch_gradient_descent_is_made_by_hand(submission, rng):
    """The steps are made without torch.optim, and torch's own random state stays."""
    arguments = (rng.normal(5, 3), rng.normal(5), rng.normal(3), 0.1, 2, 2, rng.generator())
    check_manners(submission, lambda: submission.minibatch_gradient_descent(*arguments))
    check_by_hand(
        submission,
        lambda: submission.minibatch_gradient_descent(*arguments),
        forbidden=("optim", "DataLoader", "BatchSampler", "RandomSampler"),
        task="minibatch_gradient_descent",
    )


def test_minibatch_gradient_descent_on_a_device(submission, rng):
    """On an accelerator, with a generator on the CPU, the steps are the same."""
    seed = rng.seed()

    def descend(x, y, w0):
        generator = torch.Generator().manual_seed(seed)
        return submission.minibatch_gradient_descent(x, y, w0, 0.1, 2, 2, generator)

    check_device(descend, rng.normal(5, 3), rng.normal(5), rng.normal(3))
