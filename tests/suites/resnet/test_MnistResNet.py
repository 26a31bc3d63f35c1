"""Suite of resnet.MnistResNet."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_equal, check_manners, check_network, check_raises, to_device


def sides(image_size):
    """Return height and width in front of the linear layer."""
    pair = (image_size, image_size) if isinstance(image_size, int) else image_size
    return [((side - 4) // 2 - 4) // 2 for side in pair]


class Oracle(nn.Module):
    """The same network of torch's own layers."""

    def __init__(self, block, c=1, classes=10, image_size=28):
        """Make the layers."""
        super().__init__()
        h, w = sides(image_size)
        self.conv1, self.block1 = nn.Conv2d(c, 16, 5), block(16)
        self.conv2, self.block2 = nn.Conv2d(16, 32, 5), block(32)
        self.fc = nn.Linear(32 * h * w, classes)

    def forward(self, x):
        """Return the scores."""
        x = self.block1(functional.max_pool2d(self.conv1(x), 2).clamp(min=0))
        x = self.block2(functional.max_pool2d(self.conv2(x), 2).clamp(min=0))
        return self.fc(x.reshape(len(x), -1))


@pytest.mark.visible
@pytest.mark.parametrize("args", [(), (3, 7, 20), (2, 5, (17, 22))], ids=str)
def test_MnistResNet_keeps_its_layers(submission, shared, args):
    """conv1, block1, conv2, block2 and fc; 512 numbers go into fc for 28 x 28."""
    got = submission.run(shared.described, "MnistResNet", args)
    shared.check_entries(got, Oracle(shared.Residual, *args))


@pytest.mark.visible
@pytest.mark.parametrize("size, count", [(28, 512), (32, 800), (16, 32), ((16, 28), 128), ((33, 20), 320)])
def test_MnistResNet_fits_any_size_of_image(submission, size, count):
    """fc takes what is left of the image: 32 channels of h x w numbers."""

    def scenario(submission, size):
        return submission.MnistResNet(image_size=size).fc.weight.shape[1]

    check_equal(submission.run(scenario, size), count, f"in_features of fc for images of {size}")


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
def test_MnistResNet_forwards_and_backwards(submission, rng, draw, shared, training):
    """Scores, all gradients and running statistics, in both modes."""
    net, x = Oracle(shared.Residual, 1, 10, 17), rng.normal(3, 1, 17, 17)
    check_network(
        submission, "MnistResNet", (1, 10, 17), net, x, rng=rng, training=training, rtol=1e-8, draw=draw
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("size", [(16, 21), (21, 16)], ids=str)
def test_MnistResNet_of_other_images(submission, rng, draw, shared, size):
    """Images need not be square, nor grey, and classes need not be ten."""
    net, x = Oracle(shared.Residual, 2, 3, size), rng.normal(2, 2, *size)
    check_network(submission, "MnistResNet", (2, 3, size), net, x, rng=rng, rtol=1e-8, draw=draw)


@pytest.mark.parametrize("n", [1, 2])
def test_MnistResNet_of_mnist(submission, rng, draw, shared, n):
    """Images of 28 x 28 give ten scores, with the default arguments."""
    net, x = Oracle(shared.Residual), rng.normal(n, 1, 28, 28)
    check_network(submission, "MnistResNet", (), net, x, rng=rng, training=False, gradients=False, draw=draw)


@pytest.mark.parametrize("size", [15, 1, (15, 28), (28, 12)], ids=str)
def test_MnistResNet_refuses_small_images(submission, size):
    """A side below 16 raises a ValueError about image_size."""
    with check_raises(ValueError, naming="image_size"):
        submission.MnistResNet(image_size=size)


def test_MnistResNet_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.MnistResNet(image_size=16), rng.normal(2, 1, 16, 16, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_MnistResNet_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    net, x = Oracle(shared.Residual, 1, 4, 16), to_device(rng.normal(2, 1, 16, 16))
    check_network(submission, "MnistResNet", (1, 4, 16), net, x, rng=rng, rtol=1e-8, draw=draw)
