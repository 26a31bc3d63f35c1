"""Suite of resnet.MendedDownsampleBlock: each of its three mistakes alone, then all that the docstring says.

With stride 1 no pixel is skipped; where all numbers are positive it does not matter where the ReLU stands; and what is
cut out of the graph shows in the gradient alone.
"""

import pytest
import torch
from torch import nn

from grader.suite import (
    check_close,
    check_manners,
    check_network,
    check_shape,
    check_that,
    check_trains,
    to_device,
)

CASES = [(3, 5, 2), (4, 4, 2), (5, 2, 1), (1, 4, 3)]  # channels in and out, stride


class Oracle(nn.Module):
    """The same of torch's own layers."""

    def __init__(self, c, k, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(c, k, 3, stride, 1, bias=False), nn.BatchNorm2d(k)
        self.conv2, self.bn2 = nn.Conv2d(k, k, 3, 1, 1, bias=False), nn.BatchNorm2d(k)
        self.project, self.norm = nn.Conv2d(c, k, 1, stride, bias=False), nn.BatchNorm2d(k)

    def forward(self, x):
        """Return relu(F(x) + P(x))."""
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).clamp(min=0)))
        return (y + self.norm(self.project(x))).clamp(min=0)


def of_the_shortcut(submission, stride, x):
    """Let F be 0 and P double each pixel, in evaluation; return the output and the gradient of x under ones."""
    block = submission.MendedDownsampleBlock(1, 1, stride).double().eval()
    with torch.no_grad():
        block.bn2.weight.zero_()
        block.project.weight.fill_(2.0)
        block.norm.running_var.fill_(1 - block.norm.eps)
    x = x.clone().requires_grad_()
    y = block(x)
    y.backward(torch.ones_like(y))
    return y.detach(), torch.zeros_like(x) if x.grad is None else x.grad


@pytest.mark.visible
@pytest.mark.parametrize("c, k, stride", CASES)
def test_MendedDownsampleBlock_shape(submission, rng, c, k, stride):
    """Sides are divided by the stride and rounded up."""
    got = submission.MendedDownsampleBlock(c, k, stride)(rng.normal(4, c, 7, 6, dtype=torch.float32))
    check_shape(got, (4, k, -(-7 // stride), -(-6 // stride)))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedDownsampleBlock_ends_with_the_relu(submission, rng):
    """No number of the output is negative."""
    y = submission.MendedDownsampleBlock(3, 6, 1)(rng.normal(5, 3, 6, 7, dtype=torch.float32))
    check_shape(y, (5, 6, 6, 7))
    lowest = float(y.detach().amin())
    check_that(lowest >= 0, "the smallest number of the output", "0 or more", f"{lowest:.3g}")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedDownsampleBlock_takes_every_second_pixel(submission):
    """With F = 0, P = 2 x and stride 2, pixels 1, 3, 7 and 9 of nine arrive."""
    x = torch.arange(1.0, 10).double().reshape(1, 1, 3, 3)
    got, _ = submission.run(of_the_shortcut, 2, x)
    check_close(got, torch.tensor([[[[2.0, 6.0], [14.0, 18.0]]]]).double())


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedDownsampleBlock_hands_the_gradient_back(submission):
    """With F = 0 and P = 2 x the gradient of each positive pixel is 2."""
    x = torch.arange(1.0, 7).double().reshape(1, 1, 2, 3)
    _, gradient = submission.run(of_the_shortcut, 1, x)
    check_close(gradient, torch.full_like(x, 2.0), "gradient with respect to x")


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("c, k, stride", CASES)
def test_MendedDownsampleBlock_forwards_and_backwards(submission, rng, draw, c, k, stride, training):
    """Output, all gradients and running statistics, for any channels and stride."""
    block, x = Oracle(c, k, stride), rng.normal(4, c, 7, 6)
    check_network(
        submission, "MendedDownsampleBlock", (c, k, stride), block, x, rng=rng, training=training, draw=draw
    )


@pytest.mark.parametrize("shape", [(1, 2, 5, 3), (4, 2, 1, 1), (2, 2, 8, 4)], ids=str)
def test_MendedDownsampleBlock_of_any_size(submission, rng, draw, shape):
    """Odd sides, even sides and single pixels fit."""
    x = rng.normal(*shape)
    check_network(submission, "MendedDownsampleBlock", (2, 3, 2), Oracle(2, 3, 2), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_MendedDownsampleBlock_trains(submission, rng):
    """Five steps of descent lead to the weights and statistics that they should."""
    steps = [(rng.normal(4, 2, 5, 4), rng.normal(4, 3, 3, 2)) for _ in range(5)]
    check_trains(submission, "MendedDownsampleBlock", (2, 3, 2), Oracle(2, 3, 2), steps, rng=rng)


def test_MendedDownsampleBlock_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.MendedDownsampleBlock(3, 4, 2), rng.normal(4, 3, 5, 6, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_MendedDownsampleBlock_on_a_device(submission, rng, draw):
    """Moved to an accelerator, the block computes there, and the same."""
    x = to_device(rng.normal(4, 3, 7, 6))
    check_network(submission, "MendedDownsampleBlock", (3, 5, 2), Oracle(3, 5, 2), x, rng=rng, draw=draw)
