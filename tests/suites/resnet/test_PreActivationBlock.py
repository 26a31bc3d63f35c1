"""Suite of resnet.PreActivationBlock."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_network, to_device

CASES = [(4, 4, 1), (3, 5, 1), (4, 4, 2), (5, 2, 3)]  # channels in and out, stride


@pytest.mark.visible
@pytest.mark.parametrize("c, k, stride", CASES)
def test_PreActivationBlock_keeps_its_layers(submission, shared, c, k, stride):
    """bn1 of what comes in, conv1, bn2, conv2; a projection where the shape changes."""
    got = submission.run(shared.described, "PreActivationBlock", (c, k, stride))
    shared.check_entries(got, shared.PreActivation(c, k, stride))


@pytest.mark.visible
def test_PreActivationBlock_of_three_pixels(submission, shared):
    """-2 becomes a = 0 and F = 1.5, and y = -0.5: nothing is clipped after the sum."""
    state = {}
    for name, value in (("conv1.weight", 2.0), ("conv2.weight", 0.5)):
        state[name] = torch.zeros(1, 1, 3, 3).double()
        state[name][0, 0, 1, 1] = value
    for name in ("bn1", "bn2"):
        state |= {f"{name}.{key}": value for key, value in shared.passing(1).items()}
    state["bn2.bias"] = torch.tensor([3.0]).double()
    x = torch.tensor([[[[-2.0, 1.0, 0.0]]]]).double()
    got = submission.run(shared.played, "PreActivationBlock", (1, 1), state, x)
    check_close(got, torch.tensor([[[[-0.5, 3.5, 1.5]]]]).double())


def test_PreActivationBlock_has_the_expansion_1(submission):
    """The class says that as many channels come out as were asked for."""

    def scenario(submission):
        return submission.PreActivationBlock.expansion, submission.PreActivationBlock(5, 2).expansion

    check_equal(list(submission.run(scenario)), [1, 1], "expansion, of the class and of a block")


@pytest.mark.weight(2)
def test_PreActivationBlock_is_the_identity_when_the_branch_is_empty(submission, rng, draw, shared):
    """With F = 0, y is x, negative numbers too, and so is the gradient."""
    weights = {"conv2.weight": torch.zeros(4, 4, 3, 3).double()}
    block, x = shared.PreActivation(4, 4), rng.normal(3, 4, 6, 5)
    check_network(submission, "PreActivationBlock", (4, 4), block, x, rng=rng, weights=weights, draw=draw)


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("c, k, stride", CASES)
def test_PreActivationBlock_forwards_and_backwards(submission, rng, draw, shared, c, k, stride, training):
    """Output, all gradients and running statistics, with a projection and without."""
    block, x = shared.PreActivation(c, k, stride), rng.normal(4, c, 7, 6)
    check_network(
        submission, "PreActivationBlock", (c, k, stride), block, x, rng=rng, training=training, draw=draw
    )


@pytest.mark.parametrize("shape", [(1, 3, 5, 3), (4, 3, 1, 1), (2, 3, 8, 4)], ids=str)
def test_PreActivationBlock_of_any_size(submission, rng, draw, shared, shape):
    """Sides are divided by the stride and rounded up, down to one pixel."""
    block, x = shared.PreActivation(3, 2, 2), rng.normal(*shape)
    check_network(submission, "PreActivationBlock", (3, 2, 2), block, x, rng=rng, draw=draw)


@pytest.mark.parametrize("k", [3, 4])
def test_PreActivationBlock_has_manners(submission, rng, k):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.PreActivationBlock(3, k), rng.normal(4, 3, 5, 6, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


@pytest.mark.parametrize("c, stride", [(4, 1), (3, 2)])
def test_PreActivationBlock_on_a_device(submission, rng, draw, shared, c, stride):
    """Moved to an accelerator, the block computes there, and the same."""
    block, x = shared.PreActivation(c, 4, stride), to_device(rng.normal(3, c, 7, 6))
    check_network(submission, "PreActivationBlock", (c, 4, stride), block, x, rng=rng, draw=draw)
