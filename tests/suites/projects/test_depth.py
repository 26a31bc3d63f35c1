"""Suite of projects.depth."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    Training,
    check_by_hand,
    check_came_from,
    check_equal,
    check_fields,
    check_history,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    check_that,
    note_start,
    to_device,
)

KINDS = {"6 plain layers": (2, False), "20 plain layers": (9, False), "20 residual layers": (9, True)}
LEAST = 0.1  # by which the loss of 20 plain layers is above the two others


def momentum(parameters, lr):
    """Return the promised optimiser."""
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


@pytest.fixture
def training(submission, shared):
    """What the docstring promises of so many blocks of a kind."""

    def of(blocks=9, residual=True):
        return Training(
            submission,
            "depth",
            oracle=lambda x: shared.Deep(x.shape[1], blocks, residual).to(x.dtype),
            optimizer=momentum,
            lr=0.05,
            batch_size=25,
        )

    return of


def images(rng, n, *shape, dtype=torch.float64):
    """Draw images of noise, and labels."""
    return rng.uniform(n, *(shape or (2, 5, 4)), dtype=dtype), rng.integers(0, 10, n)


def of(kind):
    """Return the arguments that ask for a kind."""
    return dict(zip(("blocks", "residual"), KINDS.get(kind, kind), strict=True))


@pytest.mark.visible
def test_depth_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        losses = submission.depth(*images(rng, 6), rng.generator(), 1, True, epochs, 3)[1]
        check_losses(losses, epochs)


@pytest.mark.parametrize("kind", [(1, True), (3, False)], ids=["1 residual", "3 plain"])
def test_depth_makes_the_promised_net(training, rng, kind):
    """With epochs=0 an untrained net comes back, with as many blocks as asked for."""
    training(*kind).run(*images(rng, 4), rng.seed(), 0, **of(kind))


@pytest.mark.weight(3)
@pytest.mark.parametrize("kind", [(2, True), (2, False)], ids=["residual", "plain"])
def test_depth_predicts_what_its_weights_say(submission, training, rng, kind):
    """A plain block lacks the sum, and nothing else."""
    x, y = images(rng, 5)
    check_predictions(submission, training(*kind).run(x, y, rng.seed(), 0, **of(kind)), x)


@pytest.mark.weight(2)
@pytest.mark.parametrize("kind", [(1, True), (1, False)], ids=["residual", "plain"])
def test_depth_takes_one_step(training, rng, kind):
    """One batch is one step of SGD: its loss, all weights and running statistics."""
    check_steps(training(*kind), *images(rng, 6), rng.seed(), batch_size=6, **of(kind))


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_depth_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    kind = (1, True)
    check_steps(training(*kind), *images(rng, n), rng.seed(), batch_size=3, lr=0.02, **of(kind))


@pytest.mark.weight(3)
def test_depth_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one momentum."""
    kind = (1, False)
    check_steps(training(*kind), *images(rng, 8), rng.seed(), 3, batch_size=5, lr=0.01, **of(kind))


def test_depth_has_its_defaults(training, rng):
    """Without numbers there are nine residual blocks and five epochs of lr 0.05."""
    x, y, seed = *images(rng, 28), rng.seed()
    plain = training()
    start, got = plain.run(x, y, seed, 0), plain.run(x, y, seed, None)
    check_equal(len(got.losses), 5, "the number of losses")
    check_same_training(plain.run(x, y, seed, 1), plain.replay(start, x, y, seed, 1), start)


@pytest.mark.weight(2)
def test_depth_returns_a_net_that_is_ready_to_predict(submission, training, rng):
    """The net comes back in evaluation mode, and scores each image by itself."""
    x, y, seed = *images(rng, 9), rng.seed()
    kind = (1, True)
    note_start(submission, training(*kind).run(x, y, seed, 0, **of(kind)))
    trained = training(*kind).run(x, y, seed, 1, batch_size=4, **of(kind))
    check_predictions(submission, trained, x)


def lost(trained, x, y):
    """Return what the weights lose on the images that they were trained on, in training mode."""
    with torch.no_grad():
        return functional.cross_entropy(trained.model.train()(x), y).item()


@pytest.mark.statistical
@pytest.mark.weight(5)
@pytest.mark.timeout(20)
def test_depth_makes_a_plain_net_worse(submission, training, rng, draw, shared):
    """20 plain layers learn less than 6; with shortcuts they do not."""
    x, y, x_test, _ = shared.digits(rng, 300, 40, shift=0, side=7)
    seed, losses = rng.seed(), {}
    for name, kind in KINDS.items():
        each = training(*kind)
        start = each.run(x, y, seed, 0, **of(kind))
        trained = each.run(x, y, seed, None, **of(kind))
        draw.curve(f"training loss by epoch, {name}", trained.losses, [])
        check_predictions(submission, trained, x_test)
        check_came_from(trained, start)
        check_history(trained, start, x, y)
        losses[name] = lost(trained, x, y)
    deep = losses.pop("20 plain layers")
    for name, loss in losses.items():
        expected = f"at least {LEAST} above {loss:.2f}, of {name}, on the same images"
        check_that(deep >= loss + LEAST, "the loss of 20 plain layers by the weights", expected, f"{deep:.2f}")


@pytest.mark.weight(2)
def test_depth_on_a_device(submission, training, rng):
    """The net is trained where x is, and stays there."""
    x, y = to_device(images(rng, 7))
    kind = (1, True)
    _, trained = check_steps(training(*kind), x, y, rng.seed(), batch_size=4, **of(kind))
    check_predictions(submission, trained, x)


def test_depth_is_made_of_own_parts(submission, rng, shared):
    """Loss and steps are made without those of torch."""
    x, y = images(rng, 4)
    forbidden = (*shared.OPTIMIZERS, *shared.LOSSES)
    check_by_hand(submission, lambda: submission.depth(x, y, rng.generator(), 1, True, 1, 3), forbidden)


def test_depth_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    check_fields(submission.depth(*images(rng, 4), rng.generator(), 1, epochs=0), ("model", "losses"))
