"""Suite of cnn.LeNet."""

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
    check_trains,
    to_device,
)


class Oracle(nn.Module):
    """The same network; how many features there are is found by a run."""

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        size = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        features = self.features(torch.zeros(1, in_channels, *size)).shape[1]
        self.fc1, self.fc2, self.fc3 = (
            nn.Linear(features, 120),
            nn.Linear(120, 84),
            nn.Linear(84, num_classes),
        )

    def features(self, x):
        """Return what the linear layers see."""
        for conv in (self.conv1, self.conv2):
            x = functional.avg_pool2d(conv(x).tanh(), (2, 2))
        return torch.flatten(x, start_dim=1)

    def forward(self, x):
        """Return the scores."""
        x = self.features(x)
        for layer in (self.fc1, self.fc2):
            x = layer(x).tanh()
        return self.fc3(x)


SIZES = [(1, 10, 12), (3, 4, (12, 15)), (2, 5, (17, 13)), (1, 3, (16, 21))]


def image(rng, n, c, size, dtype=torch.float64):
    """Draw n images of a size."""
    return rng.normal(n, c, *(size if isinstance(size, tuple) else (size, size)), dtype=dtype)


@pytest.mark.visible
@pytest.mark.parametrize(
    "args, count", [((), 61706), ((3, 5, (12, 33)), 25101), ((1, 10, 32), 82826)], ids=str
)
def test_LeNet_keeps_its_layers(submission, shared, args, count):
    """Two convolutions and three linear layers; for 28x28 pixels 61706 numbers."""
    oracle = Oracle(*args)
    got, want = submission.run(shared.described, "LeNet", args), shared.kept(oracle)
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)
    check_equal(sum(value.numel() for value in oracle.parameters()), count, "the number of parameters")


@pytest.mark.visible
def test_LeNet_of_a_plain_image(submission, shared):
    """0.5493 passes four tanh: 0.5, 0.4621, 0.4318, 0.4068; then 10 * 0.4068 + 1."""
    weights = shared.shares(
        Oracle(1, 2, 12),
        conv1_weight=(1.0, 4, 0, 2, 2),
        conv2_weight=(1.0, 6, 4, 0, 1),
        fc1_weight=(1.0, 7, 6),
        fc2_weight=(1.0, 8, 7),
        fc3_weight=(10.0, 1, 8),
        fc3_bias=(1.0,),
    )
    x, upstream = torch.full((1, 1, 12, 12), 0.549306).double(), torch.ones(1, 2).double()
    got = submission.run(shared.play, "LeNet", (1, 2, 12), weights, x, upstream)
    check_close(got["output"], torch.tensor([[1.0, 5.0684]]).double(), "the scores", atol=1e-3)


@pytest.mark.weight(4)
@pytest.mark.parametrize("c, k, size", SIZES, ids=str)
def test_LeNet_forwards_and_backwards(submission, rng, draw, c, k, size):
    """Scores and all gradients are right for any channels, classes and sizes."""
    args = (c, k, size)
    check_network(submission, "LeNet", args, Oracle(*args), image(rng, 2, c, size), rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_LeNet_trains(submission, rng):
    """Four steps of descent move all weights as they should."""
    batches = [(image(rng, n, 2, (12, 17)), rng.integers(0, 4, n)) for n in (4, 5, 3, 1)]
    check_trains(submission, "LeNet", (2, 4, (12, 17)), Oracle(2, 4, (12, 17)), batches, rng=rng)


def test_LeNet_in_evaluation(submission, rng, draw):
    """In evaluation it computes the same; a single image is welcome."""
    args = (2, 4, (12, 14))
    oracle, x = Oracle(*args), image(rng, 1, 2, (12, 14))
    check_network(submission, "LeNet", args, oracle, x, rng=rng, training=False, draw=draw)


@pytest.mark.visible
def test_LeNet_in_single_precision(submission, rng):
    """As it is made it takes float32 images and returns float32 scores."""
    scores = submission.LeNet(2, 3, 13)(image(rng, 4, 2, 13, torch.float32))
    check_shape(scores, (4, 3))
    check_equal(scores.dtype, torch.float32, "the dtype of the scores")


def test_LeNet_starts_at_random(submission, shared):
    """Each layer starts with the random weights that torch gives it."""
    shared.check_start(submission.run(shared.state, "LeNet", (2, 3, 14)), Oracle(2, 3, 14))


def test_LeNet_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.LeNet(1, 3, 12), image(rng, 2, 1, 12, torch.float32)
    check_manners(submission, lambda: model(x))


def test_LeNet_on_a_device(submission, rng, draw):
    """Moved to an accelerator, every layer computes there, and the same."""
    args, x = (2, 3, (13, 12)), to_device(image(rng, 2, 2, (13, 12)))
    check_network(submission, "LeNet", args, Oracle(*args), x, rng=rng, draw=draw)
