"""Suite of losses.cosine_similarity."""

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

FORBIDDEN = (
    "cosine_similarity",
    "CosineSimilarity",
    "cosine_embedding_loss",
    "CosineEmbeddingLoss",
    "normalize",
)
oracle = torch.nn.functional.cosine_similarity


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cosine_similarity_shape_and_dtype(submission, rng, dtype):
    """One number for each pair of vectors, in the dtype of x1."""
    x1, x2 = rng.normal(5, 3, dtype=dtype), rng.normal(5, 3, dtype=dtype)
    check_like(submission.cosine_similarity(x1, x2), oracle(x1, x2))


@pytest.mark.visible
def test_cosine_similarity_of_three_pairs(submission):
    """(3, 4) against (4, 3), (-3, -4) and (-4, 3) gives 0.96, -1 and 0."""
    x1, x2 = torch.tensor([[3.0, 4.0]] * 3), torch.tensor([[4.0, 3.0], [-3.0, -4.0], [-4.0, 3.0]])
    check_close(submission.cosine_similarity(x1, x2), torch.tensor([0.96, -1.0, 0.0]))


def test_cosine_similarity_ignores_length(submission, rng):
    """Making a vector longer changes nothing."""
    x1, x2, length = rng.normal(5, 3), rng.normal(5, 3), rng.uniform(5, 1, low=0.1, high=9)
    check_close(submission.cosine_similarity(x1 * length, x2), oracle(x1, x2))


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_cosine_similarity_over_any_axis(submission, rng, dim):
    """The vectors lie along the axis dim, whichever it is."""
    x1, x2 = rng.normal(4, 3, 5), rng.normal(4, 3, 5)
    check_close(submission.cosine_similarity(x1, x2, dim=dim), oracle(x1, x2, dim=dim))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1), (3,)])
def test_cosine_similarity_of_small_shapes(submission, rng, shape):
    """One pair, one feature and a single axis keep the axes they should."""
    x1, x2 = rng.normal(*shape), rng.normal(*shape)
    check_close(submission.cosine_similarity(x1, x2, -1), oracle(x1, x2, -1))


@pytest.mark.detail
def test_cosine_similarity_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right values."""
    x1, x2 = rng.normal(3, 5).t(), rng.normal(1, 3).expand(5, 3)
    check_close(submission.cosine_similarity(x1, x2), oracle(x1, x2))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dim", [0, 1])
def test_cosine_similarity_gradient(submission, rng, dim):
    """Both arguments get the right gradient, whatever comes from above."""
    x1, x2 = rng.normal(4, 3).requires_grad_(), rng.normal(4, 3).requires_grad_()
    check_gradients(submission.cosine_similarity, oracle, x1, x2, dim=dim, rng=rng)


def test_cosine_similarity_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    x1, x2 = (1 + rng.uniform(3, 2)).requires_grad_(), (1 + rng.uniform(3, 2)).requires_grad_()
    check_gradcheck(submission.cosine_similarity, x1, x2, second=True)


@pytest.mark.weight(2)
def test_cosine_similarity_of_a_zero_vector(submission, rng):
    """A zero vector has similarity 0 with everything, itself included."""
    x1, x2 = rng.normal(3, 4), rng.normal(3, 4)
    x1[0] = x1[2] = x2[1] = x2[2] = 0
    check_close(submission.cosine_similarity(x1, x2), torch.zeros(3, dtype=torch.float64))


@pytest.mark.weight(2)
def test_cosine_similarity_gradient_of_a_zero_vector(submission, rng):
    """At a zero vector the gradient is finite, not nan."""
    x1, x2 = rng.normal(2, 4), rng.normal(2, 4).requires_grad_()
    x1[0] = 0
    got = submission.cosine_similarity(x1.requires_grad_(), x2)
    check_close(got, oracle(x1, x2))
    of_x1, of_x2 = torch.autograd.grad(got, [x1, x2], rng.normal(2))
    check_finite(of_x1, "gradient with respect to x1")
    check_finite(of_x2, "gradient with respect to x2")


@pytest.mark.detail
def test_cosine_similarity_has_its_default_eps(submission):
    """Without eps a length of 1e-9 counts as 1e-8."""
    x1, x2 = torch.tensor([[1e-9, 0.0]], dtype=torch.float64), torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    check_close(submission.cosine_similarity(x1, x2), torch.tensor([0.06], dtype=torch.float64))


def test_cosine_similarity_keeps_each_length_above_eps(submission):
    """Lengths 0.1 and 5 with eps 0.5 count as 0.5 and 5."""
    x1 = torch.tensor([[0.06, 0.08], [3.0, 4.0], [0.06, 0.08]], dtype=torch.float64)
    x2 = torch.tensor([[3.0, 4.0], [0.06, 0.08], [0.08, 0.06]], dtype=torch.float64)
    want = torch.tensor([0.2, 0.2, 0.0384], dtype=torch.float64)
    check_close(submission.cosine_similarity(x1, x2, eps=0.5), want)


@pytest.mark.parametrize("length", [1e-6, 1e6])
def test_cosine_similarity_of_extreme_lengths(submission, rng, length):
    """Very short and very long vectors give the exact value and gradient."""
    x1, x2 = (length * rng.normal(4, 3)).requires_grad_(), (length * rng.normal(4, 3)).requires_grad_()
    check_gradients(submission.cosine_similarity, oracle, x1, x2, rng=rng)


def test_cosine_similarity_is_made_by_hand(submission, rng):
    """The similarity is made from sums and roots, without torch's own."""
    x1, x2 = rng.normal(4, 3), rng.normal(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "cosine_similarity"}
    check_by_hand(submission, lambda: submission.cosine_similarity(x1, x2), **call)


def test_cosine_similarity_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    x1, x2 = rng.normal(4, 3), rng.normal(4, 3)
    check_manners(submission, lambda: submission.cosine_similarity(x1, x2))


def test_cosine_similarity_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.cosine_similarity, rng.normal(4, 3), rng.normal(4, 3))
