"""Suite of training.load_checkpoint."""

import fractions
import io

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_equal, check_raises, to_device


def packed(value):
    """Return the bytes of a file, made where the submission never was."""
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def model_of(x):
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).to(x)


def trained(model, optimizer, x, y):
    """Take three steps, and return a copy of the model's state."""
    for _ in range(3):
        optimizer.zero_grad()
        ((model(x) - y) ** 2).mean().backward()
        optimizer.step()
    return {key: value.detach().clone() for key, value in model.state_dict().items()}


def interrupted(state, x, y, kind, settings):
    """The oracle: train, make a checkpoint, train on; return its bytes, the state then and the state at the end."""
    model = model_of(x)
    model.load_state_dict(state)
    optimizer = getattr(torch.optim, kind)(model.parameters(), **settings)
    saved = trained(model, optimizer, x, y)
    optimizer.param_groups[0]["lr"] /= 2
    data = packed({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 7})
    return data, saved, trained(model, optimizer, x, y)


def resume(submission, path, data, x, y, kind, settings, training):
    """Load a file into a fresh model and optimizer, train on; tell what came of it."""
    from torch import nn

    with open(path, "wb") as file:
        file.write(data)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).to(x)
    optimizer = getattr(torch.optim, kind)(model.parameters(), **settings)
    model.train(training)
    parameters = list(model.parameters())
    epoch = submission.load_checkpoint(path, model, optimizer)
    loaded, mode = {key: value.detach().clone() for key, value in model.state_dict().items()}, model.training
    same = all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    model.train()
    rate = optimizer.param_groups[0]["lr"]
    for _ in range(3):
        optimizer.zero_grad()
        ((model(x) - y) ** 2).mean().backward()
        optimizer.step()
    resumed = {key: value.detach().clone() for key, value in model.state_dict().items()}
    return {"epoch": epoch, "loaded": loaded, "resumed": resumed, "mode": mode, "same": same, "rate": rate}


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


def resumed(submission, rng, kind="SGD", settings=None, place=lambda value: value, training=False):
    """Return what the submission's resumed training gives, and what it should."""
    settings = {"lr": 0.1, "momentum": 0.9} if settings is None else settings
    state, x, y = random_state(rng), rng.normal(6, 3), rng.normal(6, 2)
    data, saved, end = interrupted(state, x, y, kind, settings)
    path = submission.scratch + "/a.pt"
    got = submission.run(resume, path, data, place(x), place(y), kind, settings, training)
    return got, saved, end


def load_into(submission, path, data, device=None):
    """Load a file into a small model; tell what is returned, and the weight."""
    from torch import nn

    with open(path, "wb") as file:
        file.write(data)
    model = nn.Linear(3, 2).double()
    where = {} if device is None else {"map_location": device}
    return submission.load_checkpoint(path, model, **where), model.weight.detach().clone()


@pytest.mark.visible
def test_load_checkpoint_of_ones(submission):
    """Saved ones are in the model afterwards, and the epoch is returned."""
    ones = {"weight": torch.ones(2, 3), "bias": torch.ones(2)}
    data = packed({"model": ones, "optimizer": {}, "epoch": 3})
    epoch, weight = submission.run(load_into, submission.scratch + "/a.pt", data)
    check_equal(epoch, 3, "what is returned")
    check_close(weight, torch.ones(2, 3, dtype=torch.float64), "the weight")


@pytest.mark.weight(2)
def test_load_checkpoint_fills_the_model(submission, rng):
    """Parameters and running statistics are the saved ones, in place."""
    got, saved, _ = resumed(submission, rng)
    check_close(got["loaded"], saved, "the state of the model")
    check_equal(got["same"], True, "whether the model has the same parameters as before")


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    ("kind", "settings"),
    [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"lr": 0.02}), ("RMSprop", {"lr": 0.01})],
    ids=["momentum", "adam", "rmsprop"],
)
def test_load_checkpoint_resumes_the_training(submission, rng, kind, settings):
    """A training that goes on from the file ends where the uninterrupted one does."""
    got, _, end = resumed(submission, rng, kind, settings)
    check_close(got["resumed"], end, "the model three steps after loading")


