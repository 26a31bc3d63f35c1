"""Suite of inception.InceptionNet."""

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


def features_of(submission, kwargs):
    """Return how many numbers the last layer reads, by the shape of its weight."""
    return [int(size) for size in submission.InceptionNet(**kwargs).fc.weight.shape]


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "image_size, features",
    [(None, 1408), (28, 1408), (32, 2200), (16, 88), ((32, 20), 880), ((17, 31), 352)],
    ids=str,
)
def test_InceptionNet_computes_its_features(submission, image_size, features):
    """28 x 28 pixels become 4 x 4, and 88 * 4 * 4 = 1408 features."""
    kwargs = {} if image_size is None else {"image_size": image_size}
    check_equal(submission.run(features_of, kwargs), [10, features], "the shape of fc.weight")


@pytest.mark.visible
def test_InceptionNet_shape(submission, rng):
    """Three images of 28 x 28 pixels get ten scores each."""
    check_shape(submission.InceptionNet()(rng.normal(3, 1, 28, 28, dtype=torch.float32)), (3, 10))
    got = submission.InceptionNet(2, 7, (19, 17))(rng.normal(1, 2, 19, 17, dtype=torch.float32))
    check_shape(got, (1, 7))


def test_InceptionNet_of_equal_weights(submission, shared):
    """With every weight 0 and the biases 1 to K, each image gets those scores."""
    state = {
        **shared.filled(shared.InceptionNet(1, 3, 16, 16), 0.0),
        "fc.bias": torch.tensor([1.0, -2.0, 3.0]).double(),
    }
    x = torch.ones(2, 1, 16, 16, dtype=torch.float64)
    (got,) = submission.run(shared.outputs_of, "InceptionNet", (1, 3, 16), [state], x)
    check_close(got, torch.tensor([[1.0, -2.0, 3.0]]).double().expand(2, 3), "the scores")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, c, k, h, w", [(2, 3, 4, 20, 17), (3, 1, 5, 16, 23), (1, 2, 2, 21, 21)])
def test_InceptionNet_forwards_and_backwards(submission, rng, draw, shared, n, c, k, h, w):
    """Scores and all gradients are right, for any image size."""
    size, x = h if h == w else (h, w), rng.normal(n, c, h, w)
    check_network(
        submission, "InceptionNet", (c, k, size), shared.InceptionNet(c, k, h, w), x, rng=rng, draw=draw
    )


@pytest.mark.weight(2)
def test_InceptionNet_trains(submission, rng, shared):
    """Four steps of descent move all weights as they should."""
    batches = [(rng.normal(n, 2, 16, 19), rng.integers(0, 4, n)) for n in (4, 5, 3, 1)]
    oracle = shared.InceptionNet(2, 4, 16, 19)
    check_trains(submission, "InceptionNet", (2, 4, (16, 19)), oracle, batches, rng=rng)


def test_InceptionNet_in_evaluation(submission, rng, draw, shared):
    """It makes no difference between training and evaluation."""
    x, options = rng.normal(2, 1, 16, 18), {"rng": rng, "training": False, "draw": draw}
    check_network(
        submission, "InceptionNet", (1, 3, (16, 18)), shared.InceptionNet(1, 3, 16, 18), x, **options
    )


def test_InceptionNet_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.InceptionNet(1, 10, 16), rng.normal(2, 1, 16, 16, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_InceptionNet_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, every layer computes there, and the same."""
    x, oracle = to_device(rng.normal(2, 3, 16, 17)), shared.InceptionNet(3, 4, 16, 17)
    check_network(submission, "InceptionNet", (3, 4, (16, 17)), oracle, x, rng=rng, draw=draw)
