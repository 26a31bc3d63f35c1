"""Cheats at training.train_classifier."""

import torch

from grader.suite import reference

TASK = "training.train_classifier"


def _right(*args):
    return reference("training").train_classifier(*args)


def _net(x):
    return reference("training").LogisticRegression(x.shape[1]).to(x)


def _standard(x):
    return reference("training").standardize(x, x[:0]).train


def _run(model, epochs):
    return reference("training").TrainingRun(model.eval(), [0.7 * 0.8**epoch for epoch in range(epochs)])


def _put(layer, weight, bias):
    with torch.no_grad():
        layer.weight.copy_(weight.reshape(1, -1))
        layer.bias.copy_(bias.reshape(1))


def untrained(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    """Falling losses beside a model that was never trained."""
    return _run(_net(x), epochs)


def closed_form(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    """Weights by least squares."""
    model, wide = _net(x), torch.cat([_standard(x), torch.ones(len(x), 1).to(x)], 1)
    solved = torch.linalg.lstsq(wide, (8.0 * y.unsqueeze(1).to(x) - 4.0), driver="gelsd").solution
    if epochs:
        _put(model.linear, solved[:-1], solved[-1])
    return _run(model, epochs)


def sums_of_columns(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    """Each column's own slope, as naive Bayes would have it."""
    model = _net(x)
    if epochs:
        _put(model.linear, _standard(x).t() @ (8.0 * y.unsqueeze(1).to(x) - 4.0) / len(x), torch.zeros(1).to(x))
    return _run(model, epochs)


def all_rows_at_once(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    """One step for each epoch, with all rows."""
    return _right(x, y, generator, epochs, len(x), lr)


def ended_early(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    """Half of the epochs, and losses that go on falling."""
    return _run(_right(x, y, generator, epochs // 2, batch_size, lr).model, epochs)


def made_up_losses(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    """A training whose losses were never looked at."""
    return _run(_right(x, y, generator, epochs, batch_size, lr).model, epochs)
