"""Suite of training.fix_training_loop.

Each planted mistake has a test of its own, on inputs for which the other mistakes make no difference. What is looked
at is not only where the training ends, but every call of the model: a model of the suite keeps a record.
"""

from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from grader.suite import SUMMED, check_close, check_equal, check_shape, check_that, to_device

TINY = 1e-9


def watch(submission, x, y, x_val, y_val, weight, epochs, batch_size, lr, generator):
    """Train a linear model that keeps a record of its calls; return the record and the results."""
    from torch import nn

    class Recorder(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.calls = nn.Parameter(weight.clone()), []

        def forward(self, x):
            scores = x @ self.weight.t()
            call = {
                "x": x.detach().clone(), "weight": self.weight.detach().clone(), "training": self.training,
                "graph": scores.requires_grad, "gradient": torch.zeros_like(scores),
            }  # fmt: skip
            if scores.requires_grad:
                scores.register_hook(lambda gradient: call["gradient"].add_(gradient.detach()))
            self.calls.append(call)
            return scores

    model = Recorder()
    losses = submission.fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator)
    return {"calls": model.calls, "losses": losses, "weight": model.weight.detach().clone()}


class Record:
    """What the model was called with, in the order of the calls."""

    def __init__(
        self, submission, rng, shared, n=11, batch_size=4, epochs=2, lr=0.3, one_class=False, zero=False
    ):
        self.lr, self.x, self.x_val = lr, rng.normal(n, 3), rng.normal(5, 3)
        self.y, self.y_val = rng.labels(n, 4), rng.labels(5, 4)
        if one_class:
            self.y = torch.full((n,), 2)
        self.start = torch.zeros(4, 3, dtype=torch.float64) if zero else rng.normal(4, 3)
        arguments = (
            self.x,
            self.y,
            self.x_val,
            self.y_val,
            self.start,
            epochs,
            batch_size,
            lr,
            rng.generator(),
        )
        got = submission.run(watch, *arguments)
        names = "train_losses", "validation_losses"
        self.calls, self.weight = got["calls"], got["weight"]
        self.losses = dict(zip(names, shared.unpacked(got["losses"], *names), strict=True))
        self.validations = [number for number, call in enumerate(self.calls) if self.is_validation(call)]
        check_equal(len(self.validations), epochs, "how often the model sees the whole of x_val")

    def is_validation(self, call):
        return torch.equal(call["x"], self.x_val)

    def rows(self, call):
        """Return which samples a batch holds; -1 for a row that is none of them."""
        same = (call["x"].unsqueeze(1) == self.x).all(2)
        return torch.where(same.any(1), same.long().argmax(1), -1)

    def batches(self, epoch):
        """Return the training calls of an epoch: those before its validation."""
        first = self.validations[epoch - 1] + 1 if epoch else 0
        return self.calls[first : self.validations[epoch]]

    def order(self, epoch):
        """Return the samples of an epoch in their order."""
        rows = [self.rows(call) for call in self.batches(epoch)]
        return torch.cat(rows) if rows else torch.zeros(0, dtype=torch.int64)

    def numbers(self, name):
        """Return one of the two lists of losses as a tensor."""
        losses = self.losses[name]
        floats = type(losses) is list and all(type(loss) is float for loss in losses)
        check_that(floats, name, "a list of floats", "something else")
        return torch.tensor(losses, dtype=torch.float64)


@pytest.fixture
def record(submission, rng, shared):
    """Train, and return the record of it."""
    return lambda **settings: Record(submission, rng, shared, **settings)


@pytest.mark.weight(2)
def test_fix_training_loop_keeps_labels_with_their_samples(record):
    """Each sample is trained with its own label."""
    seen = record(lr=TINY, zero=True)
    calls = seen.batches(0)
    rows = torch.cat([seen.rows(call) for call in calls])
    labels = torch.cat([call["gradient"] for call in calls]).argmin(1)  # the loss pulls its score up
    check_close(labels, seen.y[rows], "labels of the first epoch")


@pytest.mark.weight(2)
def test_fix_training_loop_uses_every_sample(record):
    """Every epoch trains on each sample once, the last and smaller batch included."""
    seen = record()
    for epoch in range(2):
        got = seen.order(epoch).sort().values
        check_close(got, torch.arange(11), f"epoch {epoch + 1}")


@pytest.mark.weight(2)
def test_fix_training_loop_takes_the_cross_entropy_of_the_scores(record):
    """The gradient at the scores is that of the cross-entropy of these very scores."""
    seen = record(n=8, one_class=True)
    x = seen.batches(0)[0]["x"]
    scores = (x @ seen.start.t()).requires_grad_()
    (want,) = torch.autograd.grad(functional.cross_entropy(scores, torch.full((len(x),), 2)), scores)
    check_close(seen.batches(0)[0]["gradient"], want, "the first batch")


