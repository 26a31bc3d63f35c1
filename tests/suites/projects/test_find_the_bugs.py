"""Suite of projects.find_the_bugs.

Each planted mistake has a test of its own, on inputs for which the other mistakes make no difference: what is looked at
is every call of the model, for a model of the suite keeps a record.
"""

from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    SUMMED,
    check_by_hand,
    check_close,
    check_equal,
    check_fields,
    check_that,
    dataset,
    share_right,
    simple_accuracies,
    to_device,
)

LEAST = 0.85  # of rows that are held out; the largest class has about 0.63


def watch(submission, x, y, x_val, y_val, start, generator, epochs, batch_size, lr):
    """Train a model of two layers that keeps a record of its calls; return the record, the results and the end."""
    from torch import nn

    class Recorder(nn.Module):
        def __init__(self):
            super().__init__()
            for name, value in start.items():
                setattr(self, name, nn.Parameter(value.clone()))
            self.register_buffer("seen", torch.zeros((), device=start["bias"].device))
            self.calls = []

        def forward(self, x):
            if self.training:
                self.seen += len(x)
            scores = x @ self.first.t() @ self.weight.t() + self.bias
            call = {
                **{name: value.detach().clone() for name, value in self.state_dict().items()}, "x": x.detach().clone(),
                "scores": scores.detach().clone(), "training": self.training, "graph": scores.requires_grad,
                "gradient": torch.zeros_like(scores),
            }  # fmt: skip
            if scores.requires_grad:
                scores.register_hook(lambda gradient: call["gradient"].add_(gradient.detach()))
            self.calls.append(call)
            return scores

    model = Recorder()
    found = submission.find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size, lr)
    end = {name: value.detach().clone() for name, value in model.state_dict().items()}
    return {"calls": model.calls, "losses": found[0], "accuracies": found[1], "end": end}


class Record:
    """What the model was called with, in the order of the calls."""

    def __init__(self, submission, rng, epochs=2, lr=0.1, n=11, batch_size=4, bias=0.0, m=5, std=0.3, **labels):
        self.lr, self.x, self.x_val = lr, rng.normal(n, 3, std=2.0) + 1, rng.normal(m, 3, std=3.0) - 1
        self.y, self.y_val = rng.integers(0, 4, n), rng.integers(0, 4, m)
        if labels:
            self.y, self.y_val = torch.full((n,), labels["train"]), torch.full((m,), labels["val"])
        self.start = {
            "first": rng.normal(2, 3, std=std), "weight": rng.normal(4, 2, std=std),
            "bias": torch.zeros(4, dtype=torch.float64) + bias,
        }  # fmt: skip
        self.mean, self.std = self.x.mean(0), self.x.std(0, correction=0)
        self.rows_of_x = (self.x - self.mean) / self.std
        got = submission.run(
            watch, self.x, self.y, self.x_val, self.y_val, self.start, rng.generator(), epochs, batch_size, lr
        )
        self.calls, self.end, self.results = got["calls"], got["end"], got
        self.validations = [place for place, call in enumerate(self.calls) if len(call["x"]) == m]
        check_equal(len(self.validations), epochs, "how often the model sees all rows of x_val")

    def rows(self, call):
        """Return which samples a batch holds."""
        return torch.cdist(call["x"], self.rows_of_x).argmin(1)

    def batches(self, epoch):
        """Return the training calls of an epoch: those before its validation."""
        return self.calls[self.validations[epoch - 1] + 1 if epoch else 0 : self.validations[epoch]]

    def numbers(self, name):
        """Return one of the two lists as a tensor."""
        floats = self.results[name]
        fits = type(floats) is list and all(type(each) is float for each in floats)
        check_that(fits, name, "a list of floats", "something else")
        return torch.tensor(floats, dtype=torch.float64)


@pytest.fixture
def record(submission, rng):
    """Train, and return the record of it."""
    return lambda **settings: Record(submission, rng, **settings)


