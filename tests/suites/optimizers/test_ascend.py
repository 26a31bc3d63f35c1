"""Suite of optimizers.ascend."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners, check_shape, check_that


def hill(submission, x0, curvatures, lr, steps, weight_decay=None):
    """Climb from x0 a hill whose top is at 2 everywhere."""
    more = {} if weight_decay is None else {"weight_decay": weight_decay}
    return submission.ascend(lambda x: -(curvatures * (x - 2) ** 2).sum() / 2, x0, lr, steps, **more)


def by_torch(f, x0, lr, steps, weight_decay=0.0):
    """Climb by torch's own optimiser."""
    x = x0.detach().clone().requires_grad_()
    optimizer = torch.optim.SGD([x], lr=lr, weight_decay=weight_decay, maximize=True)
    path = [x.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(x).backward()
        optimizer.step()
        path.append(x.detach().clone())
    return torch.stack(path)


def hill_by_torch(x0, curvatures, *rest):
    return by_torch(lambda x: -(curvatures * (x - 2) ** 2).sum() / 2, x0, *rest)


@pytest.mark.visible
def test_ascend_of_two_steps(submission):
    """On -(x - 4)^2 with rate 0.25 every step halves the way to 4: 0, 2, 3."""

    def scenario(submission):
        return submission.ascend(lambda x: -((x - 4) ** 2).sum(), torch.tensor([0.0]), lr=0.25, steps=2)

    check_close(submission.run(scenario), torch.tensor([[0.0], [2.0], [3.0]]))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_ascend_with_decay_of_one_step(submission):
    """With decay 2 the pull at x = 2 is as strong as the slope: it stays."""

    def scenario(submission):
        return submission.ascend(lambda x: -((x - 4) ** 2).sum(), torch.tensor([2.0]), 0.25, 1, weight_decay=2.0)

    check_close(submission.run(scenario), torch.tensor([[2.0], [2.0]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
def test_ascend_matches_torch(submission, rng, shape):
    """From anywhere it climbs as torch's SGD does with maximize=True."""
    for dtype in (torch.float32, torch.float64):
        x0, curvatures = rng.normal(*shape, dtype=dtype), rng.uniform(*shape, low=0.5, high=1.5, dtype=dtype)
        check_close(submission.run(hill, x0, curvatures, 0.3, 5), hill_by_torch(x0, curvatures, 0.3, 5))


@pytest.mark.weight(3)
def test_ascend_matches_torch_with_decay(submission, rng):
    """The decay pulls towards 0, while the gradient leads uphill."""
    x0, curvatures = rng.normal(4), rng.uniform(4, low=0.5, high=1.5)
    for decay in (0.1, 0.7):
        got = submission.run(hill, x0, curvatures, 0.3, 6, decay)
        check_close(got, hill_by_torch(x0, curvatures, 0.3, 6, decay))


@pytest.mark.weight(2)
def test_ascend_follows_a_curved_slope(submission, rng):
    """Where the slope changes from point to point it is taken anew in every step."""

    def waves(submission, x0):
        return submission.ascend(lambda x: torch.sin(x).sum() + x.prod(), x0, 0.05, 12)

    x0 = rng.uniform(3)
    check_close(submission.run(waves, x0), by_torch(lambda x: x.sin().sum() + x.prod(), x0, 0.05, 12))


def test_ascend_of_no_steps(submission, rng):
    """No step gives x0 alone."""
    x0 = rng.normal(3)
    check_close(submission.run(hill, x0, torch.ones(3, dtype=torch.float64), 0.3, 0), x0[None])


@pytest.mark.weight(2)
def test_ascend_finds_the_likeliest(submission, rng):
    """Climbing the likelihood of coins leads to the share of heads."""

    def scenario(submission, heads):
        return submission.ascend(
            lambda z: (heads * torch.log(torch.sigmoid(z)) + (1 - heads) * torch.log(torch.sigmoid(-z))).mean(),
            torch.zeros((), dtype=torch.float64),
            2.0,
            200,
        )

    heads = (torch.arange(20) < rng.integers(4, 17, 1)).double()
    path = submission.run(scenario, heads)
    check_shape(path, (201,))
    check_close(path[-1].sigmoid(), heads.mean(), "the likeliest share of heads", atol=0.001)


@pytest.mark.detail
def test_ascend_keeps_no_graph(submission, rng):
    """The points have no graph, and x0.grad stays."""

    def scenario(submission, x0):
        x0 = x0.clone().requires_grad_()
        x0.grad = torch.full_like(x0, 5.0)
        path = submission.ascend(lambda x: -(x**2).sum(), x0, 0.1, 3)
        return path.requires_grad, x0.requires_grad, x0.grad, x0.detach()

    x0 = rng.normal(3)
    graph, asks, grad, after = submission.run(scenario, x0)
    check_that(graph is False, "requires_grad of the points", "False", "True")
    check_that(asks is True, "requires_grad of x0 afterwards", "True", "False")
    check_close(grad, torch.full_like(x0, 5.0), "x0.grad afterwards")
    check_close(after, x0, "x0 afterwards")


def test_ascend_has_manners(submission, rng):
    """The start and torch's state stay as they were."""
    x0, curvatures = rng.normal(3), rng.uniform(3)
    check_manners(submission, lambda: submission.run(hill, x0, curvatures, 0.3, 2))


def test_ascend_by_hand(submission, shared, rng):
    """Nothing of torch.optim is used."""
    x0, curvatures = rng.normal(3), rng.uniform(3)
    check_by_hand(
        submission, lambda: submission.run(hill, x0, curvatures, 0.3, 2), forbidden=shared.BY_HAND, task="ascend"
    )


def test_ascend_on_a_device(submission, rng):
    """The points lie on the device of x0."""
    x0, curvatures = rng.normal(3, dtype=torch.float32), rng.uniform(3, dtype=torch.float32)
    check_device(lambda x, a: submission.run(hill, x, a, 0.3, 3, 0.1), x0, curvatures)