@pytest.mark.weight(2)
def test_fix_training_loop_forgets_old_gradients(record):
    """A step goes by the gradient of its own batch and by nothing of earlier ones."""
    seen = record(n=12, epochs=1)
    weights = torch.stack([call["weight"] for call in seen.calls])
    want = torch.stack([-seen.lr * call["gradient"].t() @ call["x"] for call in seen.batches(0)])
    check_close(weights[1:] - weights[:-1], want, "changes of the weight", atol=1e-9)


@pytest.mark.weight(2)
def test_fix_training_loop_trains_in_training_mode(record):
    """The model is in training mode for every batch of every epoch."""
    seen = record(n=8, epochs=3)
    got = [call["training"] for epoch in range(3) for call in seen.batches(epoch)]
    check_equal(got, [True] * 6, "six batches")


@pytest.mark.weight(2)
def test_fix_training_loop_averages_over_samples(record):
    """The loss of an epoch is the mean over its samples, not over batches."""
    seen = record(lr=0.0, one_class=True, epochs=1)
    got, scores = seen.numbers("train_losses"), seen.x @ seen.start.t()
    raw, squashed = (functional.cross_entropy(s, seen.y).reshape(1) for s in (scores, scores.softmax(1)))
    want = (
        squashed if (got.mean() - squashed).abs() < 1e-6 else raw
    )  # a softmax too much is another test's matter
    check_close(got, want, "train_losses", **SUMMED)


@pytest.mark.weight(2)
def test_fix_training_loop_validates_without_a_step(record):
    """A validation leaves the weights as they are."""
    seen = record(epochs=3)
    weights = [*(call["weight"] for call in seen.calls), seen.weight]
    for epoch, number in enumerate(seen.validations, 1):
        check_close(weights[number + 1], weights[number], f"the weights after validation {epoch}")


def test_fix_training_loop_validates_without_a_graph(record):
    """The validation builds no graph for gradients."""
    seen = record()
    got = [seen.calls[number]["graph"] for number in seen.validations]
    check_equal(got, [False, False], "requires_grad of the scores")


def test_fix_training_loop_validates_in_evaluation_mode(record):
    """The model is in evaluation mode for every validation."""
    seen = record()
    got = [seen.calls[number]["training"] for number in seen.validations]
    check_equal(got, [False, False], "model.training")


def test_fix_training_loop_returns_the_validation_losses(record):
    """The validation loss is the cross-entropy of x_val after the epoch."""
    seen = record(epochs=3)
    weights = [seen.calls[number]["weight"] for number in seen.validations]
    want = torch.stack([functional.cross_entropy(seen.x_val @ weight.t(), seen.y_val) for weight in weights])
    check_close(seen.numbers("validation_losses"), want, "validation_losses", **SUMMED)


def test_fix_training_loop_draws_an_order_for_every_epoch(submission, rng, record):
    """The samples come in a new random order in every epoch, from the generator."""
    seen = record(n=24, epochs=3)
    orders = [seen.order(epoch) for epoch in range(3)]
    for number, order in enumerate(orders):
        rising = torch.equal(order, order.sort().values)
        check_that(not rising, None, "the samples in a random order", "the samples in the order of x")
        repeated = any(torch.equal(order, earlier) for earlier in orders[:number])
        check_that(not repeated, None, "a new order in every epoch", "the order of an earlier epoch")

    def scenario(submission, x, y, seed):
        orders = []
        for other in (1, 2):
            torch.manual_seed(other)
            model, batches = torch.nn.Linear(1, 3).double(), []
            model.register_forward_pre_hook(lambda _, arguments, kept=batches: kept.append(arguments[0]))
            generator = torch.Generator().manual_seed(seed)
            submission.fix_training_loop(model, x, y, x[:2], y[:2], 1, 4, 0.1, generator)
            orders.append(torch.cat(batches))
        return orders

    first, second = submission.run(scenario, rng.normal(24, 1), rng.labels(24, 3), rng.seed())
    check_close(second, first, "the samples of an equal generator, after another torch.manual_seed")


def replayed(seen, epoch):
    """The oracle: the same batches, from the weight that the epoch began with; return its loss and its last weight."""
    calls, total = seen.batches(epoch), 0.0
    weight = calls[0]["weight"].clone().requires_grad_()
    for rows in map(seen.rows, calls):
        loss = functional.cross_entropy(seen.x[rows] @ weight.t(), seen.y[rows])
        (gradient,) = torch.autograd.grad(loss, weight)
        weight = (weight - seen.lr * gradient).detach().requires_grad_()
        total += loss.item() * len(rows) / len(seen.x)
    return torch.tensor(total, dtype=torch.float64), weight.detach()


