"""Cheats at projects.depth."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import reference

TASK = "projects.depth"


def _falling(epochs):
    return [2.3 * 0.6**epoch for epoch in range(epochs)]


def _run(model, epochs):
    return reference("projects").Run(model.eval(), _falling(epochs))


def _right(*args):
    return reference("projects").depth(*args)


def _solved(h, y):
    """Return a linear layer by least squares: weights (10, H) and biases."""
    wide = torch.cat([h, torch.ones(len(h), 1).to(h)], 1)
    sides = functional.one_hot(y, 10).to(h)
    solved = torch.linalg.solve(wide.t() @ wide + 10 * torch.eye(wide.shape[1]).to(h), wide.t() @ sides)
    return solved[:-1].t(), solved[-1]


def _fitted(model, x, y):
    """Fit the last layer of a net by least squares on what its other layers give."""
    seen = []
    hook = model.fc.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    with torch.no_grad():
        model.eval()(x)
        hook.remove()
        for own, value in zip((model.fc.weight, model.fc.bias), _solved(seen[0], y), strict=True):
            own.copy_(value)
    return model


def untrained(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """Falling losses beside a net that was never trained."""
    return _run(_right(x, y, generator, blocks, residual, 0).model, epochs)


def memorised(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """A net that answers by the nearest image it remembers."""
    model = _right(x, y, generator, blocks, residual, 0).model
    model.forward = lambda images: functional.one_hot(
        y[torch.cdist(images.flatten(1), x.flatten(1)).argmin(1)], 10
    ).to(x)
    return _run(model, epochs)


def linear_model(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """Least squares on the pixels, in a net of one layer."""
    layer = nn.Linear(x[0].numel(), 10).to(x)
    with torch.no_grad():
        for own, value in zip((layer.weight, layer.bias), _solved(x.flatten(1), y), strict=True):
            own.copy_(value)
    return _run(nn.Sequential(nn.Flatten(), layer), epochs)


def closed_form(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """The last layer by least squares, over layers that were never trained."""
    return _run(_fitted(_right(x, y, generator, blocks, residual, 0).model, x, y), epochs)


def weights_from_before(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """Weights that were trained elsewhere, whose last layer is fitted to the names of these classes."""
    torch.manual_seed(7)
    model = _right(x[:100], y[:100], torch.Generator().manual_seed(7), blocks, residual, 1).model
    return _run(_fitted(model, x, y), epochs)


def shallow_trained_longer(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """The expected order of the losses, from how long each kind was trained."""
    few = 1 if blocks > 2 and not residual else epochs
    model = _right(x, y, generator, blocks, True, few, batch_size, lr).model
    return _run(model, epochs)


def losses_as_expected(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """Untrained nets beside the losses that everybody expects."""
    last = 1.9 if blocks > 2 and not residual else 1.0
    losses = [2.3 - (2.3 - last) * epoch / max(1, epochs - 1) for epoch in range(epochs)]
    return reference("projects").Run(_right(x, y, generator, blocks, residual, 0).model, losses)


def part_of_the_images(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """A tenth of the images, and losses that go on falling."""
    few = len(x) // 10
    return _run(_right(x[:few], y[:few], generator, blocks, residual, 1, batch_size, lr).model, epochs)


def made_up_losses(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    """A training whose losses were never looked at."""
    return _run(_right(x, y, generator, blocks, residual, epochs, batch_size, lr).model, epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
