"""Cheats at resnet.train_resnet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import reference

TASK = "resnet.train_resnet"


def _net(x):
    return reference("resnet").MnistResNet(x.shape[1], 10, tuple(x.shape[2:])).to(x)


def _run(model, epochs):
    return reference("resnet").TrainingRun(model.eval(), [2.3 * 0.5**epoch for epoch in range(epochs)])


def _right(*args):
    return reference("resnet").train_resnet(*args)


def _fitted(model, x, y):
    """Fit the last layer of a net by least squares on what its other layers give."""
    seen = []
    hook = model.fc.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    with torch.no_grad():
        model.eval()(x)
        hook.remove()
        h, sides = seen[0], functional.one_hot(y, 10).to(x) - 0.1
        solved = torch.linalg.solve(h @ h.t() + 10 * torch.eye(len(x)).to(x), sides)
        model.fc.weight.copy_((h.t() @ solved).t())
        model.fc.bias.zero_()
    return model


def untrained(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """Falling losses beside a net that was never trained."""
    return _run(_net(x), epochs)


def nearest_mean(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """A linear layer that holds the mean of each class."""
    means = torch.stack(
        [x[y == k].mean(0).flatten() if (y == k).any() else x[0].flatten() for k in range(10)]
    )
    layer = nn.Linear(means.shape[1], 10).to(x)
    with torch.no_grad():
        layer.weight.copy_(2 * means)
        layer.bias.copy_(-(means**2).sum(1))
    return _run(nn.Sequential(nn.Flatten(), layer), epochs)


def nearest_mean_under_the_right_keys(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """The promised keys, and a forward that looks for the nearest mean."""
    model = _net(x)
    means = torch.stack(
        [x[y == k].mean(0).flatten() if (y == k).any() else x[0].flatten() for k in range(10)]
    )
    model.forward = lambda images: -torch.cdist(images.flatten(1), means)
    return _run(model, epochs)


def memorised(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """A net that answers by the nearest image it remembers."""
    model = _net(x)
    model.forward = lambda images: functional.one_hot(
        y[torch.cdist(images.flatten(1), x.flatten(1)).argmin(1)], 10
    ).to(x)
    return _run(model, epochs)


def closed_form(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """The last layer by least squares, over layers that were never trained."""
    return _run(_fitted(_net(x), x, y), epochs)


def weights_from_before(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """Weights that were trained elsewhere, whose last layer is fitted to the names of these classes."""
    torch.manual_seed(7)
    model = _right(x[:100], y[:100], torch.Generator().manual_seed(7), 1).model
    return _run(_fitted(model, x, y), epochs)


def batch_of_others(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """A net that learns from the images that it is asked about: batch norm sees them."""
    model = _right(x, y, generator, min(epochs, 1), batch_size, lr).model
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.forward = lambda z, part=part: functional.batch_norm(
                z, None, None, part.weight, part.bias, True
            )
    return _run(model, epochs)


def too_few_epochs(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """A tenth of the images in one epoch, and losses that go on falling."""
    return _run(_right(x[: len(x) // 10], y[: len(x) // 10], generator, 1, batch_size, lr).model, epochs)


def made_up_losses(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    """A training whose losses were never looked at."""
    return _run(_right(x, y, generator, epochs, batch_size, lr).model, epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
