"""fix_pair_loss: each of its four sources of nan alone, then all that the docstring says.

At a distance of 1e-18 a root has a finite slope, and log(1 - exp(-d)) has not; where nothing is equal and nothing is
missing, the code that was given is right.
"""

import math

import pytest
import torch

from grader.suite import check_close, check_device, check_gradients, check_manners, check_shape

NAN = float("nan")


def by_loop(x, y, same):
    """The value, pair by pair in plain floats."""
    losses = []
    for one, other, alike in zip(x.tolist(), y.tolist(), same.tolist(), strict=True):
        if any(math.isnan(number) for number in [*one, *other]):
            continue
        d = math.dist(one, other)
        losses.append(d if alike else 100.0 if d == 0 else -math.log(-math.expm1(-d)))
    return torch.tensor(sum(losses) / max(1, len(losses)), dtype=x.dtype)


def smooth(x, y, same):
    """The formula for pairs that are all known and all differ, differentiable there."""
    d = torch.linalg.vector_norm(x - y, dim=1)
    return torch.stack([one if alike else -(-(-one).expm1()).log() for one, alike in zip(d, same, strict=True)]).mean()


def with_gradients(submission, x, y, same):
    """Return the loss and its gradients."""
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    loss = submission.fix_pair_loss(x, y, same)
    check_shape(loss, ())
    return loss.detach(), *torch.autograd.grad(loss, (x, y))


@pytest.mark.visible
def test_fix_pair_loss_shape(submission, rng):
    """One number without axes."""
    check_shape(submission.fix_pair_loss(rng.normal(5, 3), rng.normal(5, 3), rng.bool(5)), ())


@pytest.mark.visible
def test_fix_pair_loss_of_two_pairs(submission):
    """Distance 5 and the same: 5. Distance log 2 and not: log 2. The mean is 2.8466."""
    x = torch.tensor([[0.0, 0.0], [math.log(2.0), 1.0]], dtype=torch.float64)
    y = torch.tensor([[3.0, 4.0], [0.0, 1.0]], dtype=torch.float64)
    want = torch.tensor((5 + math.log(2.0)) / 2, dtype=torch.float64)
    check_close(submission.fix_pair_loss(x, y, torch.tensor([True, False])), want)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_pair_loss_leaves_out_a_missing_pair(submission):
    """The second pair holds nan: the loss is that of the first and third."""
    x = torch.tensor([[1.0], [NAN], [5.0]], dtype=torch.float64)
    y = torch.tensor([[3.0], [1.0], [1.0]], dtype=torch.float64)
    got = submission.fix_pair_loss(x, y, torch.tensor([True, True, True]))
    check_close(got, torch.tensor(3.0, dtype=torch.float64))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_pair_loss_without_known_pairs(submission):
    """Where every pair is missing, and where there are none, the loss is 0."""
    x = torch.tensor([[NAN, 1.0], [2.0, NAN]], dtype=torch.float64)
    zero = torch.tensor(0.0, dtype=torch.float64)
    check_close(submission.fix_pair_loss(x, torch.zeros_like(x), torch.tensor([True, False])), zero)
    none = torch.zeros(0, 3, dtype=torch.float64)
    check_close(submission.fix_pair_loss(none, none, torch.zeros(0, dtype=torch.bool)), zero, "of no pairs")


@pytest.mark.weight(2)
def test_fix_pair_loss_when_rows_almost_touch(submission):
    """1e-18 apart and the same: slope 1, though exp(-d) comes out as 1."""
    x, y = torch.tensor([[1e-18, 0.0]], dtype=torch.float64), torch.zeros(1, 2, dtype=torch.float64)
    _, for_x, for_y = with_gradients(submission, x, y, torch.tensor([True]))
    one = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    check_close(for_x, one, "gradient with respect to x")
    check_close(for_y, -one, "gradient with respect to y")


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize("same", [True, False], ids=["the same", "not the same"])
def test_fix_pair_loss_when_rows_are_equal(submission, same):
    """Distance 0: the loss is 0 or 100, and the gradient 0, not nan."""
    x = torch.tensor([[1.0, 2.0], [-3.0, 0.5]], dtype=torch.float64)
    loss, for_x, for_y = with_gradients(submission, x, x, torch.full((2,), same))
    check_close(loss, torch.tensor(0.0 if same else 100.0, dtype=torch.float64), "the loss")
    check_close(for_x, torch.zeros_like(x), "gradient with respect to x")
    check_close(for_y, torch.zeros_like(x), "gradient with respect to y")


