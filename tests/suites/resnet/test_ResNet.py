"""Suite of resnet.ResNet."""

import pytest
import torch
from torch import nn

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_trains,
    to_device,
)


def small_block(expansion):
    """Return a class of blocks with one convolution, whose output is `expansion` times as wide."""
    from torch import nn

    class Block(nn.Module):
        def __init__(self, in_channels, channels, stride=1):
            super().__init__()
            self.conv = nn.Conv2d(in_channels, channels * expansion, 3, stride, 1)

        def forward(self, x):
            return torch.tanh(self.conv(x))

    Block.expansion = expansion
    return Block


class Small(nn.Module):
    """The same block."""

    expansion = 1

    def __init__(self, c, k, stride=1):
        """Make the convolution."""
        super().__init__()
        self.conv = nn.Conv2d(c, k * self.expansion, 3, stride, 1)

    def forward(self, x):
        """Return its output."""
        return torch.tanh(self.conv(x))


class Wide(Small):
    """The same block, three times as wide."""

    expansion = 3


BLOCKS = {1: Small, 3: Wide}


def described(submission, block, args):
    """Return what a new net keeps, and how many numbers it learns; no number is computed."""
    with torch.device("meta"):
        net = submission.ResNet(block, *args)
    parameters = dict(net.named_parameters(remove_duplicate=False))
    kinds = {key: "parameter" if key in parameters else "buffer" for key in net.state_dict()}
    entries = {key: (kinds[key], tuple(value.shape)) for key, value in net.state_dict().items()}
    return entries, sum(parameter.numel() for parameter in net.parameters())


def count(submission, kind, layers):
    """Return how many numbers a net of the usual blocks learns; the blocks are made here."""
    from torch import nn

    class Block(nn.Module):
        def __init__(self, in_channels, channels, stride=1):
            super().__init__()
            wide = channels * type(self).expansion
            sizes = [in_channels, channels, channels, wide] if kind == "narrow" else [in_channels, wide, wide]
            kernels = [1, 3, 1] if kind == "narrow" else [3, 3]
            for i, kernel in enumerate(kernels):
                setattr(self, f"conv{i}", nn.Conv2d(sizes[i], sizes[i + 1], kernel, bias=False))
                setattr(self, f"bn{i}", nn.BatchNorm2d(sizes[i + 1]))
            if (stride, in_channels) != (1, wide):
                layers = nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide)
                self.downsample = nn.Sequential(*layers)

    Block.expansion = 4 if kind == "narrow" else 1
    with torch.device("meta"):
        net = submission.ResNet(Block, layers)
    return sum(parameter.numel() for parameter in net.parameters())


@pytest.mark.visible
@pytest.mark.parametrize(
    "kind, layers, number",
    [
        ("basic", (2, 2, 2, 2), 11689512),
        ("basic", (3, 4, 6, 3), 21797672),
        ("narrow", (3, 4, 6, 3), 25557032),
    ],
    ids=["18", "34", "50"],
)
def test_ResNet_has_so_many_parameters(submission, kind, layers, number):
    """ResNet-18, 34 and 50 have 11,689,512, 21,797,672 and 25,557,032 parameters."""
    check_equal(submission.run(count, kind, layers), number, "the number of parameters")


@pytest.mark.visible
@pytest.mark.parametrize(
    "expansion, args",
    [(1, ((2, 1, 3), 7, 4, 2)), (3, ((1, 2), 5, 2, 4)), (3, ([3], 2, 4)), (1, ((1, 1, 1, 1, 1),))],
    ids=str,
)
def test_ResNet_keeps_its_layers(submission, shared, expansion, args):
    """conv1, bn1, a row of blocks for each stage under layer1, layer2, ..., and fc."""
    got = submission.run(described, submission.build(small_block, expansion), args)
    block, (layers, *others) = BLOCKS[expansion], args
    with torch.device("meta"):
        net = shared.Net(block, layers, *(others or [1000]))
    shared.check_entries(got, net)


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "expansion, layers, c", [(1, (1, 2), 3), (3, (2, 1, 1), 2), (3, (1,), 1), (1, (1, 1, 1, 1), 3)], ids=str
)
def test_ResNet_forwards_and_backwards(submission, rng, draw, shared, expansion, layers, c, training):
    """Scores, all gradients and running statistics, for any stages and blocks."""
    net, block = shared.Net(BLOCKS[expansion], layers, 5, 2, c), submission.build(small_block, expansion)
    args, x = (block, layers, 5, 2, c), rng.normal(3, c, 15, 14)
    check_network(submission, "ResNet", args, net, x, rng=rng, training=training, draw=draw)


@pytest.mark.weight(2)
def test_ResNet_trains(submission, rng, shared):
    """Four steps of descent move all weights and running statistics as they should."""
    net, block = shared.Net(Small, (2, 1), 5, 3, 2), submission.build(small_block, 1)
    batches = [(rng.normal(n, 2, 17, 14), rng.integers(0, 5, n)) for n in (4, 5, 4, 3)]
    check_trains(submission, "ResNet", (block, (2, 1), 5, 3, 2), net, batches, rng=rng)


@pytest.mark.parametrize("size", [(1, 1), (9, 30), (33, 2)], ids=str)
def test_ResNet_of_any_image(submission, rng, draw, shared, size):
    """The mean is over all pixels that are left: one net takes images of any size."""
    net, block = shared.Net(Small, (1, 1), 4, 3, 2), submission.build(small_block, 1)
    x = rng.normal(3, 2, *size)
    check_network(submission, "ResNet", (block, (1, 1), 4, 3, 2), net, x, rng=rng, draw=draw)


def test_ResNet_of_one_image(submission, rng, shared):
    """One image gives one row of scores, also when there is one class."""

    def scenario(submission, block, state, x):
        net = submission.ResNet(block, (1,), 1, 2, 3).to(x.dtype).eval()
        net.load_state_dict(state, strict=False)
        return net(x).detach()

    net, x = shared.Net(Small, (1,), 1, 2, 3).double().eval(), rng.normal(1, 3, 8, 7)
    state = shared.drawn_state(rng, net)
    net.load_state_dict(state)
    got = submission.run(scenario, submission.build(small_block, 1), state, x)
    check_close(got, net(x).detach(), "the scores")


def test_ResNet_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    net = submission.ResNet(submission.build(small_block, 1), (1, 1), 4, 2)
    x = rng.normal(2, 3, 9, 8, dtype=torch.float32)
    check_manners(submission, lambda: net(x))


def test_ResNet_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    net, block = shared.Net(Wide, (1, 2), 5, 2, 3), submission.build(small_block, 3)
    x = to_device(rng.normal(3, 3, 15, 14))
    check_network(submission, "ResNet", (block, (1, 2), 5, 2, 3), net, x, rng=rng, draw=draw)
