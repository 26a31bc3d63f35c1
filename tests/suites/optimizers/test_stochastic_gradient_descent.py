"""Suite of optimizers.stochastic_gradient_descent."""

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


def _oracle(x, y, w0, lr, order):
    """Step along the gradient that autograd finds for the loss of each sample."""
    path = [w0.detach()]
    for i in order.tolist():
        w = path[-1].clone().requires_grad_()
        loss = (x[i].detach().dot(w) - y[i].detach()) ** 2 / 2
        path.append((w - lr * torch.autograd.grad(loss, w)[0]).detach())
    return torch.stack(path)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_stochastic_gradient_descent_shape_and_dtype(submission, rng, dtype):
    """T samples give T + 1 rows of weights in the dtype of w0, w0 first."""
    x, y, w0 = rng.normal(6, 3, dtype=dtype), rng.normal(6, dtype=dtype), rng.normal(3, dtype=dtype)
    order = rng.integers(0, 6, 4)
    check_like(submission.stochastic_gradient_descent(x, y, w0, 0.1, order), _oracle(x, y, w0, 0.1, order))


@pytest.mark.visible
def test_stochastic_gradient_descent_of_two_samples(submission):
    """Rows (1, 0) and (1, 2), targets 2 and 5, rate 0.5: (0, 0), (1, 0), (3, 4)."""
    x, y = torch.tensor([[1.0, 0.0], [1.0, 2.0]]), torch.tensor([2.0, 5.0])
    got = submission.stochastic_gradient_descent(x, y, torch.zeros(2), 0.5, torch.tensor([0, 1]))
    check_close(got, torch.tensor([[0.0, 0.0], [1.0, 0.0], [3.0, 4.0]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(6, 3, 6), (4, 2, 15), (9, 5, 2), (1, 1, 3)])
def test_stochastic_gradient_descent_follows_its_order(submission, rng, sizes):
    """Samples are used one by one in the given order, some often and some never."""
    n, d, t = sizes
    x, y, w0, order = rng.normal(n, d), rng.normal(n), rng.normal(d), rng.integers(0, n, t)
    got = submission.stochastic_gradient_descent(x, y, w0, 0.07, order)
    check_close(got, _oracle(x, y, w0, 0.07, order))


def test_stochastic_gradient_descent_of_no_sample(submission, rng):
    """An empty order gives w0 alone."""
    order, w0 = torch.zeros(0, dtype=torch.int64), rng.normal(3)
    check_close(
        submission.stochastic_gradient_descent(rng.normal(5, 3), rng.normal(5), w0, 0.1, order), w0[None]
    )


def test_stochastic_gradient_descent_depends_on_the_order(submission, rng):
    """The same samples the other way round lead elsewhere."""
    x, y, w0, order = rng.normal(5, 3), rng.normal(5), rng.normal(3), torch.arange(5)
    for chosen in (order, order.flip(0)):
        got = submission.stochastic_gradient_descent(x, y, w0, 0.1, chosen)
        check_close(got, _oracle(x, y, w0, 0.1, chosen), f"weights for the order {chosen.tolist()}")


def test_stochastic_gradient_descent_settles_where_all_samples_agree(submission, rng, draw):
    """Where all samples agree the steps end at the true weights."""
    angle, w, w0 = rng.uniform(20, high=6.28), rng.normal(2), 3 + rng.normal(2)
    x = torch.stack([angle.cos(), angle.sin()], 1)
    x[0], x[1] = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    order = torch.cat([rng.permutation(20) for _ in range(30)])
    got, want = (f(x, x @ w, w0, 0.8, order) for f in (submission.stochastic_gradient_descent, _oracle))
    draw.path(
        "one sample at a time, towards the true weights", got, want,
        lambda v: ((x @ (v - w).T) ** 2).mean(0),
    )  # fmt: skip
    check_close(got, want)
    off = (got[-1] - w).abs().max().item()
    check_that(off < 1e-3, None, "weights within 0.001 of the true ones", f"weights {off:.1e} away from them")


def test_stochastic_gradient_descent_never_settles_under_noise(submission, rng, draw):
    """Samples that contradict each other keep pulling the weights to and fro."""
    x, y = torch.ones(2, 1, dtype=torch.float64), torch.tensor([-1.0, 1.0], dtype=torch.float64)
    w0, order = rng.normal(1), torch.arange(60) % 2
    got, want = (f(x, y, w0, 0.5, order) for f in (submission.stochastic_gradient_descent, _oracle))
    draw.curve(
        "a weight between two samples", got.flatten() if type(got) is torch.Tensor else got, want.flatten()
    )
    check_close(got, want)


@pytest.mark.detail
def test_stochastic_gradient_descent_keeps_no_graph(submission, rng):
    """The weights have no graph, also if an argument requires gradients."""

    def descend(submission, x, y, w0, order):
        w0 = w0.clone().requires_grad_()
        path = submission.stochastic_gradient_descent(x, y, w0, 0.1, order)
        grad = None if w0.grad is None else w0.grad.clone()
        return {"path": path.detach().clone(), "graph": path.requires_grad, "grad of w0": grad}

    x, y, w0, order = rng.normal(5, 3), rng.normal(5), rng.normal(3), rng.permutation(5)
    want = {"path": _oracle(x, y, w0, 0.1, order), "graph": False, "grad of w0": None}
    check_close(submission.run(descend, x, y, w0, order), want, "after the steps")


@pytest.mark.detail
def test_stochastic_gradient_descent_when_not_contiguous(submission, rng):
    """Transposed and cut-out arguments give the right weights."""
    x, y, w0, order = (
        rng.normal(3, 5).t(),
        rng.normal(10)[::2],
        rng.normal(6)[1::2],
        rng.integers(0, 5, 14)[::2],
    )
    check_close(submission.stochastic_gradient_descent(x, y, w0, 0.1, order), _oracle(x, y, w0, 0.1, order))


def test_stochastic_gradient_descent_is_made_by_hand(submission, rng):
    """The steps are made without torch.optim, and the random state stays."""
    arguments = (rng.normal(5, 3), rng.normal(5), rng.normal(3), 0.1, rng.permutation(5))
    check_manners(submission, lambda: submission.stochastic_gradient_descent(*arguments))
    check_by_hand(
        submission,
        lambda: submission.stochastic_gradient_descent(*arguments),
        forbidden=("optim", "SGD"),
        task="stochastic_gradient_descent",
    )


def test_stochastic_gradient_descent_on_a_device(submission, rng):
    """On an accelerator the weights are the same and stay there."""
    x, y, w0, order = rng.normal(5, 3), rng.normal(5), rng.normal(3), rng.permutation(5)
    check_device(submission.stochastic_gradient_descent, x, y, w0, 0.1, order)
