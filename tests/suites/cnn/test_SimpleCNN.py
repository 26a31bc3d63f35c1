"""Suite of cnn.SimpleCNN."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_shape,
    check_trains,
    to_device,
)

SIZES = [(1, 10, 16), (3, 4, (16, 19)), (2, 5, (22, 17)), (1, 3, (25, 21))]


def image(rng, n, c, size, dtype=torch.float64):
    """Draw n images of a size."""
    return rng.normal(n, c, *(size if isinstance(size, tuple) else (size, size)), dtype=dtype)


@pytest.mark.visible
@pytest.mark.parametrize("args, count", [((), 8490), ((3, 5, (16, 33)), 6285), ((1, 10, 32), 10290)], ids=str)
def test_SimpleCNN_keeps_its_layers(submission, shared, args, count):
    """conv1, conv2 and fc; for 28x28 pixels fc has 320 inputs, 8490 numbers in all."""
    oracle = shared.SimpleNet(*args)
    got, want = submission.run(shared.described, "SimpleCNN", args), shared.kept(oracle)
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)
    check_equal(sum(value.numel() for value in oracle.parameters()), count, "the number of parameters")


@pytest.mark.visible
def test_SimpleCNN_of_a_plain_image(submission, shared):
    """Pixels 2 pass kernels that hand them on, then 3 * 2 + 1 = 7; -2 gives 1."""
    weights = shared.shares(
        shared.SimpleNet(1, 2, 16),
        conv1_weight=(1.0, 4, 0, 2, 2),
        conv2_weight=(1.0, 6, 4, 0, 1),
        fc_weight=(3.0, 1, 6),
        fc_bias=(1.0,),
    )
    x = torch.stack([torch.full((1, 16, 16), value) for value in (2.0, -2.0)]).double()
    got = submission.run(shared.play, "SimpleCNN", (1, 2, 16), weights, x, torch.ones(2, 2).double())
    check_close(got["output"], torch.tensor([[1.0, 7.0], [1.0, 1.0]]).double(), "the scores")


@pytest.mark.weight(4)
@pytest.mark.parametrize("c, k, size", SIZES, ids=str)
def test_SimpleCNN_forwards_and_backwards(submission, rng, draw, c, k, size, shared):
    """Scores and all gradients are right for any channels, classes and sizes."""
    args = (c, k, size)
    check_network(
        submission, "SimpleCNN", args, shared.SimpleNet(*args), image(rng, 2, c, size), rng=rng, draw=draw
    )


@pytest.mark.weight(2)
def test_SimpleCNN_trains(submission, rng, shared):
    """Four steps of descent move all weights as they should."""
    batches = [(image(rng, n, 2, (16, 21)), rng.integers(0, 4, n)) for n in (4, 5, 3, 1)]
    args = (2, 4, (16, 21))
    check_trains(submission, "SimpleCNN", args, shared.SimpleNet(*args), batches, rng=rng)


def test_SimpleCNN_in_evaluation(submission, rng, draw, shared):
    """In evaluation it computes the same; a single image is welcome."""
    args = (2, 4, (16, 18))
    oracle, x = shared.SimpleNet(*args), image(rng, 1, 2, (16, 18))
    check_network(submission, "SimpleCNN", args, oracle, x, rng=rng, training=False, draw=draw)


@pytest.mark.visible
def test_SimpleCNN_in_single_precision(submission, rng):
    """As it is made it takes float32 images and returns float32 scores."""
    scores = submission.SimpleCNN(2, 3, 17)(image(rng, 4, 2, 17, torch.float32))
    check_shape(scores, (4, 3))
    check_equal(scores.dtype, torch.float32, "the dtype of the scores")


def test_SimpleCNN_starts_at_random(submission, shared):
    """Each layer starts with the random weights that torch gives it."""
    shared.check_start(submission.run(shared.state, "SimpleCNN", (2, 3, 20)), shared.SimpleNet(2, 3, 20))


def test_SimpleCNN_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.SimpleCNN(1, 3, 16), image(rng, 2, 1, 16, torch.float32)
    check_manners(submission, lambda: model(x))


def test_SimpleCNN_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    args, x = (2, 3, (17, 16)), to_device(image(rng, 2, 2, (17, 16)))
    check_network(submission, "SimpleCNN", args, shared.SimpleNet(*args), x, rng=rng, draw=draw)
