"""Suite of resnet.train_resnet."""

import pytest
import torch

from grader.suite import (
    Training,
    check_equal,
    check_fields,
    check_held_out,
    check_predictions,
    check_steps,
    draw_digits,
    show_reading,
    to_device,
)


@pytest.fixture
def training(submission, shared):
    """What the docstring promises."""
    return Training(
        submission,
        "train_resnet",
        oracle=lambda x: shared.SmallNet(x.shape[1], 10, tuple(x.shape[2:])).to(x.dtype),
        optimizer=torch.optim.Adam,
        lr=0.001,
        batch_size=10,
    )


def images(rng, n, *shape, dtype=torch.float64):
    """Draw images of noise, and labels."""
    return rng.uniform(n, *(shape or (1, 20, 20)), dtype=dtype), rng.integers(0, 10, n)


@pytest.mark.visible
def test_train_resnet_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        losses = submission.train_resnet(*images(rng, 6), rng.generator(), epochs, 3)[1]
        check_equal([type(loss) is float for loss in losses], [True] * epochs, "whether each loss is a float")


def test_train_resnet_makes_the_net_of_x(training, rng):
    """With epochs=0 an untrained MnistResNet comes back, for images like x."""
    training.run(*images(rng, 6, 3, 17, 24), rng.seed(), 0)


@pytest.mark.weight(2)
def test_train_resnet_takes_one_step(training, rng):
    """One batch is one step of Adam: its loss, all weights and running statistics."""
    check_steps(training, *images(rng, 6), rng.seed(), batch_size=6)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_train_resnet_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *images(rng, n), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_train_resnet_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one Adam."""
    check_steps(training, *images(rng, 8), rng.seed(), epochs=3, batch_size=5, lr=0.01)


def test_train_resnet_has_batches_of_ten(training, rng):
    """Where nothing else is said a batch has 10 samples and lr is 0.001."""
    check_steps(training, *images(rng, 32, 1, 16, 16), rng.seed())


def test_train_resnet_of_four_epochs_by_default(training, rng):
    """Without a number there are four epochs."""
    trained = training.run(*images(rng, 4, 1, 16, 16), rng.seed(), None)
    check_equal(len(trained.losses), 4, "the number of losses")


@pytest.mark.weight(2)
def test_train_resnet_returns_a_net_that_is_ready_to_predict(submission, training, rng):
    """The net comes back in evaluation mode, and scores each image by itself."""
    x, y = images(rng, 9, dtype=torch.float32)
    check_predictions(submission, training.run(x, y, rng.seed(), 1, batch_size=5), x)


@pytest.mark.statistical
@pytest.mark.weight(5)
@pytest.mark.timeout(20)
def test_train_resnet_reads_held_out_digits(training, rng, draw):
    """Of moved digits never seen it reads far more than any simple answer."""
    data = draw_digits(rng, 700, 300)
    trained = check_held_out(training, data, rng.seed(), 4, margin=0.1)
    draw.curve("training loss by epoch", trained.losses, [])
    draw.picture("the filters of the first layer", "filters", trained.state["conv1.weight"][:, 0])
    with torch.no_grad():
        show_reading(draw, data, trained.model(data[2]).argmax(1))


@pytest.mark.weight(2)
def test_train_resnet_on_a_device(submission, training, rng):
    """The net is trained where x is, and stays there."""
    x, y = (to_device(part) for part in images(rng, 7, 1, 16, 20))
    _, trained = check_steps(training, x, y, rng.seed(), batch_size=4)
    check_predictions(submission, trained, x)


def test_train_resnet_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    got = submission.train_resnet(*images(rng, 3), rng.generator(), 0)
    check_fields(got, ("model", "losses"))