@pytest.mark.visible
def test_find_the_bugs_of_two_rows(submission):
    """From zeros, rows 1 and 3 with labels 0 and 1 give 0.6931; 4 is read right."""
    start = {
        "first": torch.ones(1, 1), "weight": torch.zeros(2, 1), "bias": torch.zeros(2),
    }  # fmt: skip
    x, y, generator = torch.tensor([[1.0], [3.0]]), torch.tensor([0, 1]), torch.Generator().manual_seed(0)
    got = submission.run(watch, x, y, torch.tensor([[4.0]]), y[1:], start, generator, 1, 2, 0.1)
    check_close(got["losses"], [0.693147], "the losses", rtol=1e-5)
    check_close(got["accuracies"], [1.0], "the accuracies")


@pytest.mark.weight(2)
def test_find_the_bugs_validates_on_rows_of_the_same_scale(record):
    """The rows of x_val are moved and divided by the numbers of x."""
    seen = record()
    got = torch.stack([seen.calls[place]["x"] for place in seen.validations])
    want = ((seen.x_val - seen.mean) / seen.std).expand(2, 5, 3)
    check_close(got, want, "what the model sees of x_val", rtol=1e-6, atol=1e-6)


@pytest.mark.weight(2)
def test_find_the_bugs_draws_an_order_for_each_epoch(record):
    """Each epoch goes over all rows in a new random order."""
    seen = record(n=24, epochs=3)
    orders = [torch.cat([seen.rows(call) for call in seen.batches(epoch)]) for epoch in range(3)]
    for number, order in enumerate(orders):
        check_close(order.sort().values, torch.arange(24), f"the rows of epoch {number + 1}, sorted")
        same = any(torch.equal(order, other) for other in (torch.arange(24), *orders[:number]))
        check_that(not same, None, "a new order in every epoch", "the order of x, or of an earlier epoch")


@pytest.mark.weight(2)
def test_find_the_bugs_trains_all_parameters(record):
    """Every parameter of the model is changed in the first epoch."""
    seen = record(bias=5.0)
    moved = [name for name, value in seen.start.items() if not torch.equal(value, seen.calls[-1][name])]
    check_equal(moved, list(seen.start), "the parameters that changed")


@pytest.mark.weight(2)
def test_find_the_bugs_takes_the_cross_entropy_of_the_scores(record):
    """The gradient at the scores is that of the cross-entropy of these very scores."""
    seen = record(bias=-1.0)
    call = seen.batches(0)[0]
    scores = call["scores"].requires_grad_()
    (want,) = torch.autograd.grad(functional.cross_entropy(scores, seen.y[seen.rows(call)]), scores)
    check_close(call["gradient"], want, "the first batch")


def directions(gradients):
    """Return the directions of Adam's steps for these gradients, by its formulas."""
    mean, square, found = torch.zeros_like(gradients[0]), torch.zeros_like(gradients[0]), []
    for t, g in enumerate(gradients, start=1):
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
        found.append(mean / (1 - 0.9**t) / ((square / (1 - 0.999**t)).sqrt() + 1e-8))
    return torch.stack(found)


@pytest.mark.weight(2)
def test_find_the_bugs_halves_the_rate_after_five_epochs(record):
    """A step has the rate of its epoch: lr in the first five, then half of it."""
    seen = record(epochs=7, bias=5.0, lr=0.02)
    calls = [(epoch, call) for epoch in range(7) for call in seen.batches(epoch)]
    check_equal(len(calls), 21, "how many batches there are")
    steps = directions([call["gradient"].sum(0) for _, call in calls])
    values = torch.stack([call["bias"] for _, call in calls])
    moved, steps = values[:-1] - values[1:], steps[:-1]
    rates = (moved * steps).sum(1) / steps.square().sum(1)  # says nothing about which rows a batch had
    want = torch.tensor([0.02 if epoch < 5 else 0.01 for epoch, _ in calls[:-1]], dtype=torch.float64)
    check_close(rates, want, "the rate of each step", rtol=1e-5, atol=1e-8)
    check_close(moved, rates[:, None] * steps, "how far each step moves the bias", rtol=1e-5, atol=1e-8)


