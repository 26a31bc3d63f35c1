"""Suite of resnet.train_resnet."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_fields,
    check_finite,
    check_shape,
    check_that,
    dataset,
    to_device,
)


def checked(got, images, epochs):
    """Return predictions and losses, after a look at their kinds."""
    check_equal(type(got).__name__ in ("Record", "tuple"), True, "whether a TrainingRun came back")
    check_equal(len(got), 2, "the number of parts that came back")
    predictions, losses = got
    check_shape(predictions, (images, 10), "predictions")
    check_dtype(predictions, torch.float32, "predictions")
    check_finite(predictions.cpu(), "predictions")
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    check_that(floats, "losses", "a list of floats", "something else")
    check_equal(len(losses), epochs, "the number of losses")
    check_equal(predictions.requires_grad, False, "requires_grad of the predictions")
    return predictions, losses


def digits(rng, count, tested):
    """Draw digits: classes renamed, and a little noise."""
    data, names = dataset("digits"), rng.permutation(10)
    parts = []
    for part, number in ((data.train, count), (data.test, tested)):
        rows = rng.permutation(len(part.y))[:number]
        x = part.x[rows]
        parts += [x + rng.normal(*x.shape, std=0.05, dtype=torch.float32), names[part.y[rows]]]
    return parts


def patterns(rng, count, tested):
    """Draw noisy copies of ten random images."""
    images, parts = rng.uniform(10, 1, 8, 8, dtype=torch.float32), []
    for number in (count, tested):
        y = rng.labels(number, 10)
        parts += [images[y] + rng.normal(number, 1, 8, 8, std=0.15, dtype=torch.float32), y]
    return parts


def losses_by_hand(x, y, epochs, batches=10):
    """The oracle's curve: softmax regression by plain descent, a few steps an epoch."""
    x, weights, losses = x.flatten(1), torch.zeros(64, 10), []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.arange(len(x)).tensor_split(batches):
            scores = x[rows] @ weights
            total += functional.cross_entropy(scores, y[rows]).item() * len(rows)
            error = scores.softmax(1) - functional.one_hot(y[rows], 10)
            weights = weights - 0.5 * x[rows].t() @ error / len(rows)
        losses.append(total / len(x))
    return losses


def run_twice(submission, x, y, x_test, seed):
    """Train twice under the same random numbers: read all images, and the first of them alone."""
    predictions = []
    for rows in (x_test.flip(0), x_test[:1]):
        torch.manual_seed(seed)
        run = submission.train_resnet(x, y, rows, torch.Generator().manual_seed(seed), 1)
        predictions.append(run[0].detach().clone().flip(0))
    return predictions


@pytest.mark.statistical
@pytest.mark.weight(5)
def test_train_resnet_of_held_out_images(submission, rng, draw):
    """Of digits never seen at least 0.7 are read right."""
    x, y, x_test, y_test = digits(rng, 300, 200)
    predictions, losses = checked(submission.train_resnet(x, y, x_test, rng.generator(), 6), 200, 6)
    draw.curve("training loss by epoch", losses, losses_by_hand(x, y, 6))
    right = (predictions.argmax(1) == y_test).double().mean().item()
    band = "below 0.35" if right < 0.35 else "0.35 to 0.7" if right < 0.7 else "at least 0.7"
    fell = "fell" if losses[-1] < 0.9 * losses[0] else "hardly fell"
    check_that(right >= 0.7, "accuracy", "at least 0.7", f"{band}; the training loss {fell}")


@pytest.mark.statistical
def test_train_resnet_returns_falling_losses(submission, rng):
    """There is a loss for each epoch, and the last is below the first."""
    x, y, x_test, _ = digits(rng, 120, 3)
    _, losses = checked(submission.train_resnet(x, y, x_test, rng.generator(), 3), 3, 3)
    ends = "a last loss that is not below the first"
    check_that(losses[-1] < losses[0], "first and last loss", "a last loss below the first", ends)


def test_train_resnet_of_six_epochs_by_default(submission, rng):
    """Without a number there are six epochs."""
    x, y, x_test, _ = patterns(rng, 20, 2)
    checked(submission.train_resnet(x, y, x_test, rng.generator()), 2, 6)


@pytest.mark.parametrize("n", [10, 31, 33, 41])
def test_train_resnet_of_any_number_of_images(submission, rng, n):
    """Few images, and a last batch of any size, are trained on."""
    x, y, x_test, _ = patterns(rng, n, 4)
    checked(submission.train_resnet(x, y, x_test, rng.generator(), 1), 4, 1)


@pytest.mark.visible
def test_train_resnet_of_one_image(submission, rng):
    """One image to read gives one row of ten scores."""
    x, y, x_test, _ = patterns(rng, 20, 1)
    checked(submission.train_resnet(x, y, x_test, rng.generator(), 1), 1, 1)


@pytest.mark.weight(2)
def test_train_resnet_of_each_image_by_itself(submission, rng):
    """The scores of an image do not depend on which others are read."""
    x, y, x_test, _ = patterns(rng, 40, 9)
    many, one = submission.run(run_twice, x, y, x_test, rng.seed())
    check_close(one, many[:1], "the scores of an image alone", rtol=1e-3, atol=1e-3)


@pytest.mark.weight(2)
def test_train_resnet_on_a_device(submission, rng):
    """The net is trained where x is, and the scores stay there."""
    x, y, x_test, _ = patterns(rng, 20, 3)
    got = submission.train_resnet(to_device(x), to_device(y), to_device(x_test), rng.generator(), 1)
    predictions, _ = checked(got, 3, 1)
    where = to_device(torch.zeros(1)).device.type
    check_equal(predictions.device.type == where, True, "whether the scores are on the device of x")


def test_train_resnet_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields predictions and losses."""
    x, y, x_test, _ = patterns(rng, 20, 3)
    got = submission.train_resnet(x, y, x_test, rng.generator(), 1)
    check_fields(got, ("predictions", "losses"))
