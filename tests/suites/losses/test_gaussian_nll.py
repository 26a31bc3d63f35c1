"""Suite of losses.gaussian_nll."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
    check_shape,
)

ROOM = {"rtol": 1e-6, "atol": 1e-6}  # ten times what log(2 pi), taken of a tensor in float32, is off
FORBIDDEN = ("gaussian_nll_loss", "GaussianNLLLoss", "log_prob", "Normal")


def _oracle(pred, target, sigma):
    """Average the negative logarithm of torch's own density."""
    return -torch.distributions.Normal(pred, sigma).log_prob(target).mean()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gaussian_nll_shape_and_dtype(submission, rng, dtype):
    """The loss is one number without axes, in the dtype of pred."""
    pred, target = rng.normal(4, 3, dtype=dtype), rng.normal(4, 3, dtype=dtype)
    check_like(submission.gaussian_nll(pred, target, 0.7), _oracle(pred, target, 0.7))


@pytest.mark.visible
def test_gaussian_nll_of_one_error(submission):
    """An error of 6 with sigma 2 costs 9/2 + log 2 + half of log 2 pi."""
    pred, target = torch.tensor([7.0], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64)
    two, tau = torch.tensor([2.0, 2 * torch.pi], dtype=torch.float64)
    check_close(submission.gaussian_nll(pred, target, sigma=2.0), 4.5 + two.log() + tau.log() / 2, **ROOM)


def test_gaussian_nll_with_sigma_one_is_half_the_squared_error(submission, rng):
    """With sigma 1 it is half the mean squared error and a constant."""
    pred, target = rng.normal(5, 2), rng.normal(5, 2)
    got = submission.gaussian_nll(pred, target, 1.0)
    check_shape(got, ())
    constant = torch.tensor(2 * torch.pi, dtype=torch.float64).log() / 2
    want = torch.nn.functional.mse_loss(pred, target) / 2
    check_close(got - constant, want, "loss without its constant", **ROOM)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 3.0])
def test_gaussian_nll_of_any_sigma(submission, rng, sigma):
    """Small and large deviations agree with the density."""
    pred, target = rng.normal(6, 3), rng.normal(6, 3)
    check_close(submission.gaussian_nll(pred, target, sigma), _oracle(pred, target, sigma), **ROOM)


def test_gaussian_nll_with_a_sigma_for_each_element(submission, rng):
    """A tensor sigma belongs to the elements one by one."""
    pred, target, sigma = rng.normal(6, 3), rng.normal(6, 3), rng.uniform(6, 3, low=0.2, high=3)
    check_close(submission.gaussian_nll(pred, target, sigma), _oracle(pred, target, sigma), **ROOM)


@pytest.mark.parametrize("shape", [(), (1,), (1, 4), (2, 3, 4, 5)])
def test_gaussian_nll_of_other_shapes(submission, rng, shape):
    """One number, one sample and four axes are welcome."""
    pred, target, sigma = rng.normal(*shape), rng.normal(*shape), rng.uniform(*shape, low=0.2, high=3)
    check_close(submission.gaussian_nll(pred, target, sigma), _oracle(pred, target, sigma), **ROOM)


@pytest.mark.detail
def test_gaussian_nll_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    pred, target = rng.normal(3, 5).t(), rng.normal(5, 1).expand(5, 3)
    sigma = rng.uniform(1, 3, low=0.2, high=3).expand(5, 3)
    check_close(submission.gaussian_nll(pred, target, sigma), _oracle(pred, target, sigma), **ROOM)


@pytest.mark.weight(2)
def test_gaussian_nll_gradient(submission, rng):
    """pred, target and sigma all get the right gradient."""
    pred, target = rng.normal(4, 3).requires_grad_(), rng.normal(4, 3).requires_grad_()
    sigma = rng.uniform(4, 3, low=0.3, high=2).requires_grad_()
    check_gradients(submission.gaussian_nll, _oracle, pred, target, sigma, rng=rng, rtol=1e-6)


def test_gaussian_nll_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    pred, target = rng.normal(3, 2).requires_grad_(), rng.normal(3, 2).requires_grad_()
    sigma = rng.uniform(3, 2, low=0.5, high=2).requires_grad_()
    check_gradcheck(submission.gaussian_nll, pred, target, sigma, second=True)


@pytest.mark.parametrize("sigma", [1e-5, 1e5])
def test_gaussian_nll_of_extreme_sigma(submission, rng, sigma):
    """A very small and a very large sigma give the exact value and gradient."""
    pred, target = rng.normal(4, 3).requires_grad_(), rng.normal(4, 3)
    check_gradients(submission.gaussian_nll, _oracle, pred, target, sigma, rng=rng, rtol=1e-6)


def test_gaussian_nll_is_made_by_hand(submission, rng):
    """The loss is made from squares and log, without torch's own."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "gaussian_nll"}
    check_by_hand(submission, lambda: submission.gaussian_nll(pred, target, 0.5), **call)


def test_gaussian_nll_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    pred, target, sigma = rng.normal(4, 3), rng.normal(4, 3), rng.uniform(4, 3, low=0.5)
    check_manners(submission, lambda: submission.gaussian_nll(pred, target, sigma))


@pytest.mark.parametrize("each", [False, True])
def test_gaussian_nll_on_a_device(submission, rng, each):
    """On an accelerator the loss is the same and stays there."""
    sigma = rng.uniform(4, 3, low=0.5) if each else 0.5
    check_device(submission.gaussian_nll, rng.normal(4, 3), rng.normal(4, 3), sigma)
