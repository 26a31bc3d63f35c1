"""Suite of resnet.MnistResNet."""

import pytest
import torch

from grader.suite import check_equal, check_manners, check_network, check_trains, to_device


@pytest.mark.visible
@pytest.mark.parametrize("args", [(), (3, 7, 20), (2, 5, (17, 22))], ids=str)
def test_MnistResNet_keeps_its_layers(submission, shared, args):
    """conv1, block1, conv2, block2 and fc; 512 numbers go into fc for 28 x 28."""
    got = submission.run(shared.described, "MnistResNet", args)
    shared.check_entries(got, shared.SmallNet(*args))


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
    net, x = shared.SmallNet(1, 10, 17), rng.normal(3, 1, 17, 17)
    check_network(
        submission, "MnistResNet", (1, 10, 17), net, x, rng=rng, training=training, rtol=1e-8, draw=draw
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("size", [(16, 21), (21, 16)], ids=str)
def test_MnistResNet_of_other_images(submission, rng, draw, shared, size):
    """Images need not be square, nor grey, and classes need not be ten."""
    net, x = shared.SmallNet(2, 3, size), rng.normal(2, 2, *size)
    check_network(submission, "MnistResNet", (2, 3, size), net, x, rng=rng, rtol=1e-8, draw=draw)


@pytest.mark.weight(2)
def test_MnistResNet_trains(submission, rng, shared):
    """Four steps of descent move all weights and running statistics as they should."""
    net, size = shared.SmallNet(1, 10, (20, 21)), (1, 20, 21)
    batches = [(rng.normal(n, *size), rng.integers(0, 10, n)) for n in (4, 5, 4, 3)]
    check_trains(submission, "MnistResNet", (1, 10, (20, 21)), net, batches, rng=rng)


@pytest.mark.parametrize("n", [1, 2])
def test_MnistResNet_of_mnist(submission, rng, draw, shared, n):
    """Images of 28 x 28 give ten scores, with the default arguments."""
    net, x = shared.SmallNet(), rng.normal(n, 1, 28, 28)
    check_network(submission, "MnistResNet", (), net, x, rng=rng, training=False, gradients=False, draw=draw)


def test_MnistResNet_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.MnistResNet(image_size=16), rng.normal(2, 1, 16, 16, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_MnistResNet_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    net, x = shared.SmallNet(1, 4, 16), to_device(rng.normal(2, 1, 16, 16))
    check_network(submission, "MnistResNet", (1, 4, 16), net, x, rng=rng, rtol=1e-8, draw=draw)
