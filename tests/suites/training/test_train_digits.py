"""Suite of training.train_digits."""

import pytest
import torch
from torch import nn

from grader.suite import (
    Training,
    check_equal,
    check_fields,
    check_held_out,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    draw_digits,
    show_reading,
    to_device,
)


class Net(nn.Module):
    """The promised MLP from torch's own layers."""

    def __init__(self, features, classes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(features, 128), nn.Linear(128, classes)])

    def forward(self, x):
        """Return the scores."""
        return self.layers[1](self.layers[0](x).relu())


def rows_of(rng, n):
    """Draw pixels (n, 6), and labels of three classes, the last of which occurs."""
    return rng.normal(n, 6), torch.cat([torch.tensor([2]), rng.integers(0, 3, n - 1)])


@pytest.fixture
def training(submission):
    """What the docstring promises, for three classes."""
    return of_classes(submission, 3)


def of_classes(submission, classes):
    """Return what the docstring promises, for so many classes."""
    return Training(
        submission,
        "train_digits",
        oracle=lambda x: Net(x.shape[1], classes).to(x.dtype),
        optimizer=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        lr=0.1,
        batch_size=25,
    )


@pytest.mark.visible
def test_train_digits_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        losses = submission.train_digits(*rows_of(rng, 6), rng.generator(), epochs, 4)[1]
        check_losses(losses, epochs)


@pytest.mark.visible
def test_train_digits_makes_the_promised_model(training, rng):
    """With epochs=0 an untrained model comes back, of the dtype of x."""
    x, y = rows_of(rng, 7)
    training.run(x, y, rng.seed(), 0)
    training.run(x.float(), y, rng.seed(), 0)


@pytest.mark.weight(2)
def test_train_digits_takes_one_step(training, rng):
    """One batch is one step: its loss, and all weights."""
    check_steps(training, *rows_of(rng, 6), rng.seed(), batch_size=6)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_train_digits_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *rows_of(rng, n), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_train_digits_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one optimiser."""
    check_steps(training, *rows_of(rng, 8), rng.seed(), epochs=3, batch_size=5, lr=0.02)


def test_train_digits_has_its_defaults(training, rng):
    """Without numbers there are 12 epochs in batches of 25, with lr 0.1."""
    x, y, seed = *rows_of(rng, 55), rng.seed()
    start, got = training.run(x, y, seed, 0), training.run(x, y, seed, None)
    check_equal(len(got.losses), 12, "the number of losses")
    check_same_training(got, training.replay(start, x, y, seed, 12), start)


@pytest.mark.weight(2)
def test_train_digits_returns_a_model_that_is_ready_to_predict(submission, training, rng):
    """It comes back in evaluation mode, and predicts each row by itself."""
    x, y = rows_of(rng, 9)
    check_predictions(submission, training.run(x, y, rng.seed(), 1), x)


@pytest.mark.weight(2)
def test_train_digits_on_a_device(submission, training, rng):
    """With x and y on an accelerator the model is trained there, and stays there."""
    x, y = to_device(rows_of(rng, 7))
    _, trained = check_steps(training, x, y, rng.seed(), batch_size=4)
    check_predictions(submission, trained, x)


def test_train_digits_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    got = submission.train_digits(*rows_of(rng, 5), rng.generator(), 0)
    check_fields(got, ("model", "losses"))


@pytest.mark.statistical
@pytest.mark.weight(5)
def test_train_digits_reads_held_out_digits(submission, rng, draw):
    """It reads far more moved digits of MNIST than any simple answer."""
    digits = draw_digits(rng, 1000, 400, shift=2, side=14)
    data = tuple(part.flatten(1) if part.dim() > 1 else part for part in digits)
    trained = check_held_out(of_classes(submission, 10), data, rng.seed(), None, margin=0.05)
    draw.curve("training loss by epoch", trained.losses, [])
    with torch.no_grad():
        show_reading(draw, digits, trained.model(data[2]).argmax(1))
