"""Suite of inception.multiplications."""

import pytest
import torch
from torch import nn

from grader.suite import check_equal


def counted(image, *convolutions):
    """Count with torch's own layers: every number that comes out takes a whole filter of products."""
    x, total = torch.zeros(1, *image), 0
    for filters, kernel, stride, padding in convolutions:
        layer = nn.Conv2d(x.shape[1], filters, kernel, stride, padding)
        x = layer(x).detach()
        total += x.numel() * layer.weight[0].numel()
    return total


@pytest.mark.visible
@pytest.mark.parametrize(
    "layer_spec, number",
    [
        ([(192, 28, 28), (32, 5, 1, 2)], 120_422_400),
        ([(192, 28, 28), (16, 1, 1, 0), (32, 5, 1, 2)], 12_443_648),
    ],
    ids=["at once", "reduced first"],
)
@pytest.mark.weight(2)
def test_multiplications_of_a_reduction(submission, layer_spec, number):
    """192 channels to 32 by 5x5: 120,422,400; by way of 16, 12,443,648."""
    check_equal(submission.multiplications(layer_spec), number)


@pytest.mark.visible
def test_multiplications_of_one_filter(submission):
    """A 2x2 filter on 3x4 pixels: 2 * 3 places, 4 products each, make 24."""
    check_equal(submission.multiplications([(1, 3, 4), (1, 2, 1, 0)]), 24)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "layer",
    [
        (5, 1, 1, 0),
        (5, 3, 1, 0),
        (5, 3, 1, 1),
        (5, 3, 2, 0),
        (5, 4, 3, 0),
        (5, 5, 3, 2),
        (1, 2, 5, 3),
        (5, 11, 1, 1),
        (5, 9, 1, 0),
    ],
    ids=str,
)
def test_multiplications_of_one_layer(submission, layer):
    """Kernel, stride and padding count as in torch, whatever is left over."""
    check_equal(submission.multiplications([(3, 11, 9), layer]), counted((3, 11, 9), layer))


@pytest.mark.weight(2)
def test_multiplications_of_random_chains(submission, rng):
    """Each layer works on channels, height and width of the one before."""
    for count in (2, 3, 4, 5):
        image, layers = (4, 17, 22), []
        for _ in range(count):
            filters, stride, padding = (int(rng.integers(1, high, 1)) for high in (9, 3, 3))
            layers.append((filters, int(rng.integers(1, 2 * padding + 2, 1)), stride, padding))
        got = submission.multiplications([image, *layers])
        check_equal(got, counted(image, *layers), f"{image}, then {layers}")


def test_multiplications_of_no_layer(submission):
    """An image alone needs none."""
    check_equal(submission.multiplications([(3, 8, 7)]), 0)


def test_multiplications_of_lists_and_tuples(submission):
    """The layers may come in lists or tuples, and stay as they are."""
    check_equal(submission.multiplications(((3, 8, 7), (2, 3, 1, 1), (4, 1, 1, 0))), 3472)
    check_equal(submission.multiplications([[3, 8, 7], [2, 3, 1, 1], [4, 1, 1, 0]]), 3472)
