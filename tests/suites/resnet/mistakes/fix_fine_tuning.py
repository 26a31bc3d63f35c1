"""Wrong variants of resnet.fix_fine_tuning, as they are left by who found some of its mistakes, and others."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake


def _layer(model, num_classes):
    old = model.fc.weight
    return nn.Linear(old.shape[1], num_classes, dtype=old.dtype, device=old.device)


def _train(model, batches, epochs, optimizer, *, training=False):
    losses = []
    for _ in range(epochs):
        model.train(training)
        total = 0.0
        for x, y in batches:
            loss = functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    model.eval()
    return losses


def _tune(model, num_classes, batches, epochs, lr, *left):
    """Fine-tune with these mistakes left in."""
    if "body" not in left:
        model.requires_grad_(False)
    stale = list(model.parameters())
    model.fc = _layer(model, num_classes)
    seen = stale if "stale" in left else list(model.parameters())
    return _train(model, batches, epochs, torch.optim.SGD(seen, lr=lr), training="mode" in left)


@mistake("model.requires_grad = False only makes an attribute: requires_grad_(False) reaches the parameters")
def body_not_frozen(model, num_classes, batches, epochs, lr):
    return _tune(model, num_classes, batches, epochs, lr, "body")


@mistake("the optimiser was made before the new fc, and does not know it: make the layer first")
def new_layer_not_in_the_optimiser(model, num_classes, batches, epochs, lr):
    return _tune(model, num_classes, batches, epochs, lr, "stale")


@mistake("the model trains in training mode: batch norm then moves its statistics, and dropout drops; eval() it")
def trained_in_training_mode(model, num_classes, batches, epochs, lr):
    return _tune(model, num_classes, batches, epochs, lr, "mode")


@mistake("the parameters are not frozen, and the optimiser does not know the new fc")
def body_and_stale(model, num_classes, batches, epochs, lr):
    return _tune(model, num_classes, batches, epochs, lr, "body", "stale")


@mistake("the optimiser holds fc alone, but the other parameters still require gradients")
def gradients_still_asked_for(model, num_classes, batches, epochs, lr):
    model.fc = _layer(model, num_classes)
    return _train(model, batches, epochs, torch.optim.SGD(model.fc.parameters(), lr=lr))


@mistake("everything was frozen after the new fc, and fc too: it alone requires gradients")
def all_but_the_bias_frozen(model, num_classes, batches, epochs, lr):
    model.fc = _layer(model, num_classes)
    model.requires_grad_(False)
    model.fc.weight.requires_grad_()
    return _train(model, batches, epochs, torch.optim.SGD([model.fc.weight], lr=lr))


@mistake("fc does not start as torch draws a new layer")
def starts_at_zero(model, num_classes, batches, epochs, lr):
    model.requires_grad_(False)
    model.fc = _layer(model, num_classes)
    for p in model.fc.parameters():
        nn.init.zeros_(p)
    return _train(model, batches, epochs, torch.optim.SGD(model.fc.parameters(), lr=lr))


@mistake("the new layer is float32 on the CPU: make it in the dtype and on the device of the old one")
def layer_in_single_precision(model, num_classes, batches, epochs, lr):
    model.requires_grad_(False)
    model.fc = nn.Linear(model.fc.in_features, num_classes)
    return _train(model, batches, epochs, torch.optim.SGD(model.fc.parameters(), lr=lr))


@mistake("batches are weighted by their sizes in the loss of an epoch: it is the plain mean over batches")
def mean_over_samples(model, num_classes, batches, epochs, lr):
    model.requires_grad_(False)
    model.fc = _layer(model, num_classes)
    sizes = [len(y) for _, y in batches]
    optimizer, losses = torch.optim.SGD(model.fc.parameters(), lr=lr), []
    model.eval()
    for _ in range(epochs):
        parts = [_train(model, [batch], 1, optimizer)[0] for batch in batches]
        losses.append(sum(part * size for part, size in zip(parts, sizes, strict=True)) / sum(sizes))
    return losses


@mistake("only batch norm is in evaluation mode: the whole model is, dropout too")
def dropout_still_drops(model, num_classes, batches, epochs, lr):
    model.requires_grad_(False)
    model.fc = _layer(model, num_classes)
    optimizer, losses = torch.optim.SGD(model.fc.parameters(), lr=lr), []
    for _ in range(epochs):
        model.train()
        for module in model.modules():
            if "BatchNorm" in type(module).__name__:
                module.eval()
        total = 0.0
        for x, y in batches:
            loss = functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    model.eval()
    return losses
