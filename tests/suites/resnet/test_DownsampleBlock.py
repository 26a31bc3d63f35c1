"""Suite of resnet.DownsampleBlock."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, to_device

CASES = [(3, 5, 2), (4, 4, 2), (5, 2, 1), (3, 3, 1), (1, 4, 3)]  # channels in and out, stride


@pytest.mark.visible
@pytest.mark.parametrize("c, k, stride", CASES[:4])
def test_DownsampleBlock_keeps_its_layers(submission, shared, c, k, stride):
    """conv1, bn1, conv2, bn2, and in downsample a convolution and a batch norm."""
    got = submission.run(shared.described, "DownsampleBlock", (c, k, stride))
    shared.check_entries(got, shared.Residual(c, k, stride))


@pytest.mark.visible
@pytest.mark.parametrize("stride", [1, 2])
def test_DownsampleBlock_of_its_shortcut_alone(submission, shared, stride):
    """With F = 0 and a 1x1 weight of -2 every stride-th pixel is doubled and turned."""
    state = {"downsample.0.weight": torch.full((1, 1, 1, 1), -2.0).double()}
    for name in ("bn1", "bn2", "downsample.1"):
        state |= {f"{name}.{key}": value for key, value in shared.passing(1).items()}
    state["bn2.weight"] = torch.zeros(1).double()
    x = torch.tensor([[[[-1.0, 5.0, -3.0], [7.0, -2.0, 9.0], [4.0, 6.0, -8.0]]]]).double()
    got = submission.run(shared.played, "DownsampleBlock", (1, 1, stride), state, x)
    want = torch.tensor([[[[2.0, 0.0, 6.0], [0.0, 4.0, 0.0], [0.0, 0.0, 16.0]]]]).double()
    check_close(got, want[:, :, ::stride, ::stride].contiguous())


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("c, k, stride", CASES)
def test_DownsampleBlock_forwards_and_backwards(submission, rng, draw, shared, c, k, stride, training):
    """Output, all gradients and running statistics, for any channels and stride."""
    block, x = shared.Residual(c, k, stride), rng.normal(4, c, 7, 6)
    check_network(
        submission, "DownsampleBlock", (c, k, stride), block, x, rng=rng, training=training, draw=draw
    )


@pytest.mark.parametrize("shape", [(1, 2, 5, 3), (4, 2, 1, 1), (2, 2, 8, 4)], ids=str)
def test_DownsampleBlock_of_any_size(submission, rng, draw, shared, shape):
    """Sides are divided by the stride and rounded up, down to one pixel."""
    block, x = shared.Residual(2, 3, 2), rng.normal(*shape)
    check_network(submission, "DownsampleBlock", (2, 3, 2), block, x, rng=rng, draw=draw)


def test_DownsampleBlock_in_single_precision(submission, rng, draw, shared):
    """float32 goes in and comes out."""
    block, x = shared.Residual(3, 2, 2), rng.normal(5, 3, 4, 6, dtype=torch.float32)
    check_network(
        submission, "DownsampleBlock", (3, 2, 2), block, x, rng=rng, rtol=1e-3, atol=1e-4, draw=draw
    )


def test_DownsampleBlock_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.DownsampleBlock(3, 4, 2), rng.normal(4, 3, 5, 6, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_DownsampleBlock_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, the block computes there, and the same."""
    block, x = shared.Residual(3, 5, 2), to_device(rng.normal(4, 3, 7, 6))
    check_network(submission, "DownsampleBlock", (3, 5, 2), block, x, rng=rng, draw=draw)
