"""Suite of projects.digits_cnn."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    Training,
    check_better,
    check_by_hand,
    check_close,
    check_equal,
    check_fields,
    check_held_out,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    note_start,
    share_right,
    show_reading,
    shuffled_batches,
    to_device,
    train_steps,
)

LAYERS = (
    *(f"{kind}{axes}d" for kind in ("conv", "Conv", "LazyConv", "max_pool", "MaxPool") for axes in (1, 2, 3)),
    *(f"{kind}_pool2d" for kind in ("avg", "adaptive_max", "adaptive_avg")),
    *("convolution", "mkldnn_convolution", "max_pool2d_with_indices", "AdaptiveMaxPool2d", "Unfold", "im2col"),
    *("batch_norm", "BatchNorm1d", "BatchNorm2d", "LazyBatchNorm2d", "native_batch_norm"),
)


@pytest.fixture
def training(submission, shared):
    """What the docstring promises."""
    return Training(
        submission,
        "digits_cnn",
        oracle=lambda x: shared.Convolutions(*x.shape[1:]).to(x.dtype),
        optimizer=torch.optim.Adam,
        lr=0.005,
        batch_size=25,
    )


def images(rng, n, *shape, dtype=torch.float64):
    """Draw images of noise, and labels."""
    return rng.uniform(n, *(shape or (2, 9, 10)), dtype=dtype), rng.integers(0, 10, n)


@pytest.mark.visible
def test_digits_cnn_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        check_losses(submission.digits_cnn(*images(rng, 6), rng.generator(), epochs, 3)[1], epochs)


@pytest.mark.parametrize("shape", [(1, 14, 14), (3, 7, 10)], ids=["14x14", "3 channels of 7x10"])
def test_digits_cnn_makes_the_promised_net(training, rng, shape):
    """With epochs=0 an untrained net comes back, for images like x."""
    training.run(*images(rng, 4, *shape), rng.seed(), 0)


def test_digits_cnn_starts_with_random_filters(training, rng):
    """The filters are drawn, with deviations of sqrt(2 / (9 C)) and 1 / 6."""
    start = training.run(*images(rng, 4, 20, 4, 4), rng.seed(), 0)
    spread = torch.stack([start.state[key].std() for key in ("conv1", "conv2")])
    want = torch.tensor([(2 / 180) ** 0.5, 1 / 6], dtype=torch.float64)
    check_close(spread, want, "the deviations of conv1, for 20 channels, and of conv2", rtol=0.15)


@pytest.mark.weight(3)
def test_digits_cnn_predicts_what_its_weights_say(submission, training, rng):
    """The untrained net convolves, normalises, cuts, pools and scores as promised."""
    x, y = images(rng, 5)
    check_predictions(submission, training.run(x, y, rng.seed(), 0), x)


@pytest.mark.weight(2)
def test_digits_cnn_takes_one_step(training, rng):
    """One batch is one step of Adam: its loss, all weights and running statistics."""
    check_steps(training, *images(rng, 6), rng.seed(), batch_size=6)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_digits_cnn_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *images(rng, n), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_digits_cnn_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one Adam."""
    check_steps(training, *images(rng, 8), rng.seed(), epochs=3, batch_size=5, lr=0.003)


def test_digits_cnn_has_its_defaults(training, rng):
    """Without numbers there are six epochs in batches of 25, with lr 0.005."""
    x, y, seed = *images(rng, 40, 1, 4, 4), rng.seed()
    start, got = training.run(x, y, seed, 0), training.run(x, y, seed, None)
    check_equal(len(got.losses), 6, "the number of losses")
    check_same_training(got, training.replay(start, x, y, seed, 6), start)


@pytest.mark.weight(2)
def test_digits_cnn_returns_a_net_that_is_ready_to_predict(submission, training, rng):
    """The net comes back in evaluation mode, and scores each image by itself."""
    x, y, seed = *images(rng, 9), rng.seed()
    note_start(submission, training.run(x, y, seed, 0))
    check_predictions(submission, training.run(x, y, seed, 1, batch_size=4), x)


def without_convolutions(shared, data, seed):
    """Return what a net of linear layers reads of the held-out digits, trained here on the same draw."""
    x, y, x_test, y_test = data
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = shared.Layers(x[0].numel())
    batches = shuffled_batches(x.flatten(1), y, torch.Generator().manual_seed(seed), 10, 20)
    train_steps(model, batches, torch.optim.Adam(model.parameters(), lr=0.003), functional.cross_entropy)
    with torch.no_grad():
        return share_right(model(x_test.flatten(1)), y_test)


@pytest.mark.statistical
@pytest.mark.weight(5)
@pytest.mark.timeout(10)
def test_digits_cnn_reads_held_out_digits(training, rng, draw, shared):
    """Of moved digits never seen it reads more than a net of linear layers."""
    data = shared.digits(rng, test=600)
    trained = check_held_out(training, data, rng.seed(), None, margin=0.1)
    draw.curve("training loss by epoch", trained.losses, [])
    draw.picture("the filters of the first layer", "filters", trained.state["conv1"][:, 0])
    images, labels = data[2:]
    first = functional.conv2d(images[:1], trained.state["conv1"], padding=1)[0]
    draw.picture("what they find in the first image", "filters", first)
    with torch.no_grad():
        chosen = trained.model(images).argmax(1)
    show_reading(draw, data, chosen)
    own = {"a net of linear layers, trained for ten epochs,": without_convolutions(shared, data, rng.seed())}
    check_better(share_right(chosen, labels), own, 0.01)


@pytest.mark.weight(2)
def test_digits_cnn_on_a_device(submission, training, rng):
    """The net is trained where x is, and stays there."""
    x, y = to_device(images(rng, 7))
    _, trained = check_steps(training, x, y, rng.seed(), batch_size=4)
    check_predictions(submission, trained, x)


def test_digits_cnn_is_made_of_own_parts(submission, rng, shared):
    """Convolution, pooling, batch norm and steps are made without those of torch."""
    x, y = images(rng, 4)
    forbidden = (*shared.OPTIMIZERS, *LAYERS)
    check_by_hand(submission, lambda: submission.digits_cnn(x, y, rng.generator(), 1, 3), forbidden)


def test_digits_cnn_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    check_fields(submission.digits_cnn(*images(rng, 4), rng.generator(), 0), ("model", "losses"))
