"""Suite of projects.digits_mlp."""

import pytest
import torch

from grader.suite import (
    Training,
    check_by_hand,
    check_equal,
    check_fields,
    check_held_out,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    note_start,
    show_reading,
    to_device,
)


@pytest.fixture
def training(submission, shared):
    """What the docstring promises."""
    return Training(
        submission,
        "digits_mlp",
        oracle=lambda x: shared.Layers(x.shape[1]).to(x.dtype),
        optimizer=torch.optim.Adam,
        lr=0.003,
        batch_size=20,
    )


def rows_of(rng, n):
    """Draw pixels (n, 6), and labels."""
    return rng.normal(n, 6), rng.integers(0, 10, n)


@pytest.mark.visible
def test_digits_mlp_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        check_losses(submission.digits_mlp(*rows_of(rng, 6), rng.generator(), epochs, 4)[1], epochs)


def test_digits_mlp_makes_the_promised_net(training, rng):
    """With epochs=0 an untrained MLP comes back, of the dtype of x."""
    x, y = rows_of(rng, 7)
    training.run(x, y, rng.seed(), 0)
    training.run(x.float(), y, rng.seed(), 0)


@pytest.mark.weight(2)
def test_digits_mlp_takes_one_step(training, rng):
    """One batch is one step of Adam: its loss, and all weights."""
    check_steps(training, *rows_of(rng, 6), rng.seed(), batch_size=6)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_digits_mlp_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *rows_of(rng, n), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_digits_mlp_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one Adam."""
    check_steps(training, *rows_of(rng, 8), rng.seed(), epochs=3, batch_size=5, lr=0.01)


def test_digits_mlp_trains_to_the_end_when_losses_rise(training, rng):
    """Ten equal rows with ten labels only get worse: the last weights come back."""
    x = rng.normal(1, 6).repeat(10, 1)  # no net loses less than one that gives equal scores
    check_steps(training, x, torch.arange(10), rng.seed(), epochs=3, batch_size=10, lr=1.0)


def test_digits_mlp_has_its_defaults(training, rng):
    """Without numbers there are ten epochs in batches of 20, with lr 0.003."""
    x, y, seed = *rows_of(rng, 25), rng.seed()
    start, got = training.run(x, y, seed, 0), training.run(x, y, seed, None)
    check_equal(len(got.losses), 10, "the number of losses")
    check_same_training(got, training.replay(start, x, y, seed, 10), start)


@pytest.mark.weight(2)
def test_digits_mlp_returns_a_net_that_is_ready_to_predict(submission, training, rng):
    """The net comes back in evaluation mode, and scores each row by itself."""
    x, y, seed = *rows_of(rng, 9), rng.seed()
    note_start(submission, training.run(x, y, seed, 0))
    check_predictions(submission, training.run(x, y, seed, 1), x)


@pytest.mark.statistical
@pytest.mark.weight(5)
def test_digits_mlp_reads_held_out_digits(training, rng, draw, shared):
    """Of moved digits never seen it reads far more than any simple answer."""
    digits = shared.digits(rng)
    data = tuple(part.flatten(1) if part.dim() > 1 else part for part in digits)
    trained = check_held_out(training, data, rng.seed(), None, margin=0.1)
    draw.curve("training loss by epoch", trained.losses, [])
    weights = trained.state["layers.0.weight"]
    draw.picture(
        "what 24 hidden units look for", "filters",
        weights[weights.norm(dim=1).argsort(descending=True)[:24]].reshape(-1, shared.SIDE, shared.SIDE),
        caption="the weights of the first layer, those with the largest norm",
    )  # fmt: skip
    with torch.no_grad():
        show_reading(draw, digits, trained.model(data[2]).argmax(1))


@pytest.mark.weight(2)
def test_digits_mlp_on_a_device(submission, training, rng):
    """The net is trained where x is, and stays there."""
    x, y = to_device(rows_of(rng, 7))
    _, trained = check_steps(training, x, y, rng.seed(), batch_size=4)
    check_predictions(submission, trained, x)


def test_digits_mlp_is_made_of_own_parts(submission, rng, shared):
    """Loss, steps and batches are made without those of torch."""
    x, y = rows_of(rng, 6)
    forbidden = (*shared.OPTIMIZERS, *shared.LOSSES, "DataLoader")
    check_by_hand(submission, lambda: submission.digits_mlp(x, y, rng.generator(), 1, 3), forbidden)


def test_digits_mlp_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    check_fields(submission.digits_mlp(*rows_of(rng, 5), rng.generator(), 0), ("model", "losses"))
