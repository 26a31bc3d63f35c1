"""Suite of mlp.xavier_uniform_."""

import functools
import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_manners,
    check_shape,
    check_that,
    to_device,
)

FORBIDDEN = ("xavier_uniform_", "xavier_normal_", "xavier_uniform", "calculate_gain", "init")


def fill(submission, weight, *args, **kwargs):
    """Call the function where changing weight is allowed."""
    return submission.mutating("weight").xavier_uniform_(weight, *args, **kwargs)


@pytest.mark.visible
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("parameter", [False, True])
def test_xavier_uniform__fills_the_weight_itself(submission, rng, parameter, dtype):
    """What comes back is the weight itself, refilled; a parameter stays a leaf."""
    weight = rng.normal(5, 4, dtype=dtype)
    weight = torch.nn.Parameter(weight) if parameter else weight
    before = weight.detach().clone()
    got = fill(submission, weight)
    check_that(got is weight, "what is returned", "the weight itself", "another object")
    check_that(bool((weight != before).all()), "the weight after the call", "new values", "an old value")
    kept = weight.is_leaf and weight.requires_grad is parameter and weight.dtype is dtype
    check_that(kept, "the weight after the call", "a leaf with its requires_grad and dtype", "something else")


@pytest.mark.statistical
@pytest.mark.weight(4)
@pytest.mark.parametrize("shape", [(400, 800), (800, 200)], ids=str)
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_xavier_uniform__has_the_stated_scale(submission, shape, gain):
    """Bound, deviation and mean are those of Glorot's uniform distribution."""
    weight, a = torch.empty(shape).fill_(torch.nan), gain * math.sqrt(6 / sum(shape))
    fill(submission, weight, gain)
    values = weight.double()
    check_close(values.abs().mean().item(), a / 2, "mean size of an entry", rtol=0.01)
    check_close(values.std().item(), a / math.sqrt(3), "standard deviation", rtol=0.01)
    check_close(values.abs().max().item(), a, "largest entry", rtol=1e-3)
    check_close(values.mean().item(), 0.0, "mean", atol=6 * a / math.sqrt(3 * weight.numel()))


@pytest.mark.statistical
def test_xavier_uniform__draws_every_entry(submission):
    """Each entry is a draw of its own: rows and columns differ."""
    weight, a = torch.zeros(400, 800), math.sqrt(6 / 1200)
    fill(submission, weight)
    rows, columns = weight.double().mean(1).std().item(), weight.double().mean(0).std().item()
    check_close(rows, a / math.sqrt(3 * 800), "deviation of the means of the rows", rtol=0.25)
    check_close(columns, a / math.sqrt(3 * 400), "deviation of the means of the columns", rtol=0.2)


def test_xavier_uniform__draws_from_the_generator(submission, rng):
    """Equal generators give equal weights, and the global state is left alone."""
    seed = rng.seed()
    weights = [torch.zeros(5, 4), torch.zeros(5, 4)]
    for weight in weights:
        generator = torch.Generator().manual_seed(seed)
        check_manners(submission, functools.partial(fill, submission, weight, generator=generator))
    check_close(weights[1], weights[0], "the weights of the second of two equal generators")
    fill(submission, weights[1], generator=generator)
    same = torch.equal(weights[1], weights[0])
    check_that(not same, "the next draw of a generator", "other weights", "the same weights again")


def test_xavier_uniform__draws_from_the_global_state(submission, rng):
    """Without a generator the numbers follow torch.manual_seed, anew each time."""

    def scenario(submission, seed):
        torch.manual_seed(seed)
        first, second = (submission.xavier_uniform_(torch.zeros(5, 4)).clone() for _ in range(2))
        torch.manual_seed(seed)
        return first, second, submission.xavier_uniform_(torch.zeros(5, 4)).clone()

    first, second, again = submission.run(scenario, rng.seed())
    check_close(again, first, "the weights after the same seed")
    check_shape(first, (5, 4))
    check_shape(second, (5, 4))
    check_that(not torch.equal(second, first), "the next draw", "other weights", "the same weights again")


@pytest.mark.detail
def test_xavier_uniform__when_not_contiguous(submission, rng):
    """A transposed weight is filled in its own memory, nothing beside it."""
    base = rng.normal(4, 6)
    before = base.clone()
    fill(submission, base[:3].t())
    check_that(bool((base[:3] != before[:3]).all()), "the entries of the view", "new values", "an old value")
    check_close(base[3], before[3], "the entries beside the view")


def test_xavier_uniform__is_made_by_hand(submission, rng):
    """The bound is computed here, without torch.nn.init."""
    weight = rng.normal(4, 3)
    check_by_hand(submission, lambda: fill(submission, weight), FORBIDDEN, task="xavier_uniform_")


@pytest.mark.statistical
def test_xavier_uniform__on_a_device(submission):
    """A weight on an accelerator is filled there."""

    def scenario(submission, weight):
        weight = torch.nn.Parameter(weight.clone())
        submission.xavier_uniform_(weight)
        return weight.detach().clone()

    weight = to_device(torch.zeros(200, 100))
    got = submission.run(scenario, weight)
    check_shape(got, (200, 100))
    check_that(got.device == weight.device, "the device", "that of the weight", got.device.type)
    check_close(got.cpu().double().std().item(), math.sqrt(2 / 300), "standard deviation", rtol=0.05)
