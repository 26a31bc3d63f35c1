"""Suite of inception.train_inception."""

import copy
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    SUMMED,
    Trained,
    check_close,
    check_equal,
    check_learning,
    check_losses,
    check_same_training,
    check_that,
    draw_digits,
    read_model,
    show_reading,
    to_device,
    train_steps,
)


def train(submission, state, x, y, plan, like, generator, leftover=0.0, training=False):
    """Train a small network with two heads; return losses, the samples of each step, the state and where things were.

    The first pixel of each image is its number. The network arrives in a mode, with gradients of earlier.
    """

    class Small(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.steps, self.places = [], []
            self.hidden, self.norm = torch.nn.Linear(6, 5, bias=False), torch.nn.BatchNorm1d(5)
            self.main, self.one, self.two = (torch.nn.Linear(5, 3) for _ in range(3))

        def forward(self, x):
            self.places.append([tensor.device == like.device for tensor in (self.main.bias, x)])
            h = torch.tanh(self.norm(self.hidden(x.flatten(1))))
            if not self.training:
                return self.main(h)
            self.steps.append([int(number) for number in x.detach()[:, 0, 0, 0].cpu().round()])
            return self.main(h), self.one(h), self.two(h)

    model = Small().double().train(training)
    model.load_state_dict(state)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, leftover) if leftover else None
    order = torch.Generator().manual_seed(generator)
    losses = submission.train_inception(model, x, y, *plan, like.device, order)
    places = [model.main.bias.device == like.device, *model.places[0]]
    return (
        losses,
        model.steps,
        {key: value.detach().clone() for key, value in model.state_dict().items()},
        places,
    )


def places_of(submission, like):
    """Return whether a model and its images were on a device when the model was first called."""

    class Seen(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.places, self.layer = [], torch.nn.Linear(4, 3)

        def forward(self, x):
            self.places.append([tensor.device == like.device for tensor in (self.layer.weight, x)])
            return self.layer(x.flatten(1)), self.layer(x.flatten(1))

    model, order = Seen(), torch.Generator().manual_seed(0)
    try:
        submission.train_inception(
            model, torch.ones(5, 1, 2, 2), torch.arange(5) % 3, 1, 5, 0.1, like.device, order
        )
    except RuntimeError:
        if not model.places:
            raise
    return model.places[0]


def along(steps):
    """Return an oracle that trains along known steps."""

    def trained(model, x, y, epochs, batch_size, lr, device, generator):
        model.train()
        optimizer, losses = torch.optim.Adam(model.parameters(), lr), []
        per_epoch = len(steps) // epochs
        for start in range(0, len(steps), per_epoch):
            sums = 0.0
            for rows in steps[start : start + per_epoch]:
                loss = three_losses(model(x[rows]), y[rows])
                model.zero_grad()
                loss.backward()
                optimizer.step()
                sums += loss.item() * len(rows)
            losses.append(sums / len(x))
        return losses

    return SimpleNamespace(train_inception=trained)


def three_losses(outputs, y):
    """Return the loss of all heads while training."""
    main, one, two = (functional.cross_entropy(scores, y) for scores in outputs)
    return main + 0.3 * one + 0.3 * two


def small(rng, n):
    """Draw a state of the small network, numbered images and labels."""
    state = {
        "hidden.weight": rng.normal(5, 6, std=0.5),
        "norm.weight": rng.uniform(5, low=0.5, high=2.0),
        "norm.bias": rng.normal(5),
        "norm.running_mean": rng.normal(5),
        "norm.running_var": rng.uniform(5, low=0.5, high=2.0),
        "norm.num_batches_tracked": torch.tensor(3),
    }
    for name in ("main", "one", "two"):
        state |= {f"{name}.weight": rng.normal(3, 5), f"{name}.bias": rng.normal(3)}
    x = rng.normal(n, 1, 2, 3)
    x[:, 0, 0, 0] = torch.arange(n)
    return state, x, rng.labels(n, 3)


def check_steps(steps, n, epochs, sizes):
    """Check that each epoch goes over all samples once, in batches of these sizes and an order of its own."""
    check_equal([len(rows) for rows in steps], list(sizes) * epochs, "the sizes of the batches")
    orders = [sum(steps[start : start + len(sizes)], []) for start in range(0, len(steps), len(sizes))]
    for number, order in enumerate(orders, start=1):
        once = sorted(order) == list(range(n))
        check_that(once, f"epoch {number}", "every sample once", "some samples twice, some never")
    check_that(orders[0] != list(range(n)), "the order of epoch 1", "a random one", "0, 1, 2 and so on")
    check_that(orders[0] != orders[1], "the order of epoch 2", "another one", "that of epoch 1")


def check_as(theirs, ours):
    """Check losses and state against those of the oracle."""
    check_close(theirs[0], ours[0], "the losses", **SUMMED)
    check_close(theirs[2], ours[2], "the state after the training", rtol=1e-7, atol=1e-9)


@pytest.mark.visible
def test_train_inception_returns_a_loss_for_each_epoch(submission, rng):
    """Three epochs give a list of three floats."""
    state, x, y = small(rng, 6)
    losses, *_ = submission.run(train, state, x, y, (3, 4, 0.01), torch.zeros(()), rng.seed())
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    check_that(floats, "losses", "a list of floats", "something else")
    check_equal(len(losses), 3, "the number of losses")


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [False, True], ids=["from evaluation", "from training"])
def test_train_inception_on_whole_batches(submission, rng, training):
    """Four epochs, each one step with all samples: every weight is right."""
    state, x, y = small(rng, 7)
    given = (state, x, y, (4, 7, 0.05), torch.zeros(()), rng.seed(), 0.5, training)
    check_as(submission.run(train, *given), train(along([list(range(7))] * 4), *given))


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "n, size, sizes", [(11, 4, (4, 4, 3)), (12, 4, (4, 4, 4)), (12, 5, (5, 5, 2))], ids=str
)
def test_train_inception_on_small_batches(submission, rng, n, size, sizes):
    """Along random batches of all samples, losses and weights are right."""
    state, x, y = small(rng, n)
    given = (state, x, y, (3, size, 0.02), torch.zeros(()), rng.seed())
    theirs = submission.run(train, *given)
    check_steps(theirs[1], n, 3, sizes)
    check_as(theirs, train(along(theirs[1]), *given))


