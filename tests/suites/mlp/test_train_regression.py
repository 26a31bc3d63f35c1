"""Suite of mlp.train_regression."""

import pytest
import torch

from grader.suite import check_equal, check_fields, check_that, dataset, to_device


def least_squares(x, y):
    """Return the best linear model of a table, as a function of further rows; in float64."""
    mean, std = x.double().mean(0), x.double().std(0)

    def columns(rows):
        return torch.cat([(rows.double() - mean) / std, torch.ones(len(rows), 1, dtype=torch.float64)], 1)

    weights = torch.linalg.lstsq(columns(x), y.double().unsqueeze(1)).solution
    return lambda rows: (columns(rows) @ weights).squeeze(1)


def losses_by_hand(x, y, epochs=20):
    """The oracle's curve: a linear model by plain descent on the standardised table."""
    x, y = (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std()
    weights, losses = torch.zeros(x.shape[1]), []
    for _ in range(epochs):
        error = x @ weights - y
        losses.append((error**2).mean().item())
        weights = weights - 0.2 * x.t() @ error / len(x)
    return losses


def linear_table(rng, rows, columns, noise=0.1):
    """Draw a table whose target is a weighted sum of the columns, nearly; return it and as many further rows."""
    x = rng.normal(2 * rows, columns, dtype=torch.float32) * 3 + 7
    weights = rng.normal(columns, dtype=torch.float32) + 2
    y = (x @ weights + rng.normal(2 * rows, std=noise, dtype=torch.float32)) * 4 - 60
    return x[:rows], y[:rows], x[rows:], y[rows:]


def table(rng, shared, rows=300):
    """Draw patients, in units of their own."""
    data = dataset("diabetes")
    x, y = shared.drawn(rng, data.train, rows)
    x, x_test = shared.in_other_units(rng, y, x, data.test.x)
    unit, zero = 10 ** rng.uniform(1, low=-1.5, high=0.5).item(), 100 * rng.normal(1).item()
    return x, y * unit + zero, x_test, data.test.y * unit + zero


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_train_regression_of_a_sum(submission, rng, shared):
    """A target that is a weighted sum of the columns is found, nearly."""
    x, y, x_test, y_test = linear_table(rng, 200, 4)
    predictions, _ = shared.checked_run(submission.train_regression(x, y, x_test, rng.generator()), (200,))
    share = ((predictions - y_test) ** 2).mean() / y_test.var()
    check_that(
        bool(share <= 0.1),
        "mean squared error / variance",
        "at most 0.1",
        shared.banded(share.item(), 0.1, 0.7, 1.6, 5.0),
    )


@pytest.mark.statistical
@pytest.mark.weight(4)
def test_train_regression_of_held_out_patients(submission, rng, draw, shared):
    """On patients never seen the error is at most 1.4 times that of least squares."""
    x, y, x_test, y_test = table(rng, shared)
    got = submission.train_regression(x, y, x_test, rng.generator())
    predictions, losses = shared.checked_run(got, (len(x_test),))
    draw.curve("training loss by epoch, first = 1", shared.relative(losses), losses_by_hand(x, y))
    best = ((least_squares(x, y)(x_test) - y_test) ** 2).mean()
    times = ((predictions - y_test) ** 2).mean() / best
    check_that(
        bool(times <= 1.4),
        "error / error of least squares",
        "at most 1.4",
        shared.banded(times.item(), 1.4, 1.55, 3.5),
    )


@pytest.mark.visible
def test_train_regression_of_one_row(submission, rng, shared):
    """One row gives one prediction of shape (1,), without a graph."""
    x, y, x_test, _ = linear_table(rng, 60, 3)
    predictions, _ = shared.unpacked(submission.train_regression(x, y, x_test[:1], rng.generator()), "p", "l")
    shared.checked_run((predictions, [0.0]), (1,))
    check_equal(predictions.requires_grad, False, "requires_grad of the predictions")


@pytest.mark.weight(2)
def test_train_regression_of_each_row_by_itself(submission, rng, shared):
    """A prediction does not depend on which other rows are predicted."""
    x, y, x_test, _ = linear_table(rng, 60, 3)
    x_test[0] = x[y.argmax()]
    many, one = submission.run(shared.run_twice, "train_regression", x, y, x_test, rng.seed())
    shared.check_alone(one, many, y.std(), "the prediction of a row alone")


def test_train_regression_on_a_device(submission, rng, shared):
    """With the table on an accelerator it trains there, and predictions lie there."""
    x, y, x_test, _ = to_device(linear_table(rng, 60, 3))
    predictions, _ = shared.checked_run(submission.train_regression(x, y, x_test, rng.generator()), (60,))
    shared.check_there(predictions, x, "the predictions")


@pytest.mark.statistical
def test_train_regression_returns_falling_losses(submission, rng, shared):
    """There is a loss for each epoch, and the last is below the first."""
    x, y, x_test, _ = table(rng, shared, 120)
    got = submission.train_regression(x, y, x_test, rng.generator())
    losses = shared.checked_run(got, (len(x_test),))[1]
    check_that(len(losses) >= 2, "losses", "one for each of two epochs or more", f"{len(losses)}")
    ends = f"{losses[0]:.3g} and {losses[-1]:.3g}"
    check_that(losses[-1] < losses[0], "first and last loss", "a last loss below the first", ends)


def test_train_regression_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields predictions and losses."""
    x, y, x_test, _ = linear_table(rng, 60, 3)
    got = submission.train_regression(x, y, x_test, rng.generator())
    check_fields(got, ("predictions", "losses"))
