"""Suite of losses.l2_penalty."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = ("norm", "vector_norm", "matrix_norm", "linalg_norm", "linalg_vector_norm", "dist", "mse_loss")


def _oracle(params, strength):
    """Add up the squares one by one."""
    total = sum(value**2 for w in params for value in w.flatten().tolist())
    return torch.tensor(strength * total / 2, dtype=params[0].dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_l2_penalty_shape_and_dtype(submission, rng, dtype):
    """The penalty is one number without axes, in the dtype of the tensors."""
    params = [rng.normal(4, 3, dtype=dtype), rng.normal(5, dtype=dtype)]
    check_like(submission.l2_penalty(params, 0.3), _oracle(params, 0.3))


@pytest.mark.visible
def test_l2_penalty_of_two_tensors(submission):
    """Entries 1, 2 and 3 with strength 0.5 cost 0.25 * 14 = 3.5."""
    params = [torch.tensor([[1.0, 2.0]]), torch.tensor([3.0])]
    check_close(submission.l2_penalty(params, strength=0.5), torch.tensor(3.5))


@pytest.mark.parametrize("shapes", [[(3,)], [()], [(1, 1), (1,)], [(2, 3, 4, 5), (7,), (2, 2), ()]])
def test_l2_penalty_of_any_shapes(submission, rng, shapes):
    """Every entry of every tensor counts, whatever the shapes."""
    params = [rng.normal(*shape) for shape in shapes]
    check_close(submission.l2_penalty(params, 1.7), _oracle(params, 1.7))


def test_l2_penalty_of_a_generator(submission, rng):
    """A generator of tensors, which can be walked only once, is enough."""

    def from_generator(submission, weights):
        return submission.l2_penalty((w for w in weights), 0.5)

    params = [rng.normal(4, 3), rng.normal(5)]
    check_close(submission.run(from_generator, params), _oracle(params, 0.5))


@pytest.mark.detail
def test_l2_penalty_when_not_contiguous(submission, rng):
    """Transposed and expanded tensors give the right value."""
    params = [rng.normal(3, 5).t(), rng.normal(3, 1).expand(3, 4)]
    check_close(submission.l2_penalty(params, 0.4), _oracle(params, 0.4))


@pytest.mark.weight(2)
def test_l2_penalty_gradient(submission, rng):
    """The gradient of each tensor is strength times the tensor."""
    a, b = rng.normal(4, 3).requires_grad_(), rng.normal(5).requires_grad_()
    check_gradients(
        lambda a, b: submission.l2_penalty([a, b], 0.3),
        lambda a, b: 0.15 * torch.cat([a.flatten(), b]).dot(torch.cat([a.flatten(), b])),
        a,
        b,
        rng=rng,
    )


def test_l2_penalty_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    a, b = rng.normal(2, 3).requires_grad_(), rng.normal(2).requires_grad_()
    check_gradcheck(lambda a, b: submission.l2_penalty([a, b], 0.3), a, b, second=True)


def test_l2_penalty_gradient_when_weights_are_zero(submission, rng):
    """Where all weights are 0 the gradient is 0, not nan."""
    w = torch.zeros(4, 3, dtype=torch.float64, requires_grad=True)
    check_gradients(
        lambda w: submission.l2_penalty([w], 0.3), lambda w: 0.15 * w.flatten().dot(w.flatten()), w, rng=rng
    )


def test_l2_penalty_of_tensors_without_gradients(submission, rng):
    """Where no tensor requires gradients the penalty requires none."""
    got = submission.l2_penalty([rng.normal(4, 3), rng.normal(5)], 0.3)
    check_like(got, torch.zeros((), dtype=torch.float64))
    check_equal(got.requires_grad, False, "whether the penalty requires gradients")


def test_l2_penalty_of_strength_zero(submission, rng):
    """A strength of 0 costs nothing."""
    check_close(submission.l2_penalty([rng.normal(4, 3)], 0.0), torch.zeros((), dtype=torch.float64))


def test_l2_penalty_of_large_weights(submission):
    """Weights of 1e100 are squared without harm in float64."""
    w = torch.tensor([1e100, -2e100], dtype=torch.float64)
    check_close(submission.l2_penalty([w], 2.0), torch.tensor(5e200, dtype=torch.float64))


def test_l2_penalty_is_made_by_hand(submission, rng):
    """The penalty is made from squares and sums, without a norm."""
    params = [rng.normal(4, 3), rng.normal(5)]
    check_by_hand(
        submission, lambda: submission.l2_penalty(params, 0.1), forbidden=FORBIDDEN, task="l2_penalty"
    )


def test_l2_penalty_has_manners(submission, rng):
    """The tensors, the random state and the modes stay as they were."""
    params = [rng.normal(4, 3), rng.normal(5)]
    check_manners(submission, lambda: submission.l2_penalty(params, 0.1))


def test_l2_penalty_on_a_device(submission, rng):
    """On an accelerator the penalty is the same and stays there."""
    check_device(submission.l2_penalty, [rng.normal(4, 3), rng.normal(5)], 0.3)
