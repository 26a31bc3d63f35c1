"""Suite of mlp.train_digits."""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_equal, check_fields, check_that, dataset, to_device


def losses_by_hand(x, y, epochs=10, batches=6):
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


def digits(rng, shared, rows=600, tested=200):
    """Draw digits: classes renamed, pixels in another order, a little noise."""
    data = dataset("digits")
    names, places = rng.permutation(10), rng.permutation(64)

    def changed(part, count):
        x, y = shared.drawn(rng, part, count)
        x = x.flatten(1)[:, places].reshape(-1, 1, 8, 8)
        return x + rng.normal(*x.shape, std=0.05, dtype=torch.float32), names[y]

    return *changed(data.train, rows), *changed(data.test, tested)


def patterns(rng, rows, tested):
    """Draw noisy copies of ten random images."""
    images = rng.uniform(10, 1, 8, 8, dtype=torch.float32)
    parts = []
    for count in (rows, tested):
        y = rng.labels(count, 10)
        parts += [(images[y] + rng.normal(count, 1, 8, 8, std=0.15, dtype=torch.float32)), y]
    return parts


def check_accuracy(predictions, y, accuracy, banded):
    """Check how often the largest score is that of the class."""
    right = (predictions.argmax(1) == y).double().mean().item()
    text = banded(right, 0.35, accuracy) + ", five classes at most" * (
        len(predictions.argmax(1).unique()) <= 5
    )
    check_that(right >= accuracy, "accuracy", f"at least {accuracy}", text)


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_train_digits_of_ten_patterns(submission, rng, shared):
    """Noisy copies of ten random images are told apart."""
    x, y, x_test, y_test = patterns(rng, 300, 100)
    predictions, _ = shared.checked_run(submission.train_digits(x, y, x_test, rng.generator()), (100, 10))
    check_accuracy(predictions, y_test, 0.85, shared.banded)


@pytest.mark.statistical
@pytest.mark.weight(4)
def test_train_digits_of_held_out_images(submission, rng, draw, shared):
    """Of digits never seen at least 0.85 are read right."""
    x, y, x_test, y_test = digits(rng, shared)
    got = submission.train_digits(x, y, x_test, rng.generator())
    predictions, losses = shared.checked_run(got, (200, 10))
    draw.curve("training loss by epoch", losses, losses_by_hand(x, y))
    shared.draw_confusion(draw, predictions.argmax(1), y_test, 10)
    check_accuracy(predictions, y_test, 0.85, shared.banded)


@pytest.mark.visible
def test_train_digits_of_one_image(submission, rng, shared):
    """One image gives one row of ten scores, without a graph."""
    x, y, x_test, _ = patterns(rng, 60, 1)
    predictions, _ = shared.unpacked(submission.train_digits(x, y, x_test, rng.generator()), "p", "l")
    shared.checked_run((predictions, [0.0]), (1, 10))
    check_equal(predictions.requires_grad, False, "requires_grad of the predictions")


@pytest.mark.weight(2)
def test_train_digits_of_each_image_by_itself(submission, rng, shared):
    """The scores of an image do not depend on which others are read."""
    x, y, x_test, _ = patterns(rng, 60, 20)
    many, one = submission.run(shared.run_twice, "train_digits", x, y, x_test, rng.seed())
    check_close(one, many[:1], "the scores of an image alone", rtol=1e-3, atol=1e-3)


def test_train_digits_on_a_device(submission, rng, shared):
    """With the images on an accelerator it trains there, and the scores lie there."""
    x, y, x_test, _ = to_device(patterns(rng, 60, 20))
    predictions, _ = shared.checked_run(submission.train_digits(x, y, x_test, rng.generator()), (20, 10))
    shared.check_there(predictions, x, "the predictions")


@pytest.mark.statistical
def test_train_digits_returns_falling_losses(submission, rng, shared):
    """There is a loss for each epoch, and the last is below the first."""
    x, y, x_test, _ = digits(rng, shared, 200, 5)
    losses = shared.checked_run(submission.train_digits(x, y, x_test, rng.generator()), (5, 10))[1]
    check_that(len(losses) >= 2, "losses", "one for each of two epochs or more", f"{len(losses)}")
    ends = f"{losses[0]:.3g} and {losses[-1]:.3g}"
    check_that(losses[-1] < losses[0], "first and last loss", "a last loss below the first", ends)


def test_train_digits_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields predictions and losses."""
    x, y, x_test, _ = patterns(rng, 60, 1)
    got = submission.train_digits(x, y, x_test, rng.generator())
    check_fields(got, ("predictions", "losses"))
