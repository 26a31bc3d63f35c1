"""Suite of autograd.Linear."""

import pytest
import torch
from torch.nn import functional

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

FORBIDDEN = ("linear", "bilinear", "grad", "backward", "vjp")


def leaves(rng, *sizes, dtype=torch.float64):
    """Draw x (N, D), w (K, D) and b (K,), all of which require gradients."""
    n, d, k = sizes
    shapes = ((n, d), (k, d), (k,))
    return [rng.normal(*shape, dtype=dtype).requires_grad_() for shape in shapes]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_Linear_shape_and_dtype(submission, rng, dtype):
    """x (5, 3) and w (2, 3) give (5, 2), in the dtype of x."""
    x, w, b = (leaf.detach() for leaf in leaves(rng, 5, 3, 2, dtype=dtype))
    check_like(submission.Linear.apply(x, w, b), functional.linear(x, w, b))


@pytest.mark.visible
def test_Linear_of_one_sample(submission):
    """(1, 2) times rows (3, 4), (5, 6) plus 0.5 is (11.5, 17.5); and back again."""
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    w = torch.tensor([[3.0, 4.0], [5.0, 6.0]], requires_grad=True)
    b = torch.tensor([0.5, 0.5], requires_grad=True)
    got = submission.Linear.apply(x, w, b)
    check_close(got, torch.tensor([[11.5, 17.5]]))
    check_equal(got.requires_grad, True, "requires_grad of the result")
    to_x, to_w, to_b = torch.autograd.grad(got, (x, w, b), torch.tensor([[1.0, 10.0]]))
    check_close(to_x, torch.tensor([[53.0, 64.0]]), "gradient with respect to x")
    check_close(to_w, torch.tensor([[1.0, 2.0], [10.0, 20.0]]), "gradient with respect to w")
    check_close(to_b, torch.tensor([1.0, 10.0]), "gradient with respect to b")


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", [(5, 3, 2), (1, 4, 3), (3, 1, 4), (4, 3, 1), (3, 3, 3)])
def test_Linear_gradients(submission, rng, sizes):
    """The gradients of x, w and b agree with torch's for any gradient from above."""
    check_gradients(submission.Linear.apply, functional.linear, *leaves(rng, *sizes), rng=rng)


def test_Linear_without_bias(submission, rng):
    """With None for b, x and w still get their gradients."""
    x, w, _ = leaves(rng, 5, 3, 2)
    check_gradients(
        lambda x, w: submission.Linear.apply(x, w, None), lambda x, w: functional.linear(x, w), x, w, rng=rng
    )


@pytest.mark.parametrize("needed", ["x", "w", "b", "xw", "xb", "wb"])
def test_Linear_computes_what_is_needed(submission, rng, needed):
    """Arguments that need no gradient get None from backward, the others theirs."""

    def scenario(submission, x, w, b, above, needed):
        returned = []

        class Watched(submission.Linear):
            @staticmethod
            def backward(ctx, upstream):
                returned.extend(submission.Linear.backward(ctx, upstream))
                return tuple(returned)

        arguments = [
            value.clone().requires_grad_(name in needed) for name, value in (("x", x), ("w", w), ("b", b))
        ]
        torch.autograd.backward(Watched.apply(*arguments), above)
        nothing = [name for name, value in zip("xwb", returned, strict=True) if value is None]
        return nothing, {
            name: leaf.grad for name, leaf in zip("xwb", arguments, strict=True) if name in needed
        }

    plain = [leaf.detach() for leaf in leaves(rng, 4, 3, 2)]
    above = rng.normal(4, 2)
    x, w, _ = plain
    nothing, grads = submission.run(scenario, *plain, above, needed)
    want = {"x": above @ w, "w": above.t() @ x, "b": above.sum(0)}
    check_close(grads, {name: want[name] for name in "xwb" if name in needed}, "gradients")
    check_equal(nothing, [name for name in "xwb" if name not in needed], "arguments with None from backward")


