"""Suite of training.train_epoch."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import SUMMED, check_close, to_device

SIZES = (4, 4, 3)


def train(submission, state, batches, kind, settings, epochs, leftover):
    """Train a small network from a given state; tell the losses and the state afterwards.

    The network is put into evaluation mode before each epoch, and each parameter gets `leftover` as gradient.
    """
    from torch import nn
    from torch.nn import functional

    model = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 2)).double()
    model = model.to(state["0.weight"].device)
    model.load_state_dict(state)
    optimizer = getattr(torch.optim, kind)(model.parameters(), **settings)
    losses = []
    for _ in range(epochs):
        model.eval()
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, leftover) if leftover else None
        losses.append(submission.train_epoch(model, batches, functional.cross_entropy, optimizer))
    return losses, {key: value.detach().clone() for key, value in model.state_dict().items()}


def train_by_hand(model, loader, loss_fn, optimizer):
    """The oracle: one pass, as the docstring says it."""
    model.train()
    sums, count = 0.0, 0
    for x, y in loader:
        for parameter in model.parameters():
            parameter.grad = None
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        sums, count = sums + float(loss.detach()) * x.shape[0], count + x.shape[0]
    return sums / count


ORACLE = SimpleNamespace(train_epoch=train_by_hand)


def random_state(rng):
    """Draw weights, and running statistics that are not those of the data."""
    return {
        "0.weight": rng.normal(5, 3),
        "0.bias": rng.normal(5),
        "1.weight": rng.uniform(5, low=0.5, high=2.0),
        "1.bias": rng.normal(5),
        "1.running_mean": rng.normal(5),
        "1.running_var": rng.uniform(5, low=0.5, high=2.0),
        "1.num_batches_tracked": torch.tensor(3),
        "3.weight": rng.normal(2, 5),
        "3.bias": rng.normal(2),
    }


def random_batches(rng, sizes=SIZES):
    return [(rng.normal(size, 3), rng.integers(0, 2, size)) for size in sizes]


def both(submission, rng, kind="SGD", settings=None, epochs=1, leftover=0.0, sizes=SIZES):
    """Return losses and state, theirs and the oracle's."""
    settings = {"lr": 0.3} if settings is None else settings
    arguments = random_state(rng), random_batches(rng, sizes), kind, settings, epochs, leftover
    return submission.run(train, *arguments), train(ORACLE, *arguments)


@pytest.mark.visible
def test_train_epoch_of_three_numbers(submission):
    """Losses 1 and 4 of two samples and one make 2; the weight goes to 0.5."""

    def scenario(submission):
        from torch import nn

        model = nn.Linear(1, 1, bias=False)
        torch.nn.init.zeros_(model.weight)
        batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 2.0))]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
        loss = submission.train_epoch(model, batches, nn.MSELoss(), optimizer)
        return loss, model.weight.detach().clone()

    loss, weight = submission.run(scenario)
    check_close(loss, 2.0, "the loss", **SUMMED)
    check_close(weight, torch.tensor([[0.5]]), "the weight after the epoch")


@pytest.mark.weight(2)
def test_train_epoch_averages_over_samples(submission, rng):
    """The loss is the mean over samples: batches of 6, 2 and 2 count by their sizes."""
    (got, _), (want, _) = both(submission, rng, settings={"lr": 0.0}, sizes=(6, 2, 2))
    check_close(got, want, "the losses", **SUMMED)


@pytest.mark.weight(2)
def test_train_epoch_takes_one_step_for_each_batch(submission, rng):
    """After an epoch every weight is where the steps of plain gradient descent lead."""
    (_, got), (_, want) = both(submission, rng)
    check_close(got, want, "the state after the epoch")


@pytest.mark.weight(2)
def test_train_epoch_uses_the_optimizer(submission, rng):
    """Two epochs by Adam, or SGD with momentum and decay, end where they should."""
    for kind, settings in (
        ("Adam", {"lr": 0.02}),
        ("SGD", {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.1}),
    ):
        got, want = both(submission, rng, kind, settings, epochs=2)
        check_close(got[0], want[0], f"the losses of two epochs by {kind}", **SUMMED)
        check_close(got[1], want[1], f"the state after two epochs by {kind}")


@pytest.mark.weight(2)
def test_train_epoch_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count in the first step."""
    (_, got), (_, want) = both(submission, rng, leftover=5.0, sizes=(4,))
    check_close(got, want, "the state after a single step")


@pytest.mark.weight(2)
def test_train_epoch_trains_in_training_mode(submission, rng):
    """Batch norm sees the batches, though the model came in evaluation mode."""
    (_, got), (_, want) = both(submission, rng)
    for name in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        check_close(got[name], want[name], name.removeprefix("1."))


def test_train_epoch_returns_the_losses_of_the_steps(submission, rng):
    """The loss of a batch is the one before its step."""
    (got, _), (want, _) = both(submission, rng, epochs=2)
    check_close(got, want, "the losses of two epochs", **SUMMED)


def test_train_epoch_reads_a_loader(submission, rng):
    """A DataLoader is read once, in its order; the model is left in training mode."""

    def scenario(submission, x, y, weight):
        from torch import nn
        from torch.utils.data import DataLoader, TensorDataset

        model = nn.Sequential(nn.Linear(3, 1, bias=False), nn.Dropout(0.0)).double().eval()
        model[0].weight.data.copy_(weight)
        loader = DataLoader(TensorDataset(x, y), batch_size=3)
        loss = submission.train_epoch(
            model, loader, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1)
        )
        return loss, model[0].weight.detach().clone(), [model.training, model[1].training]

    x, y, weight = rng.normal(8, 3), rng.normal(8, 1), rng.normal(1, 3)
    loss, moved, modes = submission.run(scenario, x, y, weight)
    model = nn.Linear(3, 1, bias=False).double()
    model.weight.data.copy_(weight)
    batches, optimizer = zip(x.split(3), y.split(3), strict=True), torch.optim.SGD(model.parameters(), lr=0.1)
    want = train_by_hand(model, batches, functional.mse_loss, optimizer)
    check_close(loss, want, "the loss", **SUMMED)
    check_close(moved, model.weight.detach(), "the weight after the epoch")
    check_close(
        torch.tensor(modes), torch.tensor([True, True]), "training, of the model and of the layer in it"
    )


def test_train_epoch_on_a_device(submission, rng):
    """The batches are moved to where the model is."""
    state, batches = random_state(rng), random_batches(rng)
    want = train(ORACLE, state, batches, "SGD", {"lr": 0.3}, 1, 0.0)
    got = submission.run(train, to_device(state), batches, "SGD", {"lr": 0.3}, 1, 0.0)
    check_close(got[0], want[0], "the loss of an epoch on an accelerator", **SUMMED)
    check_close(got[1], to_device(want[1]), "the state after an epoch on an accelerator")
