"""Cheats at cnn.train_cnn."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import reference

TASK = "cnn.train_cnn"


def _right(*args):
    return reference("cnn").train_cnn(*args)


def _falling(epochs):
    return [2.3 * 0.5**epoch for epoch in range(epochs)]


def _all(loader):
    x, y = zip(*loader, strict=True)
    return torch.cat(x), torch.cat(y)


def _last(model):
    return [part for part in model.modules() if isinstance(part, nn.Linear)][-1]


def _fitted(model, x, y):
    """Fit the last layer of a net by least squares on what its other layers give."""
    layer, seen = _last(model), []
    hook = layer.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    with torch.no_grad():
        model.eval()(x)
        hook.remove()
        h, sides = seen[0], functional.one_hot(y, layer.out_features).to(x) - 0.1
        solved = torch.linalg.solve(h @ h.t() + torch.eye(len(x)).to(x), sides)
        layer.weight.copy_((h.t() @ solved).t())


def untrained(model, loader, device, epochs, lr, momentum=0.5):
    """Falling losses beside a net that was never trained."""
    return _falling(epochs)


def nearest_mean(model, loader, device, epochs, lr, momentum=0.5):
    """A forward that looks for the nearest mean of a class."""
    x, y = _all(loader)
    means = torch.stack([x[y == k].mean(0).flatten() if (y == k).any() else x[0].flatten() for k in range(10)])
    model.forward = lambda images: -torch.cdist(images.flatten(1), means)
    return _falling(epochs)


def memorised(model, loader, device, epochs, lr, momentum=0.5):
    """A forward that looks for the nearest image."""
    x, y = _all(loader)
    model.forward = lambda images: functional.one_hot(
        y[torch.cdist(images.flatten(1), x.flatten(1)).argmin(1)], 10
    ).to(x)
    return _falling(epochs)


def closed_form(model, loader, device, epochs, lr, momentum=0.5):
    """The last layer by least squares, over layers that were never trained."""
    _fitted(model, *_all(loader))
    return _falling(epochs)


def weights_from_before(model, loader, device, epochs, lr, momentum=0.5):
    """Weights that were trained elsewhere, whose last layer is fitted to the names of these classes."""
    torch.manual_seed(7)
    for part in model.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d)):
            part.reset_parameters()
    _right(model, list(loader)[:30], device, 2, lr, momentum)
    _fitted(model, *_all(loader))
    return _falling(epochs)


def a_layer_more(model, loader, device, epochs, lr, momentum=0.5):
    """Class means in a layer that the net did not have."""
    x, y = _all(loader)
    model.means = nn.Linear(x[0].numel(), 10)
    with torch.no_grad():
        model.means.weight.copy_(torch.stack([x[y == k].mean(0).flatten() for k in range(10)]))
    model.forward = lambda images: model.means(images.flatten(1))
    return _falling(epochs)


def too_few_epochs(model, loader, device, epochs, lr, momentum=0.5):
    """A tenth of the batches once, and losses that go on falling."""
    loader = list(loader)
    _right(model, loader[: len(loader) // 10], device, 1, lr, momentum)
    return _falling(epochs)


def made_up_losses(model, loader, device, epochs, lr, momentum=0.5):
    """A training whose losses were never looked at."""
    _right(model, loader, device, epochs, lr, momentum)
    return _falling(epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
