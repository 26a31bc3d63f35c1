"""Suite of resnet.ResidualBlock."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, to_device


def middle(value):
    """Return a 3x3 kernel of one channel that multiplies by a number."""
    kernel = torch.zeros(1, 1, 3, 3).double()
    kernel[0, 0, 1, 1] = value
    return kernel


def empty(channels):
    """Return the weights of a last batch norm that gives 0."""
    return {"bn2.weight": torch.zeros(channels).double(), "bn2.bias": torch.zeros(channels).double()}


@pytest.mark.visible
@pytest.mark.parametrize("channels", [1, 3])
def test_ResidualBlock_keeps_its_layers(submission, shared, channels):
    """Two convolutions without biases and two batch norms, under their names."""
    got = submission.run(shared.described, "ResidualBlock", (channels,))
    shared.check_entries(got, shared.Residual(channels))


@pytest.mark.visible
def test_ResidualBlock_of_four_pixels(submission, shared):
    """-2 gives F = 3, and y = relu(3 - 2) = 1; -4 gives 3 - 4, and y = 0."""
    state = {"conv1.weight": middle(2.0), "conv2.weight": middle(0.5)}
    for name in ("bn1", "bn2"):
        state |= {f"{name}.{key}": value for key, value in shared.passing(1).items()}
    state["bn2.bias"] = torch.tensor([3.0]).double()
    x = torch.tensor([[[[-2.0, -4.0, 3.0, 0.0]]]]).double()
    got = submission.run(shared.played, "ResidualBlock", (1,), state, x)
    check_close(got, torch.tensor([[[[1.0, 0.0, 9.0, 3.0]]]]).double())


@pytest.mark.weight(2)
def test_ResidualBlock_passes_x_on_when_the_branch_is_empty(submission, rng, draw, shared):
    """With F = 0, y is relu(x), and the gradient goes through the shortcut as it is."""
    check_network(
        submission,
        "ResidualBlock",
        (4,),
        shared.Residual(4),
        rng.normal(3, 4, 6, 5),
        rng=rng,
        weights=empty(4),
        draw=draw,
    )


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
def test_ResidualBlock_forwards_and_backwards(submission, rng, draw, shared, training):
    """Output, all gradients and the running statistics, in both modes."""
    x = rng.normal(3, 4, 7, 6)
    check_network(
        submission, "ResidualBlock", (4,), shared.Residual(4), x, rng=rng, training=training, draw=draw
    )


@pytest.mark.parametrize("shape", [(1, 2, 5, 3), (4, 2, 1, 1), (2, 2, 1, 4)], ids=str)
def test_ResidualBlock_of_any_size(submission, rng, draw, shared, shape):
    """One image, one pixel and a row of pixels keep their shape."""
    x = rng.normal(*shape)
    check_network(submission, "ResidualBlock", (2,), shared.Residual(2), x, rng=rng, draw=draw)


def test_ResidualBlock_in_single_precision(submission, rng, draw, shared):
    """float32 goes in and comes out."""
    x = rng.normal(5, 3, 4, 6, dtype=torch.float32)
    check_network(
        submission, "ResidualBlock", (3,), shared.Residual(3), x, rng=rng, rtol=1e-3, atol=1e-4, draw=draw
    )


def test_ResidualBlock_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.ResidualBlock(3), rng.normal(4, 3, 5, 6, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_ResidualBlock_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, the block computes there, and the same."""
    x = to_device(rng.normal(3, 4, 7, 6))
    check_network(submission, "ResidualBlock", (4,), shared.Residual(4), x, rng=rng, draw=draw)
