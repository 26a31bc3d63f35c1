"""Suite of inception.InceptionA."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_network, check_shape, to_device

BRANCHES = {
    "branch1x1": "0 to 15",
    "branch5x5_2": "16 to 39",
    "branch3x3_3": "40 to 63",
    "branch_pool": "64 to 87",
}


@pytest.mark.visible
@pytest.mark.parametrize("h, w", [(7, 5), (1, 1), (2, 3)])
def test_InceptionA_keeps_the_size(submission, rng, h, w):
    """Three channels become 88, and height and width stay."""
    got = submission.InceptionA(3)(rng.normal(2, 3, h, w, dtype=torch.float32))
    check_shape(got, (2, 88, h, w))


@pytest.mark.visible
def test_InceptionA_of_one_pixel(submission, shared):
    """With weights 1, one pixel reaches 1x1, 5x5, 5x5 and 3x3 pixels."""
    x = torch.zeros(1, 1, 7, 9, dtype=torch.float64)
    x[0, 0, 3, 4] = 1
    want = torch.zeros(1, 88, 7, 9, dtype=torch.float64)
    want[:, :16, 3, 4] = 1
    want[:, 16:40, 1:6, 2:7] = 16
    steps = torch.tensor([1.0, 2.0, 3.0, 2.0, 1.0], dtype=torch.float64)
    want[:, 40:64, 1:6, 2:7] = 16 * 24 * torch.outer(steps, steps)
    want[:, 64:, 2:5, 3:6] = 1 / 9
    states = [shared.filled(shared.InceptionA(1), 1.0)]
    (got,) = submission.run(shared.outputs_of, "InceptionA", (1,), states, x)
    check_shape(got, want.shape, "the output")
    parts = {"1x1": (0, 16), "5x5": (16, 40), "3x3": (40, 64), "pool": (64, 88)}
    for name, (first, end) in parts.items():
        check_close(got[:, first:end], want[:, first:end], f"the channels of the {name} branch")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_InceptionA_keeps_the_order_of_branches(submission, rng, shared):
    """When all branches but one give 0, its own channels are active."""
    x, states = rng.uniform(2, 3, 5, 4, low=0.5, high=1), shared.silenced(shared.InceptionA(3), BRANCHES)
    outputs = submission.run(shared.outputs_of, "InceptionA", (3,), list(states.values()), x)
    for output in outputs:
        check_shape(output, (2, 88, 5, 4), "the output")
    got = {branch: shared.channels_that_are_not_0(y) for branch, y in zip(BRANCHES, outputs, strict=True)}
    check_equal(got, BRANCHES, "the channels of each branch")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, c, h, w", [(2, 3, 7, 6), (1, 5, 4, 9), (3, 1, 1, 1), (2, 16, 3, 2)])
def test_InceptionA_forwards_and_backwards(submission, rng, draw, shared, n, c, h, w):
    """Output and all gradients are right, at the border too."""
    x, oracle = rng.normal(n, c, h, w), shared.InceptionA(c)
    check_network(submission, "InceptionA", (c,), oracle, x, rng=rng, draw=draw)


def test_InceptionA_in_single_precision(submission, rng, draw, shared):
    """It works in float32, and in evaluation as while training."""
    x = rng.normal(2, 4, 5, 3, dtype=torch.float32)
    options = {"rng": rng, "training": False, "draw": draw}
    check_network(submission, "InceptionA", (4,), shared.InceptionA(4), x, **options)


def test_InceptionA_tells_its_channels(submission, shared):
    """out_channels is the int 88."""
    check_equal(submission.run(shared.attribute_of, "InceptionA", (3,), "out_channels"), 88, "out_channels")


def test_InceptionA_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.InceptionA(3), rng.normal(2, 3, 5, 4, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_InceptionA_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every branch computes there, and the same."""
    x = to_device(rng.normal(2, 3, 5, 4))
    check_network(submission, "InceptionA", (3,), shared.InceptionA(3), x, rng=rng, draw=draw)