def test_load_checkpoint_restores_the_settings(submission, rng):
    """The learning rate is the saved one."""
    check_close(resumed(submission, rng)[0]["rate"], 0.05, "the learning rate")


def test_load_checkpoint_returns_the_epoch(submission, rng):
    """The epoch comes back as an int."""
    check_equal(resumed(submission, rng)[0]["epoch"], 7, "what is returned")


@pytest.mark.parametrize("training", [False, True])
def test_load_checkpoint_keeps_the_mode(submission, rng, training):
    """A model in evaluation mode stays in it, one in training mode too."""
    got, _, _ = resumed(submission, rng, training=training)
    check_equal(got["mode"], training, "training, of the model after loading")


@pytest.mark.weight(2)
def test_load_checkpoint_from_a_gpu_without_one(submission, rng):
    """A file that was written on a GPU is read on a machine without one."""

    def written_on_a_gpu(weight):
        import io

        file, location_tag = io.BytesIO(), torch.serialization.location_tag
        torch.serialization.location_tag = lambda storage: "cuda:0"
        try:
            torch.save({"model": {"weight": weight, "bias": weight[:, 0]}, "optimizer": {}, "epoch": 1}, file)
        finally:
            torch.serialization.location_tag = location_tag
        return file.getvalue()

    weight = rng.normal(2, 3)
    data = submission.apart(written_on_a_gpu, weight)
    _, got = submission.run(load_into, submission.scratch + "/a.pt", data)
    check_close(got, weight, "the weight")


def test_load_checkpoint_uses_map_location(submission, rng):
    """The file's tensors go where map_location says, before the model takes them."""

    def scenario(submission, path, data, device):
        from torch import nn

        with open(path, "wb") as file:
            file.write(data)
        model, seen = nn.Linear(3, 2).double(), []
        load = model.load_state_dict
        model.load_state_dict = lambda state, *more, **how: (
            seen.append(str(state["weight"].device)),
            load(state, *more, **how),
        )[1]
        submission.load_checkpoint(path, model, map_location=device)
        submission.load_checkpoint(path, model)
        return seen, model.weight.detach().clone()

    weight = rng.normal(2, 3)
    data = packed({"model": {"weight": weight, "bias": weight[:, 0]}, "optimizer": {}, "epoch": 1})
    there = str(to_device(weight).device)
    seen, got = submission.run(scenario, submission.scratch + "/a.pt", data, there)
    check_equal(seen, [there, "cpu"], "where the saved weight lay, with map_location and without")
    check_close(got, weight, "the weight")


def test_load_checkpoint_into_a_model_on_a_device(submission, rng):
    """A model on an accelerator stays there, and its training goes on there."""
    got, saved, end = resumed(submission, rng, place=to_device)
    check_close(got["loaded"], to_device(saved), "the state of the model")
    check_close(got["resumed"], to_device(end), "the model three steps after loading")


def test_load_checkpoint_refuses_another_model(submission):
    """Names that are missing or too many, and other shapes, raise a RuntimeError."""
    weight, bias = torch.ones(2, 3), torch.ones(2)
    for state in (
        {"weight": weight},
        {"weight": weight, "bias": bias, "scale": bias},
        {"weight": weight.t(), "bias": bias},
        {"w": weight, "bias": bias},
    ):
        data = packed({"model": state, "optimizer": {}, "epoch": 1})
        with check_raises(RuntimeError):
            submission.run(load_into, submission.scratch + "/a.pt", data)


def test_load_checkpoint_refuses_code(submission):
    """A file that holds more than tensors and plain values is not read."""

    def scenario(submission, path, data):
        import pickle

        from torch import nn

        with open(path, "wb") as file:
            file.write(data)
        try:
            submission.load_checkpoint(path, nn.Linear(3, 2))
        except pickle.UnpicklingError:
            return "pickle.UnpicklingError"
        return "no exception"

    state = {"weight": torch.ones(2, 3), "bias": torch.ones(2)}
    data = packed({"model": state, "optimizer": {}, "epoch": 1, "extra": fractions.Fraction(1, 3)})
    outcome = submission.run(scenario, submission.scratch + "/a.pt", data)
    check_equal(outcome, "pickle.UnpicklingError", "what a file with an object of another class gives")
