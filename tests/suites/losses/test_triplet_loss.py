"""Suite of losses.triplet_loss."""

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
)

FORBIDDEN = (
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "TripletMarginLoss",
    "pairwise_distance",
    "cdist",
    "dist",
)
REDUCTIONS = ("none", "mean", "sum")


def _squared(x, y):
    return ((x - y) ** 2).sum(-1)


def _oracle(anchor, positive, negative, margin=1.0, reduction="mean"):
    """Give torch's own loss the squared distance."""
    options = {"distance_function": _squared, "margin": margin, "reduction": reduction}
    if margin > 0:
        return torch.nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative, **options)
    losses = torch.relu(_squared(anchor, positive) - _squared(anchor, negative))
    return losses if reduction == "none" else getattr(losses, reduction)()


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_triplet_loss_shape_and_dtype(submission, rng, dtype, reduction):
    """One loss for each triplet, in the dtype of the vectors."""
    triplet = [rng.normal(7, 3, dtype=dtype) for _ in range(3)]
    got = submission.triplet_loss(*triplet, margin=2.0, reduction=reduction)
    check_like(got, _oracle(*triplet, 2.0, reduction))


@pytest.mark.visible
def test_triplet_loss_of_two_triplets(submission):
    """Distances 2 and 1 cost 4 - 1 + 1 = 4; distances 1 and 3 cost nothing."""
    anchor, positive = torch.zeros(2, 2), torch.tensor([[0.0, 2.0], [1.0, 0.0]])
    negative = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    got = submission.triplet_loss(anchor, positive, negative, reduction="none")
    check_close(got, torch.tensor([4.0, 0.0]))
    check_close(submission.triplet_loss(anchor, positive, negative), torch.tensor(2.0))


def test_triplet_loss_when_positive_and_negative_agree(submission, rng):
    """A negative as near as the positive costs exactly the margin."""
    anchor, other = rng.normal(5, 3), rng.normal(5, 3)
    want = torch.full((5,), 0.7, dtype=torch.float64)
    check_close(submission.triplet_loss(anchor, other, other.clone(), 0.7, "none"), want)


def test_triplet_loss_is_zero_when_the_negative_is_far(submission, rng):
    """Beyond the margin the loss is 0 and so is every gradient."""
    near = rng.normal(5, 3)
    arguments = [near.clone().requires_grad_(), (near + 0.1).requires_grad_(), (near + 9).requires_grad_()]
    check_gradients(submission.triplet_loss, _oracle, *arguments, rng=rng)


@pytest.mark.parametrize("margin", [0.0, 0.5, 4.0])
def test_triplet_loss_of_any_margin(submission, rng, margin):
    """The margin is respected, whatever it is."""
    triplet = [rng.normal(8, 3) for _ in range(3)]
    got = submission.triplet_loss(*triplet, margin=margin, reduction="none")
    check_close(got, _oracle(*triplet, margin, "none"))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1)])
def test_triplet_loss_of_small_shapes(submission, rng, shape):
    """One triplet and one feature keep the axis of the triplets."""
    triplet = [rng.normal(*shape) for _ in range(3)]
    check_close(submission.triplet_loss(*triplet, 3.0, "none"), _oracle(*triplet, 3.0, "none"))


@pytest.mark.detail
def test_triplet_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    triplet = [rng.normal(3, 5).t(), rng.normal(1, 3).expand(5, 3), rng.normal(5, 6)[:, ::2]]
    check_close(submission.triplet_loss(*triplet, 2.0), _oracle(*triplet, 2.0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_triplet_loss_gradient(submission, rng, reduction):
    """All three vectors get the right gradient, whatever comes from above."""
    triplet = [rng.normal(8, 3).requires_grad_() for _ in range(3)]
    check_gradients(submission.triplet_loss, _oracle, *triplet, margin=2.0, reduction=reduction, rng=rng)


def test_triplet_loss_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    triplet = [rng.uniform(3, 2).requires_grad_() for _ in range(3)]
    check_gradcheck(submission.triplet_loss, *triplet, margin=9.0, second=True)


def test_triplet_loss_of_far_vectors(submission, rng):
    """Vectors 1e6 apart give the exact loss and gradient."""
    triplet = [(1e6 * rng.normal(5, 3)).requires_grad_() for _ in range(3)]
    check_gradients(submission.triplet_loss, _oracle, *triplet, rng=rng)


def test_triplet_loss_of_equal_vectors(submission, rng):
    """Three equal vectors cost the margin, with finite gradients."""
    x = rng.normal(4, 3)
    triplet = [x.clone().requires_grad_() for _ in range(3)]
    check_gradients(submission.triplet_loss, _oracle, *triplet, margin=0.5, rng=rng)


def test_triplet_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own losses and distances."""
    triplet = [rng.normal(4, 3) for _ in range(3)]
    call = {"forbidden": FORBIDDEN, "task": "triplet_loss"}
    check_by_hand(submission, lambda: submission.triplet_loss(*triplet), **call)


def test_triplet_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    triplet = [rng.normal(4, 3) for _ in range(3)]
    check_manners(submission, lambda: submission.triplet_loss(*triplet))


def test_triplet_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.triplet_loss, rng.normal(4, 3), rng.normal(4, 3), rng.normal(4, 3), margin=3.0)
