"""Suite of mlp.piecewise_linear."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_like,
    check_manners,
    check_vectorised,
)

FORBIDDEN = ("searchsorted", "bucketize", "histc")
VIEWS = {
    "a table": lambda x: x,
    "one row": lambda x: x[:1],
    "a number": lambda x: x[0, 0],
    "transposed": lambda x: x.t(),
    "expanded": lambda x: x[:1].expand(4, 3),
}


def draw_knots(rng, m):
    """Draw m points whose positions rise by 0.5 to 2, around 0."""
    positions = rng.uniform(m, low=0.5, high=2).cumsum(0)
    return torch.stack([positions - positions.mean(), rng.normal(m, std=3)], 1)


def oracle(x, knots):
    """Look for the piece of each element and interpolate between its two points."""
    heights = []
    for element in x.reshape(-1):
        left = int((knots[:, 0] <= element).sum()) - 1
        if left < 0:
            heights.append(knots[0, 1])
        elif left >= len(knots) - 1:
            heights.append(knots[-1, 1])
        else:
            (t0, h0), (t1, h1) = knots[left], knots[left + 1]
            heights.append(h0 + (h1 - h0) * (element - t0) / (t1 - t0))
    return torch.stack(heights).reshape(x.shape)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_piecewise_linear_keeps_shape_and_dtype(submission, rng, dtype):
    """The result has the shape and dtype of x."""
    x, knots = rng.normal(5, 3, dtype=dtype, std=3), draw_knots(rng, 4).to(dtype)
    check_like(submission.piecewise_linear(x, knots.t().contiguous().t()), oracle(x, knots))


@pytest.mark.visible
def test_piecewise_linear_through_three_points(submission):
    """Through (0, 1), (2, 5) and (3, 4): at 1 it is 3, at 2.5 it is 4.5."""
    knots = torch.tensor([[0.0, 1.0], [2.0, 5.0], [3.0, 4.0]], dtype=torch.float64)
    x = torch.tensor([-1.0, 0.0, 1.0, 2.0, 2.5, 9.0], dtype=torch.float64)
    want = torch.tensor([1.0, 1.0, 3.0, 5.0, 4.5, 4.0], dtype=torch.float64)
    check_close(submission.piecewise_linear(x, knots), want)


@pytest.mark.detail
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("view", VIEWS)
def test_piecewise_linear_of_any_layout(submission, rng, view, dtype):
    """The numbers are right however x lies in memory, in float32 and float64."""
    x, knots = VIEWS[view](rng.normal(5, 3, dtype=dtype, std=3)), draw_knots(rng, 4).to(dtype)
    check_close(submission.piecewise_linear(x, knots.t().contiguous().t()), oracle(x, knots))


def test_piecewise_linear_goes_through_its_knots(submission, rng):
    """At the position of each knot the curve has the knot's height."""
    knots = draw_knots(rng, 6)
    check_close(submission.piecewise_linear(knots[:, 0].clone(), knots), knots[:, 1])


@pytest.mark.weight(2)
@pytest.mark.parametrize("m", [2, 3, 7])
def test_piecewise_linear_with_any_number_of_knots(submission, rng, m):
    """Two knots make one ramp, more make a curve, whatever their distances."""
    x, knots = rng.normal(11, std=4), draw_knots(rng, m)
    check_close(submission.piecewise_linear(x, knots), oracle(x, knots))


def test_piecewise_linear_is_flat_outside(submission, rng):
    """Left of the first knot and right of the last the height stays."""
    x, knots = torch.tensor([-1000.0, -50.0, 50.0, 1000.0], dtype=torch.float64), draw_knots(rng, 4)
    check_close(submission.piecewise_linear(x, knots), knots[[0, 0, -1, -1], 1])


@pytest.mark.weight(2)
def test_piecewise_linear_gradient(submission, rng):
    """The gradient reaches x and the knots, positions and heights."""
    x, knots = rng.normal(13, std=3).requires_grad_(), draw_knots(rng, 5).requires_grad_()
    check_gradients(submission.piecewise_linear, oracle, x, knots, rng=rng)


def test_piecewise_linear_has_no_loop_over_x(submission, rng):
    """The number of operators does not grow with x."""
    few, many, knots = rng.normal(3), rng.normal(50), draw_knots(rng, 4)
    check_vectorised(
        submission,
        lambda: submission.piecewise_linear(few, knots),
        lambda: submission.piecewise_linear(many, knots),
    )


def test_piecewise_linear_is_made_by_hand(submission, rng):
    """The curve is a sum of ramps, without a search for the piece."""
    x, knots = rng.normal(5), draw_knots(rng, 4)
    call = {"forbidden": FORBIDDEN, "task": "piecewise_linear"}
    check_by_hand(submission, lambda: submission.piecewise_linear(x, knots), **call)


def test_piecewise_linear_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    x, knots = rng.normal(5), draw_knots(rng, 4)
    check_manners(submission, lambda: submission.piecewise_linear(x, knots))


def test_piecewise_linear_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.piecewise_linear, rng.normal(5, 3, std=3), draw_knots(rng, 4))