@pytest.mark.weight(2)
def test_find_the_bugs_counts_the_right_rows(record):
    """The accuracy is the share of rows whose largest score is that of their label."""
    seen = record(epochs=5, m=23, std=2.0)
    chosen = [seen.calls[place]["scores"].argmax(1) for place in seen.validations]
    want = torch.stack([(each == seen.y_val).double().mean() for each in chosen])
    check_close(seen.numbers("accuracies"), want, "the accuracies", **SUMMED)


@pytest.mark.weight(2)
def test_find_the_bugs_validates_in_evaluation_mode(record):
    """The model is in evaluation mode for each validation."""
    seen = record()
    got = [seen.calls[place]["training"] for place in seen.validations]
    check_equal(got, [False, False], "model.training")


def test_find_the_bugs_trains_in_training_mode(record):
    """The model is in training mode for each batch of each epoch."""
    seen = record(epochs=3)
    got = [call["training"] for epoch in range(3) for call in seen.batches(epoch)]
    check_equal(got, [True] * 9, "model.training of nine batches")


def test_find_the_bugs_validates_without_a_graph(record):
    """The validation builds no graph for gradients."""
    seen = record()
    got = [seen.calls[place]["graph"] for place in seen.validations]
    check_equal(got, [False, False], "requires_grad of the scores")


@pytest.mark.weight(2)
def test_find_the_bugs_gives_the_best_weights_back(record):
    """The model has the weights of the first epoch with the best accuracy."""
    falling = torch.tensor([3.0, 0.0, -9.0, -9.0], dtype=torch.float64)
    seen = record(epochs=8, lr=0.2, bias=falling + 12, train=1, val=0)  # the training unlearns what is validated
    best = int(seen.numbers("accuracies").argmax())
    call = seen.calls[seen.validations[min(best, 7)]]
    for name in seen.start:
        check_close(seen.end[name], call[name], f"{name} at the end")


def test_find_the_bugs_keeps_the_first_of_equally_good_epochs(record):
    """Where every epoch has the accuracy 1, the weights of the first come back."""
    seen = record(epochs=3, bias=torch.tensor([0.0, 20.0, 0.0, 0.0], dtype=torch.float64), train=1, val=1)
    check_close(seen.numbers("accuracies"), torch.ones(3, dtype=torch.float64), "the accuracies", **SUMMED)
    call = seen.calls[seen.validations[0]]
    for name in seen.start:
        check_close(seen.end[name], call[name], f"{name} at the end")