def test_train_inception_draws_from_the_generator(submission, rng):
    """The orders follow from the generator, and from nothing else."""
    state, x, y = small(rng, 12)
    first, second = rng.seed(), rng.seed()
    seeds = (first, first, second)
    runs = [submission.run(train, state, x, y, (2, 5, 0.01), torch.zeros(()), seed)[1] for seed in seeds]
    check_that(runs[0] == runs[1], "two orders from one seed", "the same", "different ones")
    check_that(runs[0] != runs[2], "orders from two seeds", "different ones", "the same")


@pytest.mark.weight(2)
def test_train_inception_trains_a_GoogLeNet(submission, rng, shared):
    """Three steps with a GoogLeNet of this file: every loss and weight is right."""
    args, x, y = (2, 4, 0.0), rng.normal(5, 2, 8, 9), rng.labels(5, 4)
    model = submission.GoogLeNet(*args)
    model.double()
    start = read_model(submission, model, shared.GoogLeNet(*args).double())
    generator, cpu = torch.Generator().manual_seed(0), torch.device("cpu")
    losses = submission.train_inception(model, x, y, 3, 5, 0.01, cpu, generator)
    check_losses(losses, 3)
    want = copy.deepcopy(start.model)
    means = train_steps(want, [[(x, y)]] * 3, torch.optim.Adam(want.parameters(), lr=0.01), three_losses)
    got = replace(read_model(submission, model, start.model), losses=losses)
    check_same_training(got, Trained(want, means), start)


@pytest.mark.statistical
@pytest.mark.weight(3)
@pytest.mark.timeout(30)
def test_train_inception_reads_held_out_digits(submission, rng, draw, shared):
    """A GoogLeNet reads far more moved digits of MNIST than a simple answer."""
    data = x, y, *_ = draw_digits(rng, 700, 300, shift=4, side=14)
    model, cpu = submission.GoogLeNet(dropout=0.0), torch.device("cpu")
    start = read_model(submission, model, shared.GoogLeNet(dropout=0.0))
    losses = submission.train_inception(model, x, y, 6, 50, 0.006, cpu, rng.generator())
    check_losses(losses, 6)
    model.eval()
    trained = replace(read_model(submission, model, start.model), losses=losses)
    draw.curve("mean loss by epoch", losses, [])
    scores = check_learning(submission, start, trained, data, 0.1, three_losses)
    show_reading(draw, data, scores.argmax(1))


def test_train_inception_moves_things_to_the_device(submission):
    """When the model is called, it and its images are on the device."""
    got = submission.run(places_of, to_device(torch.zeros(())))
    check_equal(got, [True, True], "whether the model, and the images, are on the device")


@pytest.mark.weight(2)
def test_train_inception_on_a_device(submission, rng):
    """It learns on the device as on the CPU, and the model stays there."""
    state, x, y = small(rng, 9)
    given = (state, x, y, (2, 9, 0.05))
    theirs = submission.run(train, *given, to_device(torch.zeros(())), rng.seed())
    ours = train(along([list(range(9))] * 2), *given, torch.zeros(()), 0)
    places = "on the device: the model afterwards, and when it was called, and the images then"
    check_equal(theirs[3], [True, True, True], places)
    check_close(theirs[0], ours[0], "the losses", **SUMMED)
    check_close(theirs[2], to_device(ours[2]), "the state after the training", rtol=1e-7, atol=1e-9)