@pytest.mark.detail
@pytest.mark.parametrize("layout", ["transposed", "expanded"])
def test_Linear_when_not_contiguous(submission, rng, layout):
    """Transposed and expanded arguments give the right values and gradients."""
    x, w, b = leaves(rng, 4, 3, 2)
    if layout == "transposed":
        x, w = rng.normal(3, 4).t().requires_grad_(), rng.normal(3, 2).t().requires_grad_()
    else:
        x, b = rng.normal(1, 3).expand(4, 3).requires_grad_(), rng.normal(1).expand(2).requires_grad_()
    check_gradients(submission.Linear.apply, functional.linear, x, w, b, rng=rng)


def test_Linear_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    check_gradcheck(submission.Linear.apply, *leaves(rng, 2, 3, 2), second=True)


@pytest.mark.detail
def test_Linear_leaves_the_gradient_from_above(submission, rng):
    """backward does not write into the gradient that comes from above."""

    def scenario(submission, x, w, b, above):
        x, w, b = (value.clone().requires_grad_() for value in (x, w, b))
        above = above.clone()
        found = torch.autograd.grad(submission.Linear.apply(x, w, b), (x, w, b), above)
        return found, above

    x, w, b = (leaf.detach() for leaf in leaves(rng, 4, 3, 2))
    above = rng.normal(4, 2)
    found, after = submission.run(scenario, x, w, b, above)
    check_close(after, above, "the gradient from above afterwards")
    check_close(found, (above @ w, above.t() @ x, above.sum(0)), "gradients")


def test_Linear_saves_tensors_with_ctx(submission, rng):
    """What backward needs is saved with save_for_backward, not as an attribute."""

    def scenario(submission, *values):
        # The result is kept: torch 2.10 frees with it what was saved.
        y = submission.Linear.apply(*(value.clone().requires_grad_() for value in values))
        node = y.grad_fn
        kept = [value for value in getattr(node, "__dict__", {}).values() if isinstance(value, torch.Tensor)]
        return min(len(node.saved_tensors), 2), len(kept)

    saved, kept = submission.run(scenario, *(leaf.detach() for leaf in leaves(rng, 4, 3, 2)))
    check_equal(kept, 0, "number of tensors that are attributes of ctx")
    check_equal(saved, 2, "tensors saved with save_for_backward, counted up to 2")


@pytest.mark.parametrize("changed", ["x", "w"])
def test_Linear_notices_a_change_before_backward(submission, rng, changed):
    """An update of w, or of x, before backward gives no wrong gradient."""

    def scenario(submission, x, w, b, above, changed):
        x, w, b = (value.clone().requires_grad_() for value in (x, w, b))
        y = submission.Linear.apply(x, w, b)
        with torch.no_grad():
            (x if changed == "x" else w).mul_(2.0)
        try:
            return torch.autograd.grad(y, (x, w, b), above)
        except RuntimeError:
            return "noticed"

    x, w, b = (leaf.detach() for leaf in leaves(rng, 4, 3, 2))
    above = rng.normal(4, 2)
    got = submission.run(scenario, x, w, b, above, changed)
    if isinstance(got, tuple):  # saving copies is wasteful and right
        check_close(got, (above @ w, above.t() @ x, above.sum(0)), "gradients after the change")
    else:
        check_equal(got, "noticed", "what torch did at the change")


def test_Linear_is_made_by_hand(submission, rng):
    """Value and gradients are matrix products, without torch's linear; state stays."""

    def scenario(submission, x, w, b):
        return submission.Linear.apply(x, w, b).detach()

    plain = [leaf.detach() for leaf in leaves(rng, 4, 3, 2)]
    check_manners(submission, lambda: submission.Linear.apply(*plain))
    check_by_hand(submission, lambda: submission.run(scenario, *plain), forbidden=FORBIDDEN, task="Linear")


def test_Linear_on_a_device(submission, rng):
    """On an accelerator values and gradients are the same and stay there."""

    def scenario(submission, x, w, b, above):
        x, w, b = (value.clone().requires_grad_() for value in (x, w, b))
        y = submission.Linear.apply(x, w, b)
        return y.detach(), torch.autograd.grad(y, (x, w, b), above)

    plain = [leaf.detach() for leaf in leaves(rng, 4, 3, 2)]
    check_device(lambda *arguments: submission.run(scenario, *arguments), *plain, rng.normal(4, 2))
