"""Suite of losses.entropy."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_finite,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = ("entr", "xlogy", "special_entr", "special_xlogy", "Categorical", "entropy")


def _oracle(p, dim):
    """Sum torch's own -p log p."""
    return torch.special.entr(p).sum(dim)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_entropy_shape_and_dtype(submission, rng, dtype):
    """One number for each distribution, in the dtype of p."""
    p = rng.probabilities(5, 3, dtype=dtype)
    check_like(submission.entropy(p, dim=1), _oracle(p, 1))


@pytest.mark.visible
def test_entropy_of_a_coin_and_a_die(submission):
    """Probabilities 1/2, 1/4, 1/4 have 1.5 log 2; four equal ones have log 4."""
    p = torch.tensor([[0.5, 0.25, 0.25, 0.0], [0.25, 0.25, 0.25, 0.25]], dtype=torch.float64)
    two = torch.tensor(2.0, dtype=torch.float64)
    check_close(submission.entropy(p, 1), torch.stack([1.5 * two.log(), 2 * two.log()]))


def test_entropy_of_a_uniform_distribution(submission):
    """K equal probabilities have the entropy log K, the most there is."""
    p = torch.full((2, 7), 1 / 7, dtype=torch.float64)
    check_close(submission.entropy(p, 1), torch.full((2,), 7.0, dtype=torch.float64).log())


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_entropy_over_any_axis(submission, rng, dim):
    """The sum runs over the axis dim, whichever it is."""
    p = rng.probabilities(4, 3, 5, dim=dim)
    check_close(submission.entropy(p, dim), _oracle(p, dim))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (3,)])
def test_entropy_of_small_shapes(submission, rng, shape):
    """One row, one column and a single axis keep the axes they should."""
    p = rng.probabilities(*shape)
    check_close(submission.entropy(p, -1), _oracle(p, -1))


@pytest.mark.detail
def test_entropy_when_not_contiguous(submission, rng):
    """A transposed and an expanded p give the right values."""
    p = rng.probabilities(3, 5)
    check_close(submission.entropy(p.t(), 0), _oracle(p.t(), 0))
    check_close(submission.entropy(p[:1].expand(4, 5), 1), _oracle(p[:1].expand(4, 5), 1))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dim", [0, 1])
def test_entropy_gradient(submission, rng, dim):
    """The gradient is -(log p + 1) times what comes from above."""
    p = rng.probabilities(4, 3, dim=dim).requires_grad_()
    check_gradients(submission.entropy, _oracle, p, dim=dim, rng=rng)


def test_entropy_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    check_gradcheck(submission.entropy, rng.uniform(3, 4, low=0.1).requires_grad_(), dim=1, second=True)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_entropy_when_a_probability_is_zero(submission, rng, dtype):
    """A probability of 0 adds nothing; a certain outcome has entropy 0."""
    p = torch.cat([torch.eye(3, dtype=dtype), torch.tensor([[0.5, 0.0, 0.5]], dtype=dtype)])
    check_close(submission.entropy(p, 1), _oracle(p, 1))


@pytest.mark.weight(2)
def test_entropy_gradient_when_a_probability_is_zero(submission, rng):
    """A probability of 0 does not turn the gradient to nan or inf."""
    p = torch.tensor([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0]], dtype=torch.float64, requires_grad=True)
    got = submission.entropy(p, 1)
    check_close(got, _oracle(p, 1))
    gradient = torch.autograd.grad(got, p, rng.normal(2))[0]
    check_finite(gradient, "gradient where a probability is 0")


def test_entropy_of_tiny_probabilities(submission):
    """A probability of 1e-300 does no harm."""
    p = torch.tensor([1e-300, 1.0], dtype=torch.float64)
    check_close(submission.entropy(p, 0), torch.zeros((), dtype=torch.float64))


def test_entropy_is_made_by_hand(submission, rng):
    """The entropy is made from log and sum, without torch's own."""
    p = rng.probabilities(4, 3)
    check_by_hand(submission, lambda: submission.entropy(p, 1), forbidden=FORBIDDEN, task="entropy")


def test_entropy_has_manners(submission, rng):
    """p, the random state and the modes stay as they were."""
    p = rng.probabilities(4, 3)
    check_manners(submission, lambda: submission.entropy(p, 1))


def test_entropy_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.entropy, rng.probabilities(4, 3), dim=1)
