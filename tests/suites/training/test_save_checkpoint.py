"""Suite of training.save_checkpoint."""

from types import SimpleNamespace

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_that, to_device


def save(submission, path, state, x, y, kind, settings, epoch):
    """Train a little, save, train on; tell what came back, the state after saving, and the bytes of the file."""
    import os

    from torch import nn

    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).to(x)
    model.load_state_dict(state)
    optimizer = getattr(torch.optim, kind)(model.parameters(), **settings)

    def train():
        for _ in range(3):
            optimizer.zero_grad()
            ((model(x) - y) ** 2).mean().backward()
            optimizer.step()

    def seen():
        state = optimizer.state_dict()
        rows = {
            key: {name: value.detach().clone() for name, value in row.items() if value is not None}
            for key, row in state["state"].items()
        }
        rates = [(group["lr"], list(group["params"])) for group in state["param_groups"]]
        return {key: value.detach().clone() for key, value in model.state_dict().items()}, rows, rates

    train()
    returned = submission.save_checkpoint(path, model, optimizer, epoch)
    after = seen()
    train()
    data = b""
    if os.path.exists(path):
        with open(path, "rb") as file:
            data = file.read()
    return returned, after, data


def read(data, x):
    """Return what the bytes of a file hold, on the device of x."""
    import io

    return torch.load(io.BytesIO(data), weights_only=True, map_location=x.device)


ORACLE = SimpleNamespace(save_checkpoint=lambda *arguments: None)


def random_state(rng):
    return {
        "0.weight": rng.normal(4, 3),
        "0.bias": rng.normal(4),
        "1.weight": rng.uniform(4, low=0.5, high=2.0),
        "1.bias": rng.normal(4),
        "1.running_mean": rng.normal(4),
        "1.running_var": rng.uniform(4, low=0.5, high=2.0),
        "1.num_batches_tracked": torch.tensor(3),
        "2.weight": rng.normal(2, 4),
        "2.bias": rng.normal(2),
    }


def saved_and_wanted(submission, rng, kind="SGD", settings=None, epoch=3, place=lambda value: value):
    """Return what save_checkpoint returns, model, state and rates after it, the file, and what they should be."""
    settings = {"lr": 0.1, "momentum": 0.9} if settings is None else settings
    state, x, y = random_state(rng), rng.normal(6, 3), rng.normal(6, 2)
    moved = (place(part) for part in (state, x, y))
    returned, after, data = submission.run(save, submission.scratch + "/a.pt", *moved, kind, settings, epoch)
    want = save(ORACLE, "", state, x, y, kind, settings, epoch)[1]
    check_that(len(data) > 0, "the file at the given path", "a checkpoint", "no file, or an empty one")
    return returned, after, want, submission.apart(read, data, x)


def rates_of(saved):
    return [(group["lr"], list(group["params"])) for group in saved["optimizer"]["param_groups"]]


@pytest.mark.visible
def test_save_checkpoint_holds_three_things(submission, rng):
    """The file holds the keys model, optimizer and epoch, and nothing is returned."""
    returned, _, _, saved = saved_and_wanted(submission, rng)
    check_equal(sorted(saved), ["epoch", "model", "optimizer"], "the keys of the file, sorted")
    check_equal(returned, None, "what save_checkpoint returns")


@pytest.mark.weight(2)
def test_save_checkpoint_holds_the_model(submission, rng):
    """Parameters and running statistics are in the file."""
    _, _, (model, _, _), saved = saved_and_wanted(submission, rng)
    check_close(dict(saved["model"]), model, "the model in the file")


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("kind", "settings"),
    [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"lr": 0.02})],
    ids=["momentum", "adam"],
)
def test_save_checkpoint_holds_the_optimizer(submission, rng, kind, settings):
    """Velocities, step counts and learning rates are in the file."""
    _, _, (_, state, rates), saved = saved_and_wanted(submission, rng, kind, settings)
    check_equal(sorted(saved["optimizer"]), ["param_groups", "state"], "keys of the optimizer in the file")
    check_close(saved["optimizer"]["state"], state, "the state of the optimizer in the file")
    check_equal(rates_of(saved), rates, "learning rate and parameters of each group in the file")


@pytest.mark.parametrize("epoch", [0, 1, 17])
def test_save_checkpoint_holds_the_epoch(submission, rng, epoch):
    """The epoch is in the file as the int it was."""
    check_equal(saved_and_wanted(submission, rng, epoch=epoch)[3]["epoch"], epoch, "epoch in the file")


def test_save_checkpoint_replaces_a_file(submission, rng):
    """A second call to the same path replaces what was there."""
    saved_and_wanted(submission, rng, epoch=1)
    _, _, (model, _, _), saved = saved_and_wanted(submission, rng, epoch=2)
    check_equal(saved["epoch"], 2, "epoch in the file after the second call")
    check_close(dict(saved["model"]), model, "the model in the file after the second call")


def test_save_checkpoint_changes_nothing(submission, rng):
    """Model and optimizer are what they were, and torch's random state too."""
    _, after, want, _ = saved_and_wanted(submission, rng)
    check_close(list(after), list(want), "model and optimizer after the call")

    def scenario(submission, path, weight):
        from torch import nn

        found = torch.get_rng_state()
        model = nn.Linear(3, 2).double()
        torch.set_rng_state(found)
        model.weight.data.copy_(weight)
        modes = []
        for training in (True, False):
            model.train(training)
            submission.save_checkpoint(path, model, torch.optim.SGD(model.parameters(), lr=0.1), 1)
            modes.append(model.training)
        return modes

    path, weight = submission.scratch + "/b.pt", rng.normal(2, 3)
    check_manners(submission, lambda: submission.run(scenario, path, weight))
    modes = submission.run(scenario, path, weight)
    check_equal(modes, [True, False], "training, of the model after the call")


def test_save_checkpoint_from_a_device(submission, rng):
    """A model on an accelerator is saved like any other."""
    _, _, (model, state, _), saved = saved_and_wanted(submission, rng, place=to_device)
    check_close(dict(saved["model"]), model, "the model in the file")
    check_close(saved["optimizer"]["state"], state, "the state of the optimizer in the file")