@pytest.mark.weight(2)
def test_fix_pair_loss_of_missing_pairs_has_no_slope(submission, rng):
    """Missing pairs get the gradient 0, and the others that of their own mean."""
    x, y, same = rng.normal(6, 3), rng.normal(6, 3), torch.tensor([True, False, True, False, True, False])
    holes = x.clone()
    holes[1, 2], holes[4] = NAN, NAN
    _, for_x, for_y = with_gradients(submission, holes, y, same)
    rest = torch.tensor([0, 2, 3, 5])
    leaves = x[rest].requires_grad_(), y[rest].requires_grad_()
    want_x, want_y = torch.autograd.grad(smooth(*leaves, same[rest]), leaves)
    zeros = torch.zeros_like(x)
    check_close(for_x, zeros.index_copy(0, rest, want_x), "gradient with respect to x")
    check_close(for_y, zeros.index_copy(0, rest, want_y), "gradient with respect to y")


@pytest.mark.weight(2)
def test_fix_pair_loss_matches_the_formula(submission, rng):
    """Random pairs that differ: value and gradients are right."""
    for shape in ((7, 3), (1, 4), (5, 1)):
        x, y, same = rng.normal(*shape).requires_grad_(), rng.normal(*shape).requires_grad_(), rng.bool(shape[0])

        def theirs(x, y, same=same):
            return submission.fix_pair_loss(x, y, same)

        check_gradients(theirs, lambda x, y, same=same: smooth(x, y, same), x, y, rng=rng)


@pytest.mark.weight(2)
def test_fix_pair_loss_of_everything_at_once(submission, rng):
    """Equal, missing, close and distant pairs side by side, as counted one by one."""
    x, y, same = rng.normal(12, 3), rng.normal(12, 3), torch.arange(12) % 2 == 0
    y[:4] = x[:4]
    x[3:6, 1], y[6, 0], y[7] = NAN, NAN, x[7] + 1e-3
    y[8:10] += 50
    loss, for_x, for_y = with_gradients(submission, x, y, same)
    check_close(loss, by_loop(x, y, same), "the loss", rtol=1e-8)
    for gradient, name in ((for_x, "x"), (for_y, "y")):
        zeros = torch.zeros(7, 3, dtype=torch.float64)
        check_close(gradient[:7], zeros, f"gradient of equal and missing rows of {name}")
        check_close(gradient.isnan().sum(), torch.tensor(0), f"how many slopes of {name} are nan")


def test_fix_pair_loss_of_distant_pairs(submission):
    """1000 apart and not the same: nothing is left to push, the loss is 0."""
    x, y = torch.full((1, 2), 1000.0, dtype=torch.float64), torch.zeros(1, 2, dtype=torch.float64)
    loss, for_x, _ = with_gradients(submission, x, y, torch.tensor([False]))
    check_close(loss, torch.tensor(0.0, dtype=torch.float64), "the loss")
    check_close(for_x, torch.zeros_like(x), "gradient with respect to x")


def test_fix_pair_loss_in_single_precision(submission, rng):
    """float32 goes in and comes out, also with equal and missing rows."""
    x, y, same = rng.normal(6, 3), rng.normal(6, 3), rng.bool(6)
    y[0], x[1, 1] = x[0], NAN
    x, y = x.float(), y.float()
    check_close(submission.fix_pair_loss(x, y, same), by_loop(x, y, same), rtol=1e-3, atol=1e-5)


def test_fix_pair_loss_manners(submission, rng):
    """The pairs and torch's state stay as they were."""
    x, y = rng.normal(5, 3), rng.normal(5, 3)
    x[2, 1] = NAN
    check_manners(submission, lambda: submission.fix_pair_loss(x, y, rng.bool(5)))


def test_fix_pair_loss_on_a_device(submission, rng):
    """The loss is computed on the device of the pairs."""
    x, y = rng.normal(5, 3, dtype=torch.float32), rng.normal(5, 3, dtype=torch.float32)
    y[0], x[1, 1] = x[0], NAN
    check_device(submission.fix_pair_loss, x, y, rng.bool(5))
