"""Suite of inception.Inception."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_network, check_shape, to_device

WIDTHS = (2, (3, 4), (1, 5), 3)
BRANCHES = {"branch1": "0 to 1", "branch2": "2 to 5", "branch3": "6 to 10", "branch4": "11 to 13"}


@pytest.mark.visible
@pytest.mark.parametrize("h, w", [(7, 5), (1, 1), (2, 3)])
def test_Inception_keeps_the_size(submission, rng, h, w):
    """2 + 4 + 5 + 3 = 14 channels, and height and width stay."""
    got = submission.Inception(6, *WIDTHS)(rng.normal(3, 6, h, w, dtype=torch.float32))
    check_shape(got, (3, 14, h, w))


@pytest.mark.visible
def test_Inception_of_one_pixel(submission, shared):
    """With weights 1, one pixel reaches 1x1, 3x3, 5x5 and 3x3 pixels."""
    x = torch.zeros(1, 1, 7, 9, dtype=torch.float64)
    x[0, 0, 3, 4] = 1
    want = torch.zeros(1, 14, 7, 9, dtype=torch.float64)
    want[:, :2, 3, 4] = 1
    want[:, 2:6, 2:5, 3:6] = 3
    want[:, 6:11, 1:6, 2:7] = 1
    want[:, 11:, 2:5, 3:6] = 1
    states = [shared.filled(shared.Inception(1, *WIDTHS), 1.0)]
    (got,) = submission.run(shared.outputs_of, "Inception", (1, *WIDTHS), states, x)
    check_shape(got, want.shape, "the output")
    parts = {"1x1": (0, 2), "3x3": (2, 6), "5x5": (6, 11), "pool": (11, 14)}
    for name, (first, end) in parts.items():
        check_close(got[:, first:end], want[:, first:end], f"the channels of the {name} branch")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_Inception_keeps_the_order_of_branches(submission, rng, shared):
    """When all branches but one give 0, its own channels are active."""
    args, x = (3, *WIDTHS), rng.uniform(2, 3, 5, 4, low=0.5, high=1)
    states = shared.silenced(shared.Inception(*args), BRANCHES)
    outputs = submission.run(shared.outputs_of, "Inception", args, list(states.values()), x)
    for output in outputs:
        check_shape(output, (2, 14, 5, 4), "the output")
    got = {branch: shared.channels_that_are_not_0(y) for branch, y in zip(BRANCHES, outputs, strict=True)}
    check_equal(got, BRANCHES, "the channels of each branch")


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize(
    "n, h, w, args",
    [(2, 7, 5, (3, *WIDTHS)), (5, 4, 6, (1, 3, (2, 3), (2, 3), 3)), (3, 1, 1, (4, 1, (4, 2), (3, 1), 5))],
    ids=str,
)
def test_Inception_forwards_and_backwards(submission, rng, draw, shared, n, h, w, args, training):
    """Output, gradients and running statistics are right in both modes."""
    x, oracle = rng.normal(n, args[0], h, w), shared.Inception(*args)
    check_network(submission, "Inception", args, oracle, x, rng=rng, training=training, draw=draw)


def test_Inception_of_negative_images(submission, rng, draw, shared):
    """At the border the pool takes the largest pixel, not a 0 beside it."""
    args, x = (3, *WIDTHS), -rng.uniform(2, 3, 4, 5, low=1, high=3)
    check_network(submission, "Inception", args, shared.Inception(*args), x, rng=rng, draw=draw)


@pytest.mark.parametrize("widths", [WIDTHS, (64, (96, 128), (16, 32), 32)], ids=str)
def test_Inception_tells_its_channels(submission, shared, widths):
    """out_channels is the int c1 + c2[1] + c3[1] + c4."""
    got = submission.run(shared.attribute_of, "Inception", (5, *widths), "out_channels")
    check_equal(got, widths[0] + widths[1][1] + widths[2][1] + widths[3], "out_channels")


def test_Inception_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.Inception(3, *WIDTHS), rng.normal(2, 3, 5, 4, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_Inception_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every branch computes there, and the same."""
    args, x = (3, *WIDTHS), to_device(rng.normal(2, 3, 5, 4))
    check_network(submission, "Inception", args, shared.Inception(*args), x, rng=rng, draw=draw)
