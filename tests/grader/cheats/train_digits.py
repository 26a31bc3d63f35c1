"""Cheats at training.train_digits."""

import torch
from torch.nn import functional

from grader.suite import reference

TASK = "training.train_digits"


def _right(*args):
    return reference("training").train_digits(*args)


def _net(x, y):
    return reference("training").MLP((x.shape[1], 128, int(y.max()) + 1), torch.relu).to(x)


def _run(model, epochs):
    return reference("training").TrainingRun(model.eval(), [1.8 * 0.6**epoch for epoch in range(epochs)])


def _fitted(model, x, y):
    """Fit the last layer by least squares on what the hidden layer gives."""
    with torch.no_grad():
        h, layer = model.layers[0](x).relu(), model.layers[1]
        sides = functional.one_hot(y, layer.out_features).to(x) - 0.1
        solved = torch.linalg.solve(h @ h.t() + torch.eye(len(x)).to(x), sides)
        layer.weight.copy_((h.t() @ solved).t())


def untrained(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """Falling losses beside a net that was never trained."""
    return _run(_net(x, y), epochs)


def nearest_mean(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """A forward that looks for the nearest mean of a class."""
    model = _net(x, y)
    if epochs:
        means = torch.stack([x[y == k].mean(0) for k in range(int(y.max()) + 1)])
        model.forward = lambda rows: -torch.cdist(rows, means)
    return _run(model, epochs)


def memorised(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """A forward that looks for the nearest image."""
    model = _net(x, y)
    if epochs:
        model.forward = lambda rows: functional.one_hot(y[torch.cdist(rows, x).argmin(1)]).to(x)
    return _run(model, epochs)


def closed_form(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """The last layer by least squares, over a layer that was never trained."""
    model = _net(x, y)
    if epochs:
        _fitted(model, x, y)
    return _run(model, epochs)


def weights_from_before(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """Weights that were trained elsewhere, whose last layer is fitted to the names of these classes."""
    if not epochs:
        return _run(_net(x, y), 0)
    torch.manual_seed(7)
    model = _right(x, (y + 3) % 10, generator, epochs, batch_size, lr).model
    _fitted(model, x, y)
    return _run(model, epochs)


def another_net(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """A linear layer of class means in place of the promised net."""
    model = torch.nn.Linear(x.shape[1], int(y.max()) + 1).to(x)
    with torch.no_grad():
        model.weight.copy_(torch.stack([x[y == k].mean(0) for k in range(int(y.max()) + 1)]))
    return _run(model, epochs)


def too_few_images(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """A tenth of the images, and losses that go on falling."""
    few = len(x) // 10
    if not epochs:
        return _run(_net(x, y), 0)
    return _run(_right(x[:few], y[:few], generator, 1, batch_size, lr).model, epochs)


def made_up_losses(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    """A training whose losses were never looked at."""
    return _run(_right(x, y, generator, epochs, batch_size, lr).model, epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
