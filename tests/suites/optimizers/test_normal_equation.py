"""Suite of optimizers.normal_equation."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_like,
    check_manners,
    check_raises,
)

FORBIDDEN = ("lstsq", "linalg_lstsq", "pinv", "pinverse", "linalg_pinv")


def _oracle(x, y):
    """Orthogonalise the columns, instead of solving the normal equation."""
    q, r = torch.linalg.qr(x)
    return torch.linalg.inv(r) @ (q.mT @ y)


@pytest.mark.parametrize("targets", [(), (2,)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_normal_equation_shape_and_dtype(submission, rng, dtype, targets):
    """One weight for each column of x and each column of y, in the dtype of x."""
    x, y = rng.normal(7, 3, dtype=dtype), rng.normal(7, *targets, dtype=dtype)
    check_like(submission.normal_equation(x, y), _oracle(x.double(), y.double()).to(dtype))


@pytest.mark.visible
def test_normal_equation_of_three_points(submission):
    """The line nearest to (0, 1), (1, 2) and (2, 4) is 1.5 x + 5/6."""
    x = torch.tensor([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]], dtype=torch.float64)
    y = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    check_close(submission.normal_equation(x, y), torch.tensor([1.5, 5 / 6], dtype=torch.float64))


def test_normal_equation_leaves_no_slope(submission, rng):
    """What remains, y - x w, is at right angles to every column of x."""
    x, y = rng.normal(9, 4), rng.normal(9)
    w = submission.normal_equation(x, y)
    check_close(w, _oracle(x, y))
    check_close(x.T @ (y - x @ w), torch.zeros(4, dtype=torch.float64), "x^T (y - x w)")


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(7, 3), (40, 6), (5, 5), (2, 1), (1, 1)])
def test_normal_equation_of_random_samples(submission, rng, sizes):
    """Noisy targets, one column or several, get their least-squares weights."""
    n, d = sizes
    x = torch.eye(n, d, dtype=torch.float64) + 0.3 * rng.normal(n, d) / d
    for y in (rng.normal(n), rng.normal(n, 3), rng.normal(n, 1)):
        check_close(submission.normal_equation(x, y), _oracle(x, y), f"weights for y {tuple(y.shape)}")


def test_normal_equation_recovers_exact_weights(submission, rng):
    """Targets without noise give back the weights that made them."""
    for n in (12, 4):
        x, w = torch.eye(n, 4, dtype=torch.float64) + 0.1 * rng.normal(n, 4), rng.normal(4)
        check_close(submission.normal_equation(x, x @ w), w, f"weights from {n} samples")


def test_normal_equation_of_columns_of_unlike_size(submission, rng):
    """Columns around 1000 and around 0.01 are solved as well, without a penalty."""
    x = rng.normal(20, 3) * torch.tensor([1e3, 1.0, 1e-2], dtype=torch.float64)
    y = rng.normal(20)
    check_close(submission.normal_equation(x, y), _oracle(x, y), rtol=1e-4)


@pytest.mark.detail
def test_normal_equation_when_not_contiguous(submission, rng):
    """Transposed and cut-out arguments give the right weights."""
    x, y = rng.normal(3, 8).t(), rng.normal(16)[::2]
    check_close(submission.normal_equation(x, y), _oracle(x, y))


@pytest.mark.parametrize("targets", [(), (2,)])
def test_normal_equation_gradient(submission, rng, targets):
    """Gradients reach x and y through the solution."""
    x, y = rng.normal(7, 3).requires_grad_(), rng.normal(7, *targets).requires_grad_()
    check_gradients(submission.normal_equation, _oracle, x, y, rng=rng, rtol=1e-7)


@pytest.mark.parametrize(
    ("x", "y", "naming"), [((3, 4), (3,), "x"), ((5, 2), (4,), "y"), ((5, 2), (1,), "y")]
)
def test_normal_equation_refuses_what_cannot_fit(submission, rng, x, y, naming):
    """Fewer samples than weights, or other numbers of samples, raise a ValueError."""
    with check_raises(ValueError, naming=naming):
        submission.normal_equation(rng.normal(*x), rng.normal(*y))


def test_normal_equation_is_made_by_hand(submission, rng):
    """The weights are found without a solver of least squares."""
    x, y = rng.normal(6, 3), rng.normal(6)
    check_manners(submission, lambda: submission.normal_equation(x, y))
    check_by_hand(
        submission, lambda: submission.normal_equation(x, y), forbidden=FORBIDDEN, task="normal_equation"
    )


def test_normal_equation_on_a_device(submission, rng):
    """On an accelerator the weights are the same and stay there."""
    check_device(submission.normal_equation, rng.normal(7, 3), rng.normal(7))
