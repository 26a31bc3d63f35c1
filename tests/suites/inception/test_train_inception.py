"""Suite of inception.train_inception."""

from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    SUMMED,
    check_close,
    check_equal,
    check_finite,
    check_shape,
    check_that,
    dataset,
    to_device,
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


def digits_read(submission, x, y, x_test, plan, generator):
    """Train a GoogLeNet on digits and read others with it; return losses and scores.

    Where the submission has none, a plain network with two heads takes its place.
    """

    class Plain(torch.nn.Module):
        def __init__(self, dropout):
            super().__init__()
            self.hidden, self.norm = torch.nn.Linear(64, 32), torch.nn.BatchNorm1d(32)
            self.main, self.one, self.two = (torch.nn.Linear(32, 10) for _ in range(3))

        def forward(self, x):
            h = torch.relu(self.norm(self.hidden(x.flatten(1))))
            return (self.main(h), self.one(h), self.two(h)) if self.training else self.main(h)

    model, order = (
        getattr(submission, "GoogLeNet", Plain)(dropout=0.0),
        torch.Generator().manual_seed(generator),
    )
    losses = submission.train_inception(model, x, y, *plan, torch.device("cpu"), order)
    model.eval()
    with torch.no_grad():
        return losses, model(x_test)


def along(steps):
    """Return an oracle that trains along known steps."""

    def trained(model, x, y, epochs, batch_size, lr, device, generator):
        model.train()
        optimizer, losses = torch.optim.Adam(model.parameters(), lr), []
        per_epoch = len(steps) // epochs
        for start in range(0, len(steps), per_epoch):
            sums = 0.0
            for rows in steps[start : start + per_epoch]:
                main, one, two = (functional.cross_entropy(scores, y[rows]) for scores in model(x[rows]))
                loss = main + 0.3 * one + 0.3 * two
                model.zero_grad()
                loss.backward()
                optimizer.step()
                sums += loss.item() * len(rows)
            losses.append(sums / len(x))
        return losses

    return SimpleNamespace(train_inception=trained)


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


@pytest.mark.statistical
@pytest.mark.weight(3)
@pytest.mark.timeout(30)
def test_train_inception_reads_digits(submission, rng, draw):
    """Of digits never seen at least 0.5 are read right after 5 epochs."""
    data, names = dataset("digits"), rng.permutation(10)
    rows, tested = rng.permutation(len(data.train.y))[:300], rng.permutation(len(data.test.y))[:150]
    x, x_test = data.train.x[rows], data.test.x[tested]
    x = x + rng.normal(*x.shape, std=0.05, dtype=torch.float32)
    x_test = x_test + rng.normal(*x_test.shape, std=0.05, dtype=torch.float32)
    y = names[data.train.y[rows]]
    losses, scores = submission.run(digits_read, x, y, x_test, (5, 30, 0.01), rng.seed())
    draw.curve("training loss by epoch", losses, softmax_regression(x, y))
    check_shape(scores, (150, 10), "the scores")
    check_finite(scores, "the scores")
    right = (scores.argmax(1) == names[data.test.y[tested]]).double().mean().item()
    text = "below 0.3" if right < 0.3 else "between 0.3 and 0.5"
    check_that(right >= 0.5, "accuracy", "at least 0.5", text)


def softmax_regression(x, y):
    """The curve of a model without hidden layer, whose loss counts as those of three heads."""
    weights, losses = torch.zeros(64, 10, requires_grad=True), []
    for _ in range(5):
        total = 0.0
        for rows in torch.arange(len(x)).split(30):
            loss = functional.cross_entropy(x[rows].flatten(1) @ weights, y[rows])
            (gradient,) = torch.autograd.grad(loss, weights)
            weights = (weights - 0.5 * gradient).detach().requires_grad_()
            total += 1.6 * loss.item() * len(rows)
        losses.append(total / len(x))
    return losses


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
