"""Suite of losses.kl_divergence."""

import pytest
import torch
from torch.nn import functional

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

FORBIDDEN = ("kl_div", "KLDivLoss", "kl_divergence", "rel_entr", "xlogy", "special_xlogy", "Categorical")


def _oracle(p, q, dim):
    """Sum torch's own terms; its arguments are log q and p."""
    return functional.kl_div(q.log(), p, reduction="none").sum(dim)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_kl_divergence_shape_and_dtype(submission, rng, dtype):
    """One number for each pair of distributions, in the dtype of p."""
    p, q = rng.probabilities(5, 3, dtype=dtype), rng.probabilities(5, 3, dtype=dtype)
    check_like(submission.kl_divergence(p, q, dim=1), _oracle(p, q, 1))


@pytest.mark.visible
def test_kl_divergence_of_two_coins(submission):
    """Against a fair coin, 3/4 and 1/4 cost 3/4 log 3/2 + 1/4 log 1/2."""
    p = torch.tensor([[0.75, 0.25], [0.5, 0.5]], dtype=torch.float64)
    q = torch.full((2, 2), 0.5, dtype=torch.float64)
    logs = torch.tensor([1.5, 0.5], dtype=torch.float64).log()
    want = torch.stack([0.75 * logs[0] + 0.25 * logs[1], 0 * logs[0]])
    check_close(submission.kl_divergence(p, q, 1), want)


def test_kl_divergence_of_equal_distributions(submission, rng):
    """A model that is the truth costs 0."""
    p = rng.probabilities(4, 6)
    check_close(submission.kl_divergence(p, p.clone(), 1), torch.zeros(4, dtype=torch.float64))


def test_kl_divergence_is_not_symmetric(submission, rng):
    """p weighs the sum: swapped arguments give another number."""
    p, q = rng.probabilities(4, 3), rng.probabilities(4, 3)
    check_close(submission.kl_divergence(q, p, 1), _oracle(q, p, 1))


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_kl_divergence_over_any_axis(submission, rng, dim):
    """The sum runs over the axis dim, whichever it is."""
    p, q = rng.probabilities(4, 3, 5, dim=dim), rng.probabilities(4, 3, 5, dim=dim)
    check_close(submission.kl_divergence(p, q, dim), _oracle(p, q, dim))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (3,)])
def test_kl_divergence_of_small_shapes(submission, rng, shape):
    """One row, one column and a single axis keep the axes they should."""
    p, q = rng.probabilities(*shape), rng.probabilities(*shape)
    check_close(submission.kl_divergence(p, q, -1), _oracle(p, q, -1))


@pytest.mark.detail
def test_kl_divergence_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right values."""
    p, q = rng.probabilities(3, 5, dim=0).t(), rng.probabilities(1, 3).expand(5, 3)
    check_close(submission.kl_divergence(p, q, 1), _oracle(p, q, 1))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dim", [0, 1])
def test_kl_divergence_gradient(submission, rng, dim):
    """Both arguments get the right gradient, whatever comes from above."""
    p, q = (rng.probabilities(4, 3, dim=dim).requires_grad_() for _ in range(2))
    check_gradients(submission.kl_divergence, _oracle, p, q, dim=dim, rng=rng)


def test_kl_divergence_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    p, q = (rng.uniform(3, 4, low=0.1).requires_grad_() for _ in range(2))
    check_gradcheck(submission.kl_divergence, p, q, dim=1, second=True)


@pytest.mark.weight(2)
def test_kl_divergence_when_the_truth_is_zero(submission, rng):
    """An entry with p = 0 adds nothing, also when q is 0 there too."""
    p = torch.tensor([[0.0, 0.25, 0.75], [0.0, 0.0, 1.0]], dtype=torch.float64)
    q = torch.tensor([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]], dtype=torch.float64)
    logs = torch.tensor([3.0, 2.0], dtype=torch.float64).log()
    check_close(submission.kl_divergence(p, q, 1), logs * torch.tensor([0.75, 1.0], dtype=torch.float64))


def test_kl_divergence_when_the_model_rules_out_the_truth(submission):
    """Where q is 0 and p is not, the price is infinite."""
    p = torch.tensor([[0.5, 0.5], [0.5, 0.5]], dtype=torch.float64)
    q = torch.tensor([[1.0, 0.0], [0.5, 0.5]], dtype=torch.float64)
    check_close(submission.kl_divergence(p, q, 1), torch.tensor([torch.inf, 0.0], dtype=torch.float64))


@pytest.mark.weight(2)
def test_kl_divergence_gradient_when_the_truth_is_zero(submission, rng):
    """Where p is 0 the gradients are finite, and that of q is 0."""
    p = torch.tensor([[0.0, 0.25, 0.75], [0.0, 0.0, 1.0]], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]], dtype=torch.float64, requires_grad=True)
    above = rng.normal(2)
    got = submission.kl_divergence(p, q, 1)
    logs = torch.tensor([3.0, 2.0], dtype=torch.float64).log()
    check_close(got, logs * torch.tensor([0.75, 1.0], dtype=torch.float64))
    of_p, of_q = torch.autograd.grad(got, [p, q], above)
    check_finite(of_p, "gradient with respect to p")
    want = torch.tensor([[0.0, -1.0, -3.0], [0.0, 0.0, -2.0]], dtype=torch.float64)
    check_close(of_q, want * above[:, None], "gradient with respect to q")


def test_kl_divergence_is_made_by_hand(submission, rng):
    """The divergence is made from log and sum, without torch's own."""
    p, q = rng.probabilities(4, 3), rng.probabilities(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "kl_divergence"}
    check_by_hand(submission, lambda: submission.kl_divergence(p, q, 1), **call)


def test_kl_divergence_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    p, q = rng.probabilities(4, 3), rng.probabilities(4, 3)
    check_manners(submission, lambda: submission.kl_divergence(p, q, 1))


def test_kl_divergence_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.kl_divergence, rng.probabilities(4, 3), rng.probabilities(4, 3), dim=1)