def by_hand(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    """The oracle: the docstring with torch's own parts."""
    mean, std = x.mean(0), x.std(0, correction=0)
    x, x_val = (x - mean) / std, (x_val - mean) / std
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.5)
    losses, accuracies, best, kept = [], [], -1.0, None
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        schedule.step()
        losses.append(total / len(x))
        with torch.no_grad():
            accuracies.append((model.eval()(x_val).argmax(1) == y_val).double().mean().item())
        if accuracies[-1] > best:
            best, kept = accuracies[-1], {key: value.clone() for key, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return losses, accuracies


ORACLE = SimpleNamespace(find_the_bugs=by_hand)


@pytest.mark.weight(4)
@pytest.mark.parametrize("batch_size", [4, 11], ids=["batches of 4", "one batch"])
def test_find_the_bugs_is_right_as_a_whole(submission, rng, batch_size):
    """Losses, accuracies, weights and buffers are those of a right script."""
    x, y, x_val, y_val = rng.normal(11, 3), rng.integers(0, 4, 11), rng.normal(5, 3, std=2.0), rng.integers(0, 4, 5)
    start = {"first": rng.normal(2, 3), "weight": rng.normal(4, 2), "bias": rng.normal(4)}
    seed = rng.seed()
    arguments = (x, y, x_val, y_val, start), (6, batch_size, 0.05)
    got, want = (
        play(watch, *arguments[0], torch.Generator().manual_seed(seed), *arguments[1])
        for play in (submission.run, lambda scenario, *rest: scenario(ORACLE, *rest))
    )
    for name in ("losses", "accuracies"):
        check_close(got[name], want[name], f"the {name}", **SUMMED)
    check_close(got["end"], want["end"], "the model at the end", rtol=1e-5, atol=1e-7)


def train_on_a_table(submission, x, y, x_val, y_val, x_test, generator, seed):
    """Train a net with batch norm and dropout; return the results, and what it makes of further rows."""
    from torch import nn

    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(x.shape[1], 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
    found = submission.find_the_bugs(model, x, y, x_val, y_val, generator, 12)
    rows = (x_test - x.mean(0)) / x.std(0, correction=0)
    return found[0], found[1], model.eval()(rows).detach().clone()


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_find_the_bugs_learns(submission, rng, draw):
    """A net learns to tell two kinds of tumours apart, as losses and accuracies show."""
    data = dataset("breast_cancer")
    rows = rng.permutation(len(data.train.y))
    x, y = data.train.x[rows], data.train.y[rows]
    seed, draws = rng.seed(), rng.seed()
    tests = rng.permutation(len(data.test.y))
    arguments = x[:250], y[:250], x[250:330], y[250:330], data.test.x[tests]

    def played(play):
        return play(train_on_a_table, *arguments, torch.Generator().manual_seed(draws), seed)

    with torch.random.fork_rng(devices=[]):
        own = played(lambda scenario, *rest: scenario(ORACLE, *rest))
    losses, accuracies, scores = played(submission.run)
    draw.curve("training loss by epoch", losses, own[0])
    draw.curve("accuracy of the validation by epoch", accuracies, own[1])
    right = share_right(scores, data.test.y[tests])
    simple = simple_accuracies(*arguments[:2], arguments[4], data.test.y[tests])["the largest class"]
    expected = f"at least {LEAST}: the largest class has {simple:.2f}"
    check_that(right >= LEAST, "accuracy on rows that are held out", expected, f"{right:.2f}")


def test_find_the_bugs_on_a_device(submission, rng):
    """With model and rows on an accelerator the script trains there."""
    x, y, x_val, y_val = rng.normal(8, 3), rng.integers(0, 4, 8), rng.normal(5, 3), rng.integers(0, 4, 5)
    start = {"first": rng.normal(2, 3), "weight": rng.normal(4, 2), "bias": rng.normal(4)}
    tables, seed = [x, y, x_val, y_val, start], rng.seed()
    got = submission.run(watch, *to_device(tables), torch.Generator().manual_seed(seed), 3, 3, 0.05)
    want = watch(ORACLE, *tables, torch.Generator().manual_seed(seed), 3, 3, 0.05)
    check_close(got["losses"], want["losses"], "the losses", **SUMMED)
    check_close(got["end"], to_device(want["end"]), "the model at the end", rtol=1e-5, atol=1e-7)


def test_find_the_bugs_is_made_of_own_parts(submission, rng, shared):
    """Loss and steps are made without those of torch."""

    def call():
        arguments = rng.normal(6, 3), rng.integers(0, 4, 6), rng.normal(5, 3), rng.integers(0, 4, 5)
        start = {"first": rng.normal(2, 3), "weight": rng.normal(4, 2), "bias": rng.normal(4)}
        submission.run(watch, *arguments, start, rng.generator(), 1, 3, 0.1)

    check_by_hand(submission, call, (*shared.OPTIMIZERS, *shared.LOSSES), task="find_the_bugs")


def test_find_the_bugs_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields losses and accuracies."""

    def scenario(submission, x, y, generator):
        return submission.find_the_bugs(torch.nn.Linear(3, 2).double(), x, y, x, y, generator, 1)

    got = submission.run(scenario, rng.normal(6, 3), rng.integers(0, 2, 6), rng.generator())
    check_fields(got, ("losses", "accuracies"))
