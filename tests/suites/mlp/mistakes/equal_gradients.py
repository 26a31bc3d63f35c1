"""Wrong variants of mlp.equal_gradients."""

import torch
from torch import nn

from grader.suite import mistake, reference


def _layers(model):
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def _gap(g):
    return (g.amax(0) - g.amin(0)).max().item()


def _gaps(model, x, y, gap=_gap, layers=lambda layers: layers[:-1], loss=nn.functional.mse_loss, modes=(False, True)):
    was = [(module, module.training) for module in model.modules()]
    found = []
    for mode in modes:
        chosen = [layer.weight for layer in layers(_layers(model))]
        gradients = torch.autograd.grad(loss(model.train(mode)(x), y), chosen)
        found.append([gap(g) for g in gradients])
    for module, mode in was:
        module.training = mode
    small, one = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1)), torch.ones(1, 1)  # for its named tuple
    return reference("mlp").equal_gradients(small, one, one)._replace(evaluation=found[0], training=found[1])


@mistake("the last layer has a gap too: its outputs are no hidden units")
def last_layer_too(model, x, y):
    return _gaps(model, x, y, layers=lambda layers: layers)


@mistake("the first layer is missing: all layers but the last are hidden")
def first_layer_missing(model, x, y):
    return _gaps(model, x, y, layers=lambda layers: layers[1:-1] or layers[:1])


@mistake("columns of the gradient were compared: a unit is a row")
def columns_compared(model, x, y):
    return _gaps(model, x, y, gap=lambda g: _gap(g.t()))


@mistake("the largest less the smallest number of the whole gradient: only numbers of one column are compared")
def whole_gradient(model, x, y):
    return _gaps(model, x, y, gap=lambda g: (g.max() - g.min()).item())


@mistake("only neighbouring units were compared: the gap is that of any two")
def neighbours_alone(model, x, y):
    return _gaps(model, x, y, gap=lambda g: g.diff(dim=0).abs().max().item())


@mistake("all units were compared with the first alone: the gap is that of any two")
def first_alone(model, x, y):
    return _gaps(model, x, y, gap=lambda g: (g - g[0]).abs().max().item())


@mistake("the differences have their sign: their sizes count")
def signed_differences(model, x, y):
    return _gaps(model, x, y, gap=lambda g: (g - g[0]).max().item())


@mistake("the mean of the gaps of the columns: the largest counts")
def mean_of_the_columns(model, x, y):
    return _gaps(model, x, y, gap=lambda g: (g.amax(0) - g.amin(0)).mean().item())


@mistake("the weights were compared: the gradients are asked for")
def weights_compared(model, x, y):
    right = _gaps(model, x, y)
    gaps = [_gap(layer.weight.detach()) for layer in _layers(model)[:-1]]
    return right._replace(evaluation=gaps, training=gaps)


@mistake("the squares were added up: the loss is their mean")
def summed_loss(model, x, y):
    return _gaps(model, x, y, loss=lambda got, want: nn.functional.mse_loss(got, want, reduction="sum"))


@mistake("the loss has a factor 1/2")
def halved_loss(model, x, y):
    return _gaps(model, x, y, loss=lambda got, want: nn.functional.mse_loss(got, want) / 2)


@mistake("both passes were made in evaluation, where dropout does nothing")
def both_in_evaluation(model, x, y):
    return _gaps(model, x, y, modes=(False, False))


@mistake("both passes were made in training, where dropout parts equals")
def both_in_training(model, x, y):
    return _gaps(model, x, y, modes=(True, True))


@mistake("evaluation and training are exchanged")
def exchanged(model, x, y):
    right = _gaps(model, x, y)
    return right._replace(evaluation=right.training, training=right.evaluation)


@mistake("the model is left in training mode: every module keeps the mode that it had")
def left_in_training(model, x, y):
    gaps = _gaps(model, x, y)
    model.train()
    return gaps


@mistake("the mode of the whole model was put back, and not that of each module in it")
def one_mode_for_all(model, x, y):
    was = model.training
    gaps = _gaps(model, x, y)
    model.train(was)
    return gaps


@mistake("backward added to what .grad held: autograd.grad leaves it alone")
def added_to_grad(model, x, y):
    gaps = _gaps(model, x, y)
    modes = [(module, module.training) for module in model.modules()]
    nn.functional.mse_loss(model.eval()(x), y).backward()
    for module, mode in modes:
        module.training = mode
    return gaps


@mistake("the gradients were set to zero: what .grad held stays")
def grad_emptied(model, x, y):
    gaps = _gaps(model, x, y)
    model.zero_grad()
    return gaps
