"""Suite of autograd.ReLU."""

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
    check_owns_memory,
)

FORBIDDEN = (
    "relu",
    "relu_",
    "threshold",
    "threshold_",
    "hardtanh",
    "leaky_relu",
    "grad",
    "backward",
    "vjp",
    "data",
)


def away_from_zero(rng, *shape):
    """Draw numbers of both signs that finite differences do not carry over 0."""
    x = rng.normal(*shape)
    return x + 0.1 * x.sign()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(3, 4), (1,), (), (2, 1, 3)])
def test_ReLU_shape_and_dtype(submission, rng, dtype, shape):
    """The result has the shape and dtype of x."""
    x = rng.normal(*shape, dtype=dtype)
    check_like(submission.ReLU.apply(x), x.clamp(min=0))


@pytest.mark.visible
def test_ReLU_of_three_numbers(submission):
    """-1, 0, 2 give 0, 0, 2; a gradient of 5, 6, 7 from above passes as 0, 0, 7."""
    x = torch.tensor([-1.0, 0.0, 2.0], requires_grad=True)
    got = submission.ReLU.apply(x)
    check_close(got, torch.tensor([0.0, 0.0, 2.0]))
    check_equal(got.requires_grad, True, "requires_grad of the result")
    found = torch.autograd.grad(got, x, torch.tensor([5.0, 6.0, 7.0]))[0]
    check_close(found, torch.tensor([0.0, 0.0, 7.0]), "gradient")


@pytest.mark.weight(2)
def test_ReLU_gradient(submission, rng):
    """What comes from above passes where x is positive, whatever its size and sign."""
    check_gradients(submission.ReLU.apply, torch.relu, rng.normal(5, 3).requires_grad_(), rng=rng)


def test_ReLU_slope_at_zero(submission, rng):
    """At x = 0, and at -0, the slope is the one from the left, 0."""
    x = torch.tensor([0.0, -0.0, 1e-300, -1e-300], dtype=torch.float64, requires_grad=True)
    check_gradients(submission.ReLU.apply, torch.relu, x, upstream=rng.normal(4))


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["transposed", "expanded", "strided"])
def test_ReLU_when_not_contiguous(submission, rng, layout):
    """Transposed, expanded and strided x give the right value and gradient."""
    x = {"transposed": rng.normal(3, 4).t(), "expanded": rng.normal(3, 1).expand(3, 4)}.get(
        layout, rng.normal(6, 4)[::2, ::3]
    )
    check_gradients(submission.ReLU.apply, torch.relu, x.requires_grad_(), rng=rng)


def test_ReLU_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    check_gradcheck(submission.ReLU.apply, away_from_zero(rng, 2, 3).requires_grad_(), second=True)


def test_ReLU_gradient_has_a_graph(submission, rng):
    """The gradient can be differentiated by what came from above."""

    def scenario(submission, x, above):
        x, above = x.clone().requires_grad_(), above.clone().requires_grad_()
        slope = torch.autograd.grad(submission.ReLU.apply(x), x, above, create_graph=True)[0]
        ((slope**2 / 2).sum() + 0 * above.sum()).backward()
        return above.grad

    x, above = rng.normal(4, 3), rng.normal(4, 3)
    check_close(submission.run(scenario, x, above), above * (x > 0), "derivative of half its square")


@pytest.mark.detail
def test_ReLU_leaves_the_gradient_from_above(submission, rng):
    """backward does not write into the gradient that comes from above."""

    def scenario(submission, x, above):
        x, above = x.clone().requires_grad_(), above.clone()
        found = torch.autograd.grad(submission.ReLU.apply(x), x, above)[0]
        return found, above

    x, above = rng.normal(4, 3), rng.normal(4, 3)
    found, after = submission.run(scenario, x, above)
    check_close(after, above, "the gradient from above afterwards")
    check_close(found, above * (x > 0), "gradient")


def test_ReLU_saves_tensors_with_ctx(submission, rng):
    """What backward needs is saved with save_for_backward, not as an attribute."""

    def scenario(submission, x):
        y = submission.ReLU.apply(x.clone().requires_grad_())  # kept: torch 2.10 frees with it what was saved
        node = y.grad_fn
        kept = [value for value in getattr(node, "__dict__", {}).values() if isinstance(value, torch.Tensor)]
        return min(len(node.saved_tensors), 1), len(kept)

    saved, kept = submission.run(scenario, rng.normal(4))
    check_equal(kept, 0, "number of tensors that are attributes of ctx")
    check_equal(saved, 1, "tensors saved with save_for_backward, counted up to 1")


@pytest.mark.parametrize("changed", ["x", "y"])
def test_ReLU_notices_a_change_before_backward(submission, rng, changed):
    """Turning x or y around in place before backward gives no wrong gradient."""

    def scenario(submission, x, above, changed):
        x = x.clone().requires_grad_()
        inner = x * 1.0
        y = submission.ReLU.apply(inner)
        result = y * 1.0
        (inner if changed == "x" else y).detach().sub_(1.0).neg_()
        try:
            return torch.autograd.grad(result, x, above)[0]
        except RuntimeError:
            return "noticed"

    x, above = rng.normal(4, 3), rng.normal(4, 3)
    got = submission.run(scenario, x, above, changed)
    if isinstance(got, torch.Tensor):  # saving a mask of its own is right too
        check_close(got, above * (x > 0), "gradient after the change")
    else:
        check_equal(got, "noticed", "what torch did at the change")


@pytest.mark.detail
def test_ReLU_leaves_x_alone(submission, rng):
    """The result has memory of its own, also where all x are positive; state stays."""
    x = rng.uniform(4, 3, low=0.5)
    got = submission.ReLU.apply(x)
    check_close(got, x)
    check_owns_memory(got, x)
    check_manners(submission, lambda: submission.ReLU.apply(x))


def test_ReLU_is_made_by_hand(submission, rng):
    """Value and gradient come from comparisons, without torch's relu or autograd."""

    def scenario(submission, x):
        return submission.ReLU.apply(x.clone()).detach()

    check_by_hand(
        submission, lambda: submission.run(scenario, rng.normal(4)), forbidden=FORBIDDEN, task="ReLU"
    )


def test_ReLU_on_a_device(submission, rng):
    """On an accelerator value and gradient are the same and stay there."""

    def scenario(submission, x, above):
        x = x.clone().requires_grad_()
        y = submission.ReLU.apply(x)
        return y.detach().clone(), torch.autograd.grad(y, x, above)[0]

    check_device(lambda *arguments: submission.run(scenario, *arguments), rng.normal(3, 2), rng.normal(3, 2))
