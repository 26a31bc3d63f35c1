"""Suite of optimizers.gradient_descent."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_like,
    check_manners,
    check_that,
)


def bowl(submission, x0, curvatures, lr, steps):
    """Descend from x0 into a bowl whose lowest point is 1 everywhere."""
    return submission.gradient_descent(lambda x: (curvatures * (x - 1) ** 2).sum() / 2, x0, lr, steps)


def _oracle(x0, slope, lr, steps):
    """Descend by the formula of the slope."""
    path = [x0.detach()]
    for _ in range(steps):
        path.append(path[-1] - lr * slope(path[-1]))
    return torch.stack(path)


def _bowl_oracle(x0, curvatures, lr, steps):
    return _oracle(x0, lambda x: curvatures * (x - 1), lr, steps)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradient_descent_shape_and_dtype(submission, rng, dtype, shape):
    """T steps give T + 1 points of the shape and dtype of x0, x0 first."""
    x0, curvatures = rng.normal(*shape, dtype=dtype), rng.uniform(*shape, low=0.5, high=1.5, dtype=dtype)
    check_like(submission.run(bowl, x0, curvatures, 0.3, 5), _bowl_oracle(x0, curvatures, 0.3, 5))


@pytest.mark.visible
def test_gradient_descent_of_two_steps(submission):
    """On x^2 with rate 0.25 every step halves x: 1, 0.5, 0.25."""

    def parabola(submission, x0):
        return submission.gradient_descent(lambda x: (x**2).sum(), x0, 0.25, 2)

    x0 = torch.tensor([1.0, -2.0], dtype=torch.float64)
    want = torch.tensor([[1.0, -2.0], [0.5, -1.0], [0.25, -0.5]], dtype=torch.float64)
    check_close(submission.run(parabola, x0), want)


@pytest.mark.weight(2)
def test_gradient_descent_follows_a_curved_slope(submission, rng):
    """Where the slope changes from point to point it is taken anew in every step."""

    def waves(submission, x0, lr):
        return submission.gradient_descent(lambda x: torch.sin(x).sum() + x.prod(), x0, lr, 12)

    def slope(x):
        return torch.stack(
            [torch.cos(x[0]) + x[1] * x[2], torch.cos(x[1]) + x[0] * x[2], torch.cos(x[2]) + x[0] * x[1]]
        )

    x0 = rng.uniform(3)
    check_close(submission.run(waves, x0, 0.05), _oracle(x0, slope, 0.05, 12))


@pytest.mark.parametrize("steps", [0, 1])
def test_gradient_descent_of_few_steps(submission, rng, steps):
    """No step gives x0 alone, one step two points."""
    x0, curvatures = rng.normal(3), rng.uniform(3)
    check_close(submission.run(bowl, x0, curvatures, 0.3, steps), _bowl_oracle(x0, curvatures, 0.3, steps))


def test_gradient_descent_stays_where_it_is_flat(submission, rng):
    """Where the gradient is 0 nothing moves, and T steps still give T + 1 points."""
    x0, curvatures = torch.ones(3, dtype=torch.float64), rng.uniform(3)
    check_close(submission.run(bowl, x0, curvatures, 0.3, 4), x0.expand(5, 3))


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.9])
def test_gradient_descent_reaches_the_ground_below_two_over_the_curvature(submission, rng, draw, rate):
    """With lr below 2 / L, L the largest curvature, the steps lead to the ground."""
    curvatures = torch.tensor([1.0, 4.0], dtype=torch.float64)
    x0, lr = 2 + rng.uniform(2), rate / 4
    got, want = submission.run(bowl, x0, curvatures, lr, 120), _bowl_oracle(x0, curvatures, lr, 120)
    draw.path(f"descent with lr = {rate} / L", got, want, lambda w: (curvatures * (w - 1) ** 2).sum(1) / 2)
    check_close(got, want)
    off = (got[-1] - 1).abs().max().item()
    check_that(off < 1e-3, None, "a last point within 0.001 of the ground", f"one that is {off:.1e} away")


def test_gradient_descent_grows_above_two_over_the_curvature(submission, rng, draw):
    """With lr above 2 / L every step jumps farther, and nothing stops it."""
    curvatures = torch.tensor([1.0, 4.0], dtype=torch.float64)
    x0, lr = 2 + rng.uniform(2), 2.2 / 4
    got, want = submission.run(bowl, x0, curvatures, lr, 40), _bowl_oracle(x0, curvatures, lr, 40)
    draw.path("descent with lr = 2.2 / L", got, want, lambda w: (curvatures * (w - 1) ** 2).sum(1) / 2)
    check_close(got, want)
    off = (got[-1, 1] - 1).abs().item()
    check_that(
        off > 100, None, "a last point more than 100 away from the ground", f"one that is {off:.1e} away"
    )


@pytest.mark.detail
def test_gradient_descent_keeps_no_graph(submission, rng):
    """The points have no graph and x0.grad stays, also if x0 requires gradients."""

    def descend(submission, x0, grad):
        start = x0.clone().requires_grad_()
        start.grad = grad.clone()
        path = submission.gradient_descent(lambda x: (x**3).sum(), start, 0.01, 4)
        return {
            "path": path.detach().clone(),
            "graph": path.requires_grad,
            "grad": start.grad.detach().clone(),
        }

    x0, grad = rng.uniform(3), rng.normal(3)
    want = {"path": _oracle(x0, lambda x: 3 * x**2, 0.01, 4), "graph": False, "grad": grad}
    check_close(submission.run(descend, x0, grad), want, "after the steps")


@pytest.mark.detail
def test_gradient_descent_keeps_its_points_apart(submission, rng):
    """Writing into the points that came back does not change x0."""

    def overwrite(submission, x0):
        submission.gradient_descent(lambda x: (x**2).sum(), x0, 0.1, 2).zero_()
        return x0.clone()

    x0 = rng.normal(3)
    check_close(submission.run(overwrite, x0.clone()), x0, "x0 afterwards")


def test_gradient_descent_is_made_by_hand(submission, rng):
    """The steps are made without torch.optim, and the random state stays."""
    x0, curvatures = rng.normal(3), rng.uniform(3)
    check_manners(submission, lambda: submission.run(bowl, x0, curvatures, 0.1, 3))
    check_by_hand(
        submission,
        lambda: submission.run(bowl, x0, curvatures, 0.1, 3),
        forbidden=("optim", "SGD"),
        task="gradient_descent",
    )


def test_gradient_descent_on_a_device(submission, rng):
    """On an accelerator the points are the same and stay there."""
    x0, curvatures = rng.normal(3), rng.uniform(3)
    check_device(lambda x0, c: submission.run(bowl, x0, c, 0.1, 4), x0, curvatures)
