"""Suite of attention.sinusoidal_positions."""

import math

import pytest
import torch

from grader.suite import check_close, check_like, check_manners, to_device


def by_hand(length, dim):
    """The oracle: every number by itself, in float64."""
    waves = (math.sin, math.cos)
    rows = [[waves[j % 2](t / 10000 ** ((j - j % 2) / dim)) for j in range(dim)] for t in range(length)]
    return torch.tensor(rows, dtype=torch.float64).reshape(length, dim).float()


@pytest.mark.parametrize("length, dim", [(5, 6), (1, 4), (0, 2), (4, 4)])
def test_sinusoidal_positions_shape_and_dtype(submission, length, dim):
    """A row for each position, (T, D), float32."""
    check_like(submission.sinusoidal_positions(length, dim), by_hand(length, dim))


@pytest.mark.visible
def test_sinusoidal_positions_of_four_columns(submission):
    """Position 1 has the angles 1 and 1/100: sin 1, cos 1, sin 0.01, cos 0.01."""
    want = torch.tensor([[0.0, 1.0, 0.0, 1.0], [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]])
    check_close(submission.sinusoidal_positions(2, 4), want)


@pytest.mark.weight(3)
@pytest.mark.parametrize("length, dim", [(7, 2), (9, 6), (5, 8), (20, 14), (1, 6)])
def test_sinusoidal_positions_of_any_size(submission, length, dim):
    """Sines and cosines of t / 10000^(2i/D), one after the other."""
    check_close(submission.sinusoidal_positions(length, dim), by_hand(length, dim))


def test_sinusoidal_positions_turn_by_the_same_angle(submission, draw):
    """From a position to the one 3 further each pair turns by one angle everywhere."""
    p = submission.sinusoidal_positions(40, 6)
    check_like(p, torch.zeros(40, 6))
    sine, cosine = p[:, 0::2].double(), p[:, 1::2].double()
    turned = sine[3:] * cosine[:-3] - cosine[3:] * sine[:-3]
    want = torch.tensor([math.sin(3 / 10000 ** (i / 3)) for i in range(3)], dtype=torch.float64)
    check_close(turned, want.expand(37, 3), "the sine of the angle between two positions", rtol=0, atol=1e-4)
    table = submission.sinusoidal_positions(64, 32)
    check_like(table, torch.zeros(64, 32))
    draw.picture("64 positions of 32 numbers", "states", table.t(), caption="a row for each number, fast waves above")


def test_sinusoidal_positions_far_away(submission):
    """A thousand positions are right within what float32 can tell."""
    check_close(submission.sinusoidal_positions(1000, 10), by_hand(1000, 10), rtol=0, atol=5e-4)


def test_sinusoidal_positions_has_manners(submission):
    """A call draws no random number."""
    check_manners(submission, lambda: submission.sinusoidal_positions(4, 6))


def test_sinusoidal_positions_on_a_device(submission):
    """With a device the table is made there."""
    there = to_device(by_hand(5, 6))
    check_close(submission.sinusoidal_positions(5, 6, there.device), there)
