"""Suite of autograd.clip_gradient_norm_."""

import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
)

FORBIDDEN = (
    "clip_grad_norm_",
    "clip_grad_norm",
    "get_total_norm",
    "clip_grads_with_norm_",
    "clip_grad_value_",
)
LONG = 3e6  # next to gradients of this length 1e-6, which others add to the norm, is nothing


def clip(submission, grads, max_norm, lazily=False):
    """Clip in the worker; return the norm, the gradients by their old names, and the parameters."""
    params = [torch.ones(2) if grad is None else torch.full_like(grad, 2.0) for grad in grads]
    for p, grad in zip(params, grads, strict=True):
        p.requires_grad_()
        p.grad = None if grad is None else grad.clone()
    before = [p.grad for p in params]
    total = submission.clip_gradient_norm_(iter(params) if lazily else params, max_norm)
    same = [p.grad is grad for p, grad in zip(params, before, strict=True)]
    return {"total": total, "grads": before, "same": same, "params": [p.detach() for p in params]}


def norm_of(grads):
    """Add up all squares one by one."""
    return math.sqrt(sum(value**2 for grad in grads if grad is not None for value in grad.flatten().tolist()))


def check_clipped(got, grads, max_norm):
    """Check the norm that came back and every gradient."""
    total = norm_of(grads)
    dtype = next(grad.dtype for grad in grads if grad is not None)
    factor = max_norm / total if total > max_norm else 1.0
    check_close(got["total"], torch.tensor(total, dtype=dtype), "the norm before clipping")
    check_close(got["grads"], [None if grad is None else grad * factor for grad in grads], "the gradients")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_clip_gradient_norm__shape_and_dtype(submission, rng, dtype):
    """The norm is one number without axes, in the dtype of the gradients."""
    grads = [rng.normal(3, 2, dtype=dtype), rng.normal(4, dtype=dtype)]
    got = submission.run(clip, grads, 0.5)
    check_like(got["total"], torch.zeros((), dtype=dtype), "the norm before clipping")
    check_like(got["grads"], grads, "the gradients")


@pytest.mark.visible
def test_clip_gradient_norm__of_two_numbers(submission):
    """A gradient (3, 4) has the norm 5; clipped to 1 it is (0.6, 0.8)."""
    got = submission.run(clip, [torch.tensor([3.0, 4.0])], 1.0)
    check_close(got["total"], torch.tensor(5.0), "the norm before clipping")
    check_close(got["grads"], [torch.tensor([0.6, 0.8])], "the gradients")


@pytest.mark.weight(3)
@pytest.mark.parametrize("shapes", [[(4, 3), (5,), (2,)], [(2, 1, 3)], [(1,), (1,), (7,)]])
def test_clip_gradient_norm__when_too_long(submission, rng, shapes):
    """All gradients shrink by one factor, so that their common norm is max_norm."""
    grads = [LONG * rng.normal(*shape) for shape in shapes]
    max_norm = 0.3 * norm_of(grads)
    check_clipped(submission.run(clip, grads, max_norm), grads, max_norm)


@pytest.mark.detail
def test_clip_gradient_norm__of_a_single_number(submission, rng):
    """A gradient without axes, one number, shrinks like any other."""
    grads = [LONG * rng.normal(3), torch.tensor(0.7 * LONG, dtype=torch.float64)]
    check_clipped(submission.run(clip, grads, 0.3 * LONG), grads, 0.3 * LONG)


@pytest.mark.weight(2)
@pytest.mark.parametrize("slack", [1.01, 3.0, 1000.0])
def test_clip_gradient_norm__when_short_enough(submission, rng, slack):
    """Gradients below max_norm stay as they are: none is scaled up."""
    grads = [rng.normal(4, 3), rng.normal(5)]
    got = submission.run(clip, grads, slack * norm_of(grads))
    check_close(got["grads"], grads, "the gradients", rtol=0.0, atol=0.0)
    check_clipped(got, grads, slack * norm_of(grads))


def test_clip_gradient_norm__looks_at_all_together(submission):
    """Ten gradients of half the length of max_norm are too long together."""
    grads = [LONG * torch.tensor([0.6, 0.8], dtype=torch.float64) for _ in range(10)]
    check_clipped(submission.run(clip, grads, 2 * LONG), grads, 2 * LONG)


def test_clip_gradient_norm__adds_nothing_to_the_norm(submission):
    """Also tiny gradients get exactly max_norm: nothing is added to the norm."""
    grads = [torch.tensor([3e-6, 4e-6], dtype=torch.float64)]
    got = submission.run(clip, grads, 1e-6)
    check_close(got["total"], torch.tensor(5e-6, dtype=torch.float64), "the norm before clipping", atol=0.0)
    want = [torch.tensor([6e-7, 8e-7], dtype=torch.float64)]
    check_close(got["grads"], want, "the gradients", atol=0.0)


def test_clip_gradient_norm__skips_missing_gradients(submission, rng):
    """Parameters without a gradient are passed over, and get none."""
    grads = [None, LONG * rng.normal(4), None, rng.normal(2, 3)]
    got = submission.run(clip, grads, 0.5)
    check_clipped(got, grads, 0.5)
    check_equal(got["same"], 4 * [True], "whether each .grad is the tensor, or the None, it was")


@pytest.mark.parametrize("count", [0, 2])
def test_clip_gradient_norm__without_any_gradient(submission, count):
    """Where there is no gradient at all the norm is torch.tensor(0.0)."""
    got = submission.run(clip, count * [None], 1.0)
    check_close(got["total"], torch.tensor(0.0), "the norm")


def test_clip_gradient_norm__of_zeros(submission):
    """Gradients that are all 0 stay 0, not nan."""
    grads = [torch.zeros(3, dtype=torch.float64), torch.zeros(2, 2, dtype=torch.float64)]
    check_clipped(submission.run(clip, grads, 1.0), grads, 1.0)


def test_clip_gradient_norm__works_in_place(submission, rng):
    """Each .grad stays the same tensor, and the parameters keep their values."""
    grads = [LONG * rng.normal(4), LONG * rng.normal(2, 3)]
    got = submission.run(clip, grads, 0.5)
    check_clipped(got, grads, 0.5)
    check_equal(got["same"], [True, True], "whether each .grad is the tensor it was")
    check_close(got["params"], [torch.full_like(grad, 2.0) for grad in grads], "the parameters")


def test_clip_gradient_norm__of_a_generator(submission, rng):
    """params may be a generator, which can be walked only once."""
    grads = [LONG * rng.normal(4), None, LONG * rng.normal(2, 3)]
    check_clipped(submission.run(clip, grads, 0.5, lazily=True), grads, 0.5)


def test_clip_gradient_norm__is_made_by_hand(submission, rng):
    """The norm is taken and compared by hand; torch's state stays."""
    grads = [LONG * rng.normal(4)]

    def call():
        return submission.run(clip, grads, 0.5)

    check_manners(submission, call)
    check_by_hand(submission, call, forbidden=FORBIDDEN, task="clip_gradient_norm_")


def test_clip_gradient_norm__on_a_device(submission, rng):
    """On an accelerator norm and gradients are the same and stay there."""

    def scenario(submission, grads, max_norm):
        params = [torch.zeros_like(grad).requires_grad_() for grad in grads]
        for p, grad in zip(params, grads, strict=True):
            p.grad = grad.clone()
        total = submission.clip_gradient_norm_(params, max_norm)
        return total, [p.grad for p in params]

    check_device(
        lambda *arguments: submission.run(scenario, *arguments), [rng.normal(4), rng.normal(2, 3)], 0.5
    )
