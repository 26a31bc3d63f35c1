"""Suite of losses.contrastive_loss."""

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
    "pairwise_distance",
    "PairwiseDistance",
    "cdist",
    "dist",
    "cosine_embedding_loss",
    "hinge_embedding_loss",
)
REDUCTIONS = ("none", "mean", "sum")
ROOM = {"rtol": 1e-6, "atol": 1e-6}  # right code may add 1e-9 under the root, whose slope has no bound at 0


def _oracle(x1, x2, same, margin=1.0, reduction="mean"):
    """Go through the pairs one by one, with torch's own distance."""
    losses = []
    for first, second, alike in zip(x1, x2, same.tolist(), strict=True):
        distance = torch.nn.functional.pairwise_distance(first, second, eps=0.0)
        losses.append((distance if alike else (margin - distance).clamp(min=0)) ** 2 / 2)
    stacked = torch.stack(losses)
    return stacked if reduction == "none" else getattr(stacked, reduction)()


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_contrastive_loss_shape_and_dtype(submission, rng, dtype, reduction):
    """One loss for each pair, in the dtype of the vectors."""
    x1, x2, same = rng.normal(7, 3, dtype=dtype), rng.normal(7, 3, dtype=dtype), rng.bool(7)
    got = submission.contrastive_loss(x1, x2, same, margin=3.0, reduction=reduction)
    check_like(got, _oracle(x1, x2, same, 3.0, reduction))


@pytest.mark.visible
def test_contrastive_loss_of_three_pairs(submission):
    """Distance 5 alike costs 12.5; distances 0.6 and 5 not alike cost 0.08 and 0."""
    x1, x2 = torch.zeros(3, 2), torch.tensor([[3.0, 4.0], [0.0, 0.6], [3.0, 4.0]])
    same = torch.tensor([True, False, False])
    want = torch.tensor([12.5, 0.08, 0.0])
    check_close(submission.contrastive_loss(x1, x2, same, reduction="none"), want)
    check_close(submission.contrastive_loss(x1, x2, same), want.mean())


def test_contrastive_loss_is_symmetric(submission, rng):
    """Swapping the partners changes nothing."""
    x1, x2, same = rng.normal(6, 4), rng.normal(6, 4), rng.bool(6)
    check_close(submission.contrastive_loss(x2, x1, same, 3.0), _oracle(x1, x2, same, 3.0), **ROOM)


@pytest.mark.parametrize("margin", [0.0, 0.5, 2.0, 5.0])
def test_contrastive_loss_of_any_margin(submission, rng, margin):
    """Pairs of two kinds pay only within the margin, whatever it is."""
    x1, x2, same = rng.normal(8, 3), rng.normal(8, 3), torch.arange(8) < 3
    got = submission.contrastive_loss(x1, x2, same, margin=margin, reduction="none")
    check_close(got, _oracle(x1, x2, same, margin, "none"), **ROOM)


@pytest.mark.parametrize("same", [False, True])
@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1)])
def test_contrastive_loss_of_small_shapes(submission, rng, shape, same):
    """One pair and one feature keep the axis of the pairs."""
    x1, x2, same = rng.normal(*shape), rng.normal(*shape), torch.full(shape[:1], same)
    got = submission.contrastive_loss(x1, x2, same, 2.0, "none")
    check_close(got, _oracle(x1, x2, same, 2.0, "none"), **ROOM)


@pytest.mark.detail
def test_contrastive_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    x1, x2, same = rng.normal(3, 5).t(), rng.normal(1, 3).expand(5, 3), rng.bool(5)
    check_close(submission.contrastive_loss(x1, x2, same, 3.0), _oracle(x1, x2, same, 3.0), **ROOM)


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_contrastive_loss_gradient(submission, rng, reduction):
    """Both partners get the right gradient, whatever comes from above."""
    x1, x2 = rng.normal(8, 3).requires_grad_(), rng.normal(8, 3).requires_grad_()
    same, options = torch.arange(8) % 3 == 0, {"margin": 2.5, "reduction": reduction}
    check_gradients(submission.contrastive_loss, _oracle, x1, x2, same, **options, rng=rng, **ROOM)


def test_contrastive_loss_derivatives(submission, rng):
    """The derivative agrees with finite differences."""
    x1, x2 = rng.uniform(4, 2).requires_grad_(), (2 + rng.uniform(4, 2)).requires_grad_()
    same = torch.tensor([True, False, True, False])
    check_gradcheck(lambda x1, x2: submission.contrastive_loss(x1, x2, same, margin=9.0), x1, x2)


@pytest.mark.weight(2)
def test_contrastive_loss_of_equal_vectors(submission, rng):
    """Equal vectors of one kind cost 0, of two kinds the full margin; no nan."""
    x1 = rng.normal(2, 3).requires_grad_()
    got = submission.contrastive_loss(x1, x1.detach().clone(), torch.tensor([True, False]), 2.0, "none")
    check_close(got, torch.tensor([0.0, 2.0], dtype=torch.float64), rtol=0.0, atol=1e-3)
    gradient = torch.autograd.grad(got, x1, rng.normal(2))[0]
    check_finite(gradient, "gradient where the vectors are equal")
    check_close(gradient[0], torch.zeros(3, dtype=torch.float64), "gradient of the pair of one kind")


def test_contrastive_loss_of_far_vectors(submission, rng):
    """Vectors 1e6 apart give the exact loss and gradient."""
    x1, x2 = (1e6 * rng.normal(4, 3)).requires_grad_(), (1e6 * rng.normal(4, 3)).requires_grad_()
    same = torch.tensor([True, False, True, False])
    check_gradients(submission.contrastive_loss, _oracle, x1, x2, same, rng=rng)


def test_contrastive_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own distances."""
    x1, x2, same = rng.normal(4, 3), rng.normal(4, 3), rng.bool(4)
    call = {"forbidden": FORBIDDEN, "task": "contrastive_loss"}
    check_by_hand(submission, lambda: submission.contrastive_loss(x1, x2, same), **call)


def test_contrastive_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    x1, x2, same = rng.normal(4, 3), rng.normal(4, 3), rng.bool(4)
    check_manners(submission, lambda: submission.contrastive_loss(x1, x2, same))


def test_contrastive_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    same = torch.tensor([True, False, True, False])
    check_device(submission.contrastive_loss, rng.normal(4, 3), rng.normal(4, 3), same, margin=3.0)
