"""Cheats at inception.train_inception."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import reference

TASK = "inception.train_inception"


def _right(*args):
    return reference("inception").train_inception(*args)


def _falling(epochs):
    return [3.4 * 0.6**epoch for epoch in range(epochs)]


def _answering(model, answer):
    """Let a model answer with something else than what its weights say."""
    model.forward = lambda images: (answer(images),) * 3 if model.training else answer(images)


def _fitted(model, x, y):
    """Fit the last layer by least squares on what the other layers give."""
    layer, seen = model.fc, []
    hook = layer.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    with torch.no_grad():
        model.train()(x)  # the statistics of the batch norms are moved by it
        model.eval()(x)
        hook.remove()
        h, sides = seen[-1], functional.one_hot(y, layer.out_features).to(x) - 0.1
        solved = torch.linalg.solve(h @ h.t() + torch.eye(len(x)).to(x), sides)
        layer.weight.copy_((h.t() @ solved).t())


def untrained(model, x, y, epochs, batch_size, lr, device, generator):
    """Falling losses beside a net that was never trained."""
    return _falling(epochs)


def nearest_mean(model, x, y, epochs, batch_size, lr, device, generator):
    """A forward that looks for the nearest mean of a class."""
    means = torch.stack([x[y == k].mean(0).flatten() if (y == k).any() else x[0].flatten() for k in range(10)])
    _answering(model, lambda images: -torch.cdist(images.flatten(1), means))
    return _falling(epochs)


def memorised(model, x, y, epochs, batch_size, lr, device, generator):
    """A forward that looks for the nearest image."""
    _answering(
        model,
        lambda images: functional.one_hot(y[torch.cdist(images.flatten(1), x.flatten(1)).argmin(1)], 10).to(x),
    )
    return _falling(epochs)


def closed_form(model, x, y, epochs, batch_size, lr, device, generator):
    """The last layer by least squares, over layers that were never trained."""
    _fitted(model, x, y)
    return _falling(epochs)


def weights_from_before(model, x, y, epochs, batch_size, lr, device, generator):
    """Weights that were trained elsewhere, whose last layer is fitted to the names of these classes."""
    torch.manual_seed(7)
    for part in model.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d)):
            part.reset_parameters()
    _right(model, x, (y + 3) % 10, epochs, batch_size, lr, device, generator)
    _fitted(model, x, y)
    return _falling(epochs)


def a_layer_more(model, x, y, epochs, batch_size, lr, device, generator):
    """Class means in a layer that the net did not have."""
    model.means = nn.Linear(x[0].numel(), 10)
    with torch.no_grad():
        model.means.weight.copy_(torch.stack([x[y == k].mean(0).flatten() for k in range(10)]))
    _answering(model, lambda images: model.means(images.flatten(1)))
    return _falling(epochs)


def too_few_images(model, x, y, epochs, batch_size, lr, device, generator):
    """A tenth of the images once, and losses that go on falling."""
    few = len(x) // 10
    _right(model, x[:few], y[:few], 1, min(batch_size, few), lr, device, generator)
    return _falling(epochs)


def made_up_losses(model, x, y, epochs, batch_size, lr, device, generator):
    """A training whose losses were never looked at."""
    _right(model, x, y, epochs, batch_size, lr, device, generator)
    return _falling(epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
