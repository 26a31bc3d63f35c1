"""Suite of inception.AuxiliaryHead."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, check_shape, check_that, to_device

HEADS = [(3, 4, 2, 5), (1, 7, 3, 2), (5, 2, 1, 6)]


def trained_outputs(submission, args, state, x):
    """Return what a head makes of x in training mode."""
    head = submission.AuxiliaryHead(*args).to(x.dtype).train()
    head.load_state_dict({**head.state_dict(), **state}, strict=False)
    return head(x).detach()


@pytest.mark.visible
@pytest.mark.parametrize("h, w", [(7, 5), (2, 2), (1, 3)])
def test_AuxiliaryHead_shape(submission, rng, h, w):
    """Images of any size become one row of K scores each."""
    x = rng.normal(3, 4, h, w, dtype=torch.float32)
    check_shape(submission.AuxiliaryHead(4)(x), (3, 10))
    check_shape(submission.AuxiliaryHead(4, 6)(x), (3, 6))


@pytest.mark.visible
def test_AuxiliaryHead_of_four_pixels(submission, shared):
    """Quarters with means 1, 2, 3 and 4 and weights 1: the score is 10."""
    quarters = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    x = quarters.repeat_interleave(2, 0).repeat_interleave(3, 1)
    x[0, 0], x[0, 1] = 0.0, 2.0
    states = [shared.filled(shared.AuxiliaryHead(1, 1, 1, 1), 1.0)]
    (got,) = submission.run(shared.outputs_of, "AuxiliaryHead", (1, 1, 1, 1), states, x.reshape(1, 1, 4, 6))
    check_close(got, torch.tensor([[10.0]], dtype=torch.float64), "the score in evaluation")


@pytest.mark.weight(3)
@pytest.mark.parametrize("h, w", [(6, 8), (5, 7), (1, 3)])
@pytest.mark.parametrize("args", HEADS, ids=str)
def test_AuxiliaryHead_without_dropout(submission, rng, draw, shared, args, h, w):
    """While training with dropout 0, output, gradients and statistics are right."""
    args, x = (*args, 0.0), rng.normal(3, args[0], h, w)
    check_network(submission, "AuxiliaryHead", args, shared.AuxiliaryHead(*args), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [4, 1])
def test_AuxiliaryHead_in_evaluation(submission, rng, draw, shared, n):
    """In evaluation nothing is switched off, whatever dropout is."""
    args, x = (3, 4, 2, 5, 0.9), rng.normal(n, 3, 6, 5)
    options = {"rng": rng, "training": False, "draw": draw}
    check_network(submission, "AuxiliaryHead", args, shared.AuxiliaryHead(*args), x, **options)


def test_AuxiliaryHead_has_default_widths(submission, rng, draw, shared):
    """Without further arguments: 10 classes, 8 channels, 16 hidden units."""
    x, options = rng.normal(3, 2, 4, 5), {"rng": rng, "training": False, "draw": draw}
    check_network(submission, "AuxiliaryHead", (2,), shared.AuxiliaryHead(2), x, **options)


def test_AuxiliaryHead_when_all_units_are_off(submission, rng, draw, shared):
    """With dropout 1 only the bias of fc2 is left while training."""
    args, x = (3, 4, 2, 5, 1.0), rng.normal(3, 3, 6, 5)
    options = {"rng": rng, "gradients": False, "draw": draw}
    check_network(submission, "AuxiliaryHead", args, shared.AuxiliaryHead(*args), x, **options)


@pytest.mark.statistical
@pytest.mark.weight(2)
@pytest.mark.parametrize("p", [None, 0.2])
def test_AuxiliaryHead_switches_units_off(submission, rng, shared, p):
    """While training a unit is 0 or divided by 1 - dropout (0.7 if not given)."""
    args, state = (2, 40, 1, 40), shared.filled(shared.AuxiliaryHead(2, 40, 1, 40), 0.5)
    state |= {"fc1.bias": torch.full((40,), 2.0).double(), "fc2.weight": torch.eye(40).double()}
    x = rng.uniform(60, 2, 3, 3)
    got = submission.run(trained_outputs, args if p is None else (*args, p), state, x)
    own = shared.AuxiliaryHead(*args, 0.0).double().train()
    own.load_state_dict({**own.state_dict(), **state})
    units = own(x).detach()
    check_shape(got, units.shape)
    p = 0.7 if p is None else p
    want = torch.where(got == 0, torch.zeros_like(units), units / (1 - p))
    check_close(got, want, "the units that are on")
    off = (got == 0).double()
    share = off.mean().item()
    text = "all of them" if share == 1 else "none" if share == 0 else f"about {round(share, 1)} of them"
    check_that(abs(share - p) < 0.09, "units that are off", f"about {p} of them", text)
    alike = bool((off == off[:1]).all())
    check_that(not alike, "units that are off", "other ones in each sample", "the same in all samples")


def test_AuxiliaryHead_has_manners(submission, rng):
    """In evaluation it changes no input and draws no random number."""
    head, x = submission.AuxiliaryHead(3), rng.normal(2, 3, 5, 4, dtype=torch.float32)
    head.eval()
    check_manners(submission, lambda: head(x))


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_AuxiliaryHead_on_a_device(submission, rng, draw, shared, p):
    """Moved to an accelerator, it computes there, and the same."""
    args, x = (3, 4, 2, 5, p), to_device(rng.normal(3, 3, 4, 6))
    options = {"rng": rng, "gradients": p == 0, "draw": draw}
    check_network(submission, "AuxiliaryHead", args, shared.AuxiliaryHead(*args), x, **options)
