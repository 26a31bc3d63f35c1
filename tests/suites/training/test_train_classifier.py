"""Suite of training.train_classifier."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import (
    Training,
    check_equal,
    check_fields,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    dataset,
    shuffled_batches,
    to_device,
)


def standardised(x):
    """Return columns with mean 0 and deviation 1, dividing by N."""
    return (x - x.mean(0)) / x.std(0, correction=0)


class Net(nn.Module):
    """A LogisticRegression from torch's own layer."""

    def __init__(self, features):
        super().__init__()
        self.linear = nn.Linear(features, 1)

    def forward(self, x):
        """Return probabilities (N,)."""
        return self.linear(x).squeeze(1).sigmoid()


def rows_of(rng, n):
    """Draw a table in units of its own, (n, 3), and classes of both kinds."""
    x = rng.normal(n, 3) * torch.tensor([1.0, 50.0, 0.01]) + torch.tensor([0.0, 300.0, 2.0])
    return x, torch.cat([torch.tensor([0, 1]), rng.integers(0, 2, n - 2)])


@pytest.fixture
def training(submission):
    """What the docstring promises."""
    return Training(
        submission,
        "train_classifier",
        oracle=lambda x: Net(x.shape[1]).to(x.dtype),
        optimizer=torch.optim.Adam,
        lr=0.05,
        batch_size=32,
        loss=lambda outputs, y: functional.binary_cross_entropy(outputs, y.to(outputs)),
        batches=lambda x, *rest: shuffled_batches(standardised(x), *rest),
    )


@pytest.mark.visible
def test_train_classifier_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        losses = submission.train_classifier(*rows_of(rng, 6), rng.generator(), epochs, 4)[1]
        check_losses(losses, epochs)


@pytest.mark.visible
def test_train_classifier_makes_the_promised_model(training, rng):
    """With epochs=0 an untrained model comes back, of the dtype of x."""
    x, y = rows_of(rng, 7)
    training.run(x, y, rng.seed(), 0)
    training.run(x.float(), y, rng.seed(), 0)


@pytest.mark.weight(2)
def test_train_classifier_takes_one_step(training, rng):
    """One batch is one step: its loss, and all weights."""
    check_steps(training, *rows_of(rng, 6), rng.seed(), batch_size=6)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_train_classifier_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *rows_of(rng, n), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_train_classifier_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one optimiser."""
    check_steps(training, *rows_of(rng, 8), rng.seed(), epochs=3, batch_size=5, lr=0.02)


def test_train_classifier_has_its_defaults(training, rng):
    """Without numbers there are 10 epochs in batches of 32, with lr 0.05."""
    x, y, seed = *rows_of(rng, 70), rng.seed()
    start, got = training.run(x, y, seed, 0), training.run(x, y, seed, None)
    check_equal(len(got.losses), 10, "the number of losses")
    check_same_training(got, training.replay(start, x, y, seed, 10), start)


@pytest.mark.weight(2)
def test_train_classifier_returns_a_model_that_is_ready_to_predict(submission, training, rng):
    """It comes back in evaluation mode, and predicts each row by itself."""
    x, y = rows_of(rng, 9)
    check_predictions(submission, training.run(x, y, rng.seed(), 1), x)


@pytest.mark.weight(2)
def test_train_classifier_on_a_device(submission, training, rng):
    """With x and y on an accelerator the model is trained there, and stays there."""
    x, y = to_device(rows_of(rng, 7))
    _, trained = check_steps(training, x, y, rng.seed(), batch_size=4)
    check_predictions(submission, trained, x)


def test_train_classifier_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    got = submission.train_classifier(*rows_of(rng, 5), rng.generator(), 0)
    check_fields(got, ("model", "losses"))


@pytest.mark.statistical
@pytest.mark.weight(5)
def test_train_classifier_of_tumours(training, rng, draw, shared):
    """On a real table every weight of the whole training is right."""
    data, seed = dataset("breast_cancer"), rng.seed()
    x, y = shared.drawn(rng, data.train, 300)
    x = shared.in_other_units(rng, y, x)[0].double()
    start, got = training.run(x, y, seed, 0), training.run(x, y, seed, None)
    want = training.replay(start, x, y, seed, 10)
    draw.curve("training loss by epoch", got.losses, want.losses)
    check_same_training(got, want, start)
