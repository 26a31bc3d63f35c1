"""Suite of mlp.train_classifier."""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_equal, check_fields, check_that, dataset, to_device


def losses_by_hand(x, y, epochs=15):
    """The oracle's curve: logistic regression by plain descent on the standardised table."""
    x, weights, losses = (x - x.mean(0)) / x.std(0), torch.zeros(x.shape[1]), []
    for _ in range(epochs):
        scores = x @ weights
        losses.append(functional.binary_cross_entropy_with_logits(scores, y.float()).item())
        weights = weights - x.t() @ (scores.sigmoid() - y) / len(x)
    return losses


def two_clouds(rng, rows, columns):
    """Draw two clouds of points, far apart in the first two columns; return them and as many further points.

    These two are in a small unit and the others in a large one: raw columns do not tell the clouds apart.
    """
    y = rng.labels(2 * rows, 2)
    x = rng.normal(2 * rows, columns, dtype=torch.float32)
    x[:, :2] += 4.0 * y.unsqueeze(1)
    x = x * torch.tensor([0.002] * 2 + [800.0] * (columns - 2)) + torch.tensor([0.3] * 2 + [9000.0] * (columns - 2))
    return x[:rows], y[:rows], x[rows:], y[rows:]


def table(rng, shared, rows=300):
    """Draw tumours, in units of their own."""
    data = dataset("breast_cancer")
    x, y = shared.drawn(rng, data.train, rows)
    x, x_test = shared.in_other_units(rng, y, x, data.test.x)
    return x, y, x_test, data.test.y


def checked(got, rows, shared):
    """Return probabilities and losses, after a look at their kinds and sizes."""
    predictions, losses = shared.checked_run(got, (rows,))
    inside = bool(((predictions >= 0) & (predictions <= 1)).all())
    text = " and ".join(
        [
            *["numbers below 0"] * bool((predictions < 0).any()),
            *["numbers above 1"] * bool((predictions > 1).any()),
        ]
    )
    check_that(inside, "predictions", "probabilities, from 0 to 1", text)
    return predictions, losses


def check_quality(predictions, losses, y, accuracy, loss, banded):
    """Check accuracy and cross-entropy of probabilities; a failure tells of a large training loss too."""
    right = ((predictions > 0.5) == (y == 1)).double().mean().item()
    text = banded(right, 0.2, 0.8, accuracy) + ", every row in class 1" * bool((predictions > 0.5).all())
    text += ", no prediction between 0.01 and 0.99" * bool(((predictions - 0.5).abs() >= 0.49).all())
    text += ", a last training loss above 1" * bool(losses[-1:] and losses[-1] > 1)
    check_that(right >= accuracy, "accuracy", f"at least {accuracy}", text)
    mean = functional.binary_cross_entropy(predictions, y.float()).item()
    check_that(mean <= loss, "binary cross-entropy", f"at most {loss}", banded(mean, loss, 0.65))


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_train_classifier_of_two_clouds(submission, rng, shared):
    """Two clouds of points that are far apart are told apart."""
    x, y, x_test, y_test = two_clouds(rng, 200, 3)
    predictions, losses = checked(submission.train_classifier(x, y, x_test, rng.generator()), 200, shared)
    check_quality(predictions, losses, y_test, 0.9, 0.3, shared.banded)


@pytest.mark.statistical
@pytest.mark.weight(4)
def test_train_classifier_of_held_out_tumours(submission, rng, draw, shared):
    """Tumours never seen: accuracy at least 0.9, cross-entropy at most 0.3."""
    x, y, x_test, y_test = table(rng, shared)
    got = submission.train_classifier(x, y, x_test, rng.generator())
    predictions, losses = checked(got, len(x_test), shared)
    draw.curve(
        "training loss by epoch, first = 1", shared.relative(losses), shared.relative(losses_by_hand(x, y))
    )
    check_quality(predictions, losses, y_test, 0.9, 0.3, shared.banded)


@pytest.mark.visible
def test_train_classifier_of_one_row(submission, rng, shared):
    """One row gives one probability of shape (1,), without a graph."""
    x, y, x_test, _ = two_clouds(rng, 60, 3)
    predictions, _ = shared.unpacked(submission.train_classifier(x, y, x_test[:1], rng.generator()), "p", "l")
    shared.checked_run((predictions, [0.0]), (1,))
    check_equal(predictions.requires_grad, False, "requires_grad of the predictions")


@pytest.mark.weight(2)
def test_train_classifier_of_each_row_by_itself(submission, rng, shared):
    """A prediction does not depend on which other rows are predicted."""
    x, y, x_test, _ = two_clouds(rng, 60, 3)
    x_test = x_test + 2 * x.std(0)  # other rows than those of the training
    x_test[0] = 0.6 * x[y == 1].mean(0) + 0.4 * x[y == 0].mean(0)
    x_test[1] = x_test[0]
    many, one = submission.run(shared.run_twice, "train_classifier", x, y, x_test, rng.seed())
    check_that(*shared.twins(many), "the same prediction for equal rows", "different ones")
    shared.check_alone(one, many, 1.0, "the prediction of a row alone")


def test_train_classifier_on_a_device(submission, rng, shared):
    """With the table on an accelerator it trains there, and predictions lie there."""
    x, y, x_test, _ = to_device(two_clouds(rng, 60, 3))
    predictions, _ = checked(submission.train_classifier(x, y, x_test, rng.generator()), 60, shared)
    shared.check_there(predictions, x, "the predictions")


@pytest.mark.statistical
def test_train_classifier_returns_falling_losses(submission, rng, shared):
    """There is a loss for each epoch, and the last is below the first."""
    x, y, x_test, _ = table(rng, shared, 120)
    got = submission.train_classifier(x, y, x_test, rng.generator())
    losses = shared.checked_run(got, (len(x_test),))[1]
    check_that(len(losses) >= 2, "losses", "one for each of two epochs or more", f"{len(losses)}")
    ends = f"{losses[0]:.3g} and {losses[-1]:.3g}"
    check_that(losses[-1] < losses[0], "first and last loss", "a last loss below the first", ends)


def test_train_classifier_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields predictions and losses."""
    x, y, x_test, _ = two_clouds(rng, 60, 3)
    got = submission.train_classifier(x, y, x_test, rng.generator())
    check_fields(got, ("predictions", "losses"))
