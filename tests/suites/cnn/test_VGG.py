"""Suite of cnn.VGG."""

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
    """The same network of torch's own layers; how many features there are is found by a run."""

    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__()
        before = [in_channels] + [channels for _, channels in config]
        self.blocks = nn.Sequential(
            *(self.block(count, c, f) for (count, f), c in zip(config, before[:-1], strict=True))
        )
        size = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        features = self.blocks(torch.zeros(1, in_channels, *size)).numel()
        self.fc1, self.fc2 = nn.Linear(features, hidden), nn.Linear(hidden, num_classes)

    @staticmethod
    def block(count, c, f):
        """Return one block."""
        layers = [nn.Conv2d(c, f, 3, padding=1), nn.ReLU()]
        for _ in range(count - 1):
            layers += [nn.Conv2d(f, f, 3, padding=1), nn.ReLU()]
        return nn.Sequential(*layers, nn.MaxPool2d(2, 2))

    def forward(self, x):
        """Return the scores."""
        for block in self.blocks:
            x = block(x)
        return self.fc2(functional.relu(self.fc1(torch.flatten(x, start_dim=1))))


CASES = [
    ([(1, 3), (2, 5)], 2, 4, (9, 14), 6),
    ([(2, 4)], 1, 3, 7, 5),
    ([(1, 2), (1, 3), (2, 4)], 3, 5, (17, 8), 7),
    ([(3, 2), (1, 6)], 1, 2, 4, 3),
]


def image(rng, n, c, size, dtype=torch.float64):
    """Draw n images of a size."""
    return rng.normal(n, c, *(size if isinstance(size, tuple) else (size, size)), dtype=dtype)


@pytest.mark.visible
@pytest.mark.parametrize(
    "args, count",
    [(([(1, 4), (2, 8)], 1, 10, 13, 16), 2258), (([(1, 2), (1, 3)], 3, 4, (12, 33), 5), 502)],
    ids=["2 blocks on 13x13", "2 blocks on 12x33"],
)
def test_VGG_keeps_its_layers(submission, shared, args, count):
    """Convolutions in blocks, fc1 and fc2, with the shapes of the docstring."""
    oracle = Oracle(*args)
    got, want = submission.run(shared.described, "VGG", args), shared.kept(oracle)
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)
    check_equal(sum(shape_size(shape) for _, shape in got.values()), count, "the number of parameters")


def shape_size(shape):
    size = 1
    for side in shape:
        size *= side
    return size


@pytest.mark.visible
def test_VGG_of_a_plain_image(submission, shared):
    """A plain image of 3 is doubled in both blocks: 12; then 0.5 * 12 + 1 = 7."""
    args = ([(1, 2), (1, 3)], 1, 2, 4, 4)
    weights = {key: torch.zeros_like(value).double() for key, value in Oracle(*args).state_dict().items()}
    weights["blocks.0.0.weight"][1, 0, 1, 1] = 2.0
    weights["blocks.1.0.weight"][2, 1, 1, 1] = 2.0
    weights["fc1.weight"][3, 2] = 1.0
    weights["fc2.weight"][1, 3], weights["fc2.bias"][1] = 0.5, 1.0
    x, upstream = torch.full((1, 1, 4, 4), 3.0).double(), torch.ones(1, 2).double()
    got = submission.run(shared.play, "VGG", args, weights, x, upstream)
    check_close(got["output"], torch.tensor([[0.0, 7.0]]).double(), "the scores")


@pytest.mark.weight(4)
@pytest.mark.parametrize("args", CASES, ids=lambda args: f"{args[0]}, {args[3]}")
def test_VGG_forwards_and_backwards(submission, rng, draw, args):
    """Scores and all gradients are right for any blocks, channels and sizes."""
    _, c, _, size, _ = args
    check_network(submission, "VGG", args, Oracle(*args), image(rng, 2, c, size), rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_VGG_trains(submission, rng):
    """Four steps of descent move all weights as they should."""
    args = CASES[0]
    batches = [(image(rng, n, 2, (9, 14)), rng.integers(0, 4, n)) for n in (4, 5, 3, 1)]
    check_trains(submission, "VGG", args, Oracle(*args), batches, rng=rng)


@pytest.mark.visible
def test_VGG_in_single_precision(submission, rng):
    """As it is made it takes float32 images and returns float32 scores."""
    scores = submission.VGG([(1, 3), (1, 4)], 2, 3, 13)(image(rng, 4, 2, 13, torch.float32))
    check_shape(scores, (4, 3))
    check_equal(scores.dtype, torch.float32, "the dtype of the scores")


@pytest.mark.visible
def test_VGG_without_more_than_its_blocks(submission, rng):
    """One channel, ten classes and 28x28 pixels are what it takes for granted."""
    scores = submission.VGG([(1, 2), (1, 2)])(image(rng, 3, 1, 28, torch.float32))
    check_shape(scores, (3, 10))


def test_VGG_starts_at_random(submission, shared):
    """Each layer starts with the random weights that torch gives it."""
    shared.check_start(submission.run(shared.state, "VGG", CASES[0]), Oracle(*CASES[0]))


@pytest.mark.detail
def test_VGG_leaves_its_config_alone(submission):
    """The list of blocks stays as it was."""

    def scenario(submission):
        config = [(1, 2), (2, 3)]
        submission.VGG(config, 1, 2, 8, 4)
        return config

    check_equal(submission.run(scenario), [(1, 2), (2, 3)], "config after the call")


def test_VGG_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.VGG([(1, 2)], 1, 3, 6, 4), image(rng, 2, 1, 6, torch.float32)
    check_manners(submission, lambda: model(x))


def test_VGG_on_a_device(submission, rng, draw):
    """Moved to an accelerator, every layer computes there, and the same."""
    args = CASES[0]
    x = to_device(image(rng, 2, 2, (9, 14)))
    check_network(submission, "VGG", args, Oracle(*args), x, rng=rng, draw=draw)