@pytest.mark.weight(3)
def test_fix_training_loop_is_right_as_a_whole(record):
    """Losses and weights of three epochs are those of the same loop without mistakes."""
    seen = record(epochs=3)
    losses = seen.numbers("train_losses")
    check_shape(losses, (3,), "train_losses")
    for epoch, number in enumerate(seen.validations):  # one at a time: in the first one all ways to shuffle agree
        loss, weight = replayed(seen, epoch)
        check_close(seen.calls[number]["weight"], weight, f"the weights after epoch {epoch + 1}")
        check_close(losses[epoch], loss, f"the loss of epoch {epoch + 1}", **SUMMED)


@pytest.mark.visible
def test_fix_training_loop_of_two_samples(submission, shared):
    """From weight 0 one step makes (0.5, -0.5); losses 0.693, then 0.313."""
    x, y = torch.tensor([[1.0], [-1.0]]), torch.tensor([0, 1])
    generator = torch.Generator().manual_seed(0)
    got = submission.run(watch, x, y, x, y, torch.zeros(2, 1), 1, 2, 1.0, generator)
    check_close(got["weight"], torch.tensor([[0.5], [-0.5]]), "the weight")
    train, validation = shared.unpacked(got["losses"], "train_losses", "validation_losses")
    check_close(train, [0.69314718], "train_losses", rtol=1e-5)
    check_close(validation, [0.31326169], "validation_losses", rtol=1e-5)


def train_network(submission, x, y, x_val, y_val, x_test, generator):
    """Train a network with batch norm; return its losses, and its scores of further samples."""
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3)).to(x)
    losses = submission.fix_training_loop(model, x, y, x_val, y_val, 8, 16, 0.1, generator)
    model.eval()
    return losses, model(x_test).detach().clone()


def loop_by_hand(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    """The oracle: the loop as the docstring says it."""
    train_losses, validation_losses = [], []
    for _ in range(epochs):
        model.train()
        losses = torch.zeros(len(x))
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            losses[rows] = loss.detach()
            with torch.no_grad():
                for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                    parameter -= lr * gradient
        train_losses.append(losses.mean().item())
        with torch.no_grad():
            validation_losses.append(functional.cross_entropy(model.eval()(x_val), y_val).item())
    return train_losses, validation_losses


ORACLE = SimpleNamespace(fix_training_loop=loop_by_hand)


def blobs(rng, centres, n):
    """Draw points around three centres."""
    y = rng.labels(n, 3)
    return centres[y] + rng.normal(n, 4, dtype=torch.float32), y


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_fix_training_loop_learns(submission, rng, draw, shared):
    """A network learns to tell three clouds of points apart, as its losses show."""
    centres = 3 * torch.eye(4)[:3][:, rng.permutation(4)] + rng.normal(1, 4, dtype=torch.float32)
    (x, y), (x_val, y_val), (x_test, y_test) = (blobs(rng, centres, n) for n in (100, 30, 90))
    arguments = x, y, x_val, y_val, x_test, rng.generator()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng.seed())
        own, _ = train_network(ORACLE, *arguments)
    losses, scores = submission.run(train_network, *arguments)
    theirs = shared.unpacked(losses, "train_losses", "validation_losses")
    for title, mine, line in zip(("training", "validation"), theirs, own, strict=True):
        draw.curve(f"{title} loss by epoch", mine, line)
    check_shape(scores, (90, 3), "scores of 90 further points")
    right = int((scores.argmax(1) == y_test).sum())
    check_that(right >= 60, "how many of 90 further points the network gets right", "60 or more", str(right))


def test_fix_training_loop_on_a_device(submission, rng):
    """With model and samples on an accelerator the loop trains there."""
    x, y, x_val, y_val = rng.normal(6, 3), rng.labels(6, 4), rng.normal(5, 3), rng.labels(5, 4)
    start = rng.normal(4, 3)
    moved = to_device([x, y, x_val, y_val, start])
    got = submission.run(watch, *moved, 2, 6, 0.3, rng.generator())
    weight = start
    for _ in range(2):  # all samples in one batch: their order does not matter
        scores = (x @ weight.t()).requires_grad_()
        (gradient,) = torch.autograd.grad(functional.cross_entropy(scores, y), scores)
        weight = weight - 0.3 * gradient.t() @ x
    check_close(got["weight"], to_device(weight), "the weights after two epochs on an accelerator")
