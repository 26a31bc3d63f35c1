"""Suite of resnet.Bottleneck."""

import pytest
import torch

from grader.suite import check_equal, check_manners, check_network, to_device

CASES = [(8, 2, 1), (3, 2, 1), (8, 2, 2), (5, 1, 3), (2, 2, 1)]  # channels in, width, stride


@pytest.mark.visible
@pytest.mark.parametrize("c, b, stride", CASES)
def test_Bottleneck_keeps_its_layers(submission, shared, c, b, stride):
    """Three convolutions and batch norms; a projection where the shape changes."""
    got = submission.run(shared.described, "Bottleneck", (c, b, stride))
    shared.check_entries(got, shared.Narrow(c, b, stride))


@pytest.mark.visible
def test_Bottleneck_has_the_expansion_4(submission):
    """The class says how many times the width comes out."""

    def scenario(submission):
        return submission.Bottleneck.expansion, submission.Bottleneck(5, 2).expansion

    check_equal(list(submission.run(scenario)), [4, 4], "expansion, of the class and of a block")


@pytest.mark.visible
@pytest.mark.parametrize("c, b, count", [(64, 64, 75008), (256, 64, 70400), (256, 128, 379392)])
def test_Bottleneck_has_so_many_parameters(submission, c, b, count):
    """The first blocks of ResNet-50 have 75008, 70400 and 379392 parameters."""

    def scenario(submission, c, b):
        with torch.device("meta"):
            block = submission.Bottleneck(c, b, b // 64)
        return sum(parameter.numel() for parameter in block.parameters())

    check_equal(submission.run(scenario, c, b), count, "the number of parameters")


@pytest.mark.weight(2)
def test_Bottleneck_passes_x_on_when_the_branch_is_empty(submission, rng, draw, shared):
    """With F = 0, y is relu(x), and the gradient goes through the shortcut as it is."""
    weights = {"bn3.weight": torch.zeros(8).double(), "bn3.bias": torch.zeros(8).double()}
    block, x = shared.Narrow(8, 2), rng.normal(3, 8, 6, 5)
    check_network(submission, "Bottleneck", (8, 2), block, x, rng=rng, weights=weights, draw=draw)


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("c, b, stride", CASES)
def test_Bottleneck_forwards_and_backwards(submission, rng, draw, shared, c, b, stride, training):
    """Output, all gradients and running statistics, with a projection and without."""
    block, x = shared.Narrow(c, b, stride), rng.normal(4, c, 7, 6)
    check_network(submission, "Bottleneck", (c, b, stride), block, x, rng=rng, training=training, draw=draw)


@pytest.mark.parametrize("shape", [(1, 3, 5, 3), (4, 3, 1, 1), (2, 3, 8, 4)], ids=str)
def test_Bottleneck_of_any_size(submission, rng, draw, shared, shape):
    """Sides are divided by the stride and rounded up, down to one pixel."""
    block, x = shared.Narrow(3, 2, 2), rng.normal(*shape)
    check_network(submission, "Bottleneck", (3, 2, 2), block, x, rng=rng, draw=draw)


def test_Bottleneck_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.Bottleneck(8, 2), rng.normal(4, 8, 5, 6, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


@pytest.mark.parametrize("c, stride", [(8, 1), (3, 2)])
def test_Bottleneck_on_a_device(submission, rng, draw, shared, c, stride):
    """Moved to an accelerator, the block computes there, and the same."""
    block, x = shared.Narrow(c, 2, stride), to_device(rng.normal(4, c, 7, 6))
    check_network(submission, "Bottleneck", (c, 2, stride), block, x, rng=rng, draw=draw)
