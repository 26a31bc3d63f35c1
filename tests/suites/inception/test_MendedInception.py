"""Suite of inception.MendedInception: each of its three mistakes alone, then all that the docstring says.

A batch of one image cannot be mixed; a net with the weights that it makes itself shows signs and samples.
"""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_shape,
    check_that,
    check_trains,
    to_device,
)

ARGS = (3, 2, 4)
BRANCHES = ("branch1", "branch3", "branch5", "branch_pool")


class Oracle(nn.Module):
    """The same of torch's own layers."""

    def __init__(self, c, r, f):
        super().__init__()
        for name, (i, o, k) in {
            "branch1": (c, f, 1), "reduce3": (c, r, 1), "reduce5": (c, r, 1),
            "branch3": (r, f, 3), "branch5": (r, f, 5), "branch_pool": (c, f, 1),
        }.items():  # fmt: skip
            setattr(self, name, nn.Conv2d(i, o, k, padding=k // 2))

    def forward(self, x):
        """Return the four branches."""
        three = self.branch3(self.reduce3(x).clamp(min=0)).clamp(min=0)
        five = self.branch5(self.reduce5(x).clamp(min=0)).clamp(min=0)
        pool = self.branch_pool(functional.max_pool2d(x, 3, 1, 1)).clamp(min=0)
        return torch.cat([self.branch1(x).clamp(min=0), three, five, pool], 1)


def alone(submission, args, x):
    """Return what a new block makes of a batch, and of its samples one by one."""
    block = submission.MendedInception(*args)
    return block(x).detach(), torch.cat([block(x[i : i + 1]).detach() for i in range(len(x))])


def moved(submission, args, x, name):
    """Return what a new block makes of x before and after the weights of one layer are 0."""
    block = submission.MendedInception(*args)
    before = block(x).detach().clone()
    with torch.no_grad():
        getattr(block, name).weight.zero_()
        getattr(block, name).bias.zero_()
    return before, block(x).detach()


@pytest.mark.visible
@pytest.mark.parametrize("h, w", [(6, 5), (1, 1), (2, 7)])
def test_MendedInception_keeps_the_size(submission, rng, h, w):
    """Four branches of 4 channels are 16, and height and width stay."""
    got = submission.MendedInception(*ARGS)(rng.normal(3, 3, h, w, dtype=torch.float32))
    check_shape(got, (3, 16, h, w))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedInception_does_not_mix_samples(submission, rng):
    """An image gets the same numbers alone and in a batch."""
    batch, one_by_one = submission.run(alone, ARGS, rng.normal(4, 3, 5, 6, dtype=torch.float32))
    check_close(batch, one_by_one, "the output in a batch, against that one by one")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedInception_ends_each_branch_with_a_relu(submission, rng):
    """For one image, no number of any branch is negative."""
    y = submission.MendedInception(3, 2, 8)(rng.normal(1, 3, 9, 8, dtype=torch.float32))
    check_shape(y, (1, 32, 9, 8))
    lowest = y.detach().reshape(4, -1).amin(1)
    for name, value in zip(BRANCHES, lowest, strict=True):
        check_that(float(value) >= 0, f"the smallest number of {name}", "0 or more", f"{float(value):.3g}")


@pytest.mark.weight(2)
@pytest.mark.parametrize("name, own", [("reduce3", 1), ("reduce5", 2)])
def test_MendedInception_has_a_reduction_for_each_branch(submission, rng, name, own):
    """With reduce3 at 0 the branch of reduce5 stays, and the other way round."""
    x = rng.normal(1, 3, 5, 6, dtype=torch.float32)
    before, after = submission.run(moved, ARGS, x, name)
    check_shape(before, (1, 16, 5, 6))
    check_shape(after, (1, 16, 5, 6))
    for number, branch in enumerate(BRANCHES):
        if number != own:
            channels = slice(4 * number, 4 * number + 4)
            check_close(after[:, channels], before[:, channels], f"the channels of {branch}, with {name} at 0")


@pytest.mark.weight(2)
def test_MendedInception_learns_that_many_numbers(submission):
    """3 channels in, 2 reduced, 4 out: 16 + 8 + 8 + 76 + 204 + 16 = 328 numbers."""

    def count(submission, args):
        return sum(p.numel() for p in submission.MendedInception(*args).parameters())

    check_equal(submission.run(count, ARGS), 328, "the number of parameters")


@pytest.mark.weight(3)
@pytest.mark.parametrize("args", [ARGS, (1, 3, 2), (5, 1, 3)], ids=str)
@pytest.mark.parametrize("n, h, w", [(1, 6, 5), (3, 4, 7)])
def test_MendedInception_forwards_and_backwards(submission, rng, draw, args, n, h, w):
    """Output and all gradients are right, of one image and of several."""
    x = rng.normal(n, args[0], h, w)
    check_network(submission, "MendedInception", args, Oracle(*args), x, rng=rng, draw=draw)


def test_MendedInception_of_negative_images(submission, rng, draw):
    """At the border the pool takes the largest pixel, not a 0 beside it."""
    x = -rng.uniform(2, 3, 4, 5, low=1, high=3)
    check_network(submission, "MendedInception", ARGS, Oracle(*ARGS), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_MendedInception_trains(submission, rng):
    """Six steps of descent move every layer to where it should be."""
    steps = [(rng.normal(3, 3, 4, 5), rng.normal(3, 16, 4, 5)) for _ in range(6)]
    check_trains(submission, "MendedInception", ARGS, Oracle(*ARGS), steps, rng=rng)


def test_MendedInception_in_single_precision(submission, rng, draw):
    """float32 goes in and comes out."""
    x = rng.normal(3, 3, 5, 4, dtype=torch.float32)
    check_network(submission, "MendedInception", ARGS, Oracle(*ARGS), x, rng=rng, rtol=1e-3, atol=1e-4, draw=draw)


def test_MendedInception_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.MendedInception(*ARGS), rng.normal(2, 3, 5, 4, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_MendedInception_on_a_device(submission, rng, draw):
    """Moved to an accelerator, every branch computes there."""
    x = to_device(rng.normal(2, 3, 5, 4))
    check_network(submission, "MendedInception", ARGS, Oracle(*ARGS), x, rng=rng, draw=draw)
