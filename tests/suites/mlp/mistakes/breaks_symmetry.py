"""Wrong variants of mlp.breaks_symmetry."""

import itertools

import torch
from torch import nn

from grader.suite import mistake, reference


def _layers(model):
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def _distinct(parts):
    units = torch.cat(parts, 1)
    return len(torch.unique(units, dim=0)) == len(units)


def _incoming(layer, bias=True):
    parts = [layer.weight.detach()]
    return [*parts, layer.bias.detach().unsqueeze(1)] if bias and layer.bias is not None else parts


@mistake("the outgoing weights are not compared: units that differ there get different gradients")
def outgoing_ignored(model):
    return all(_distinct(_incoming(layer)) for layer in _layers(model)[:-1])


@mistake("the incoming weights are not compared: equal outgoing weights alone do not make twins")
def incoming_ignored(model):
    return all(_distinct([layer.weight.detach().t()]) for layer in _layers(model)[1:])


@mistake("the biases are not compared: units that differ in the bias are no twins")
def bias_ignored(model):
    pairs = itertools.pairwise(_layers(model))
    return all(_distinct([*_incoming(a, bias=False), b.weight.detach().t()]) for a, b in pairs)


@mistake("only constant weights are found: one pair of equal units among others is enough for False")
def constant_layers_only(model):
    return not any(
        bool((a.weight == a.weight.flatten()[0]).all()) and len(a.weight) > 1 for a in _layers(model)[:-1]
    )


@mistake("only neighbours are compared: any two units of a layer can be twins")
def neighbours_only(model):
    for a, b in itertools.pairwise(_layers(model)):
        units = torch.cat([*_incoming(a), b.weight.detach().t()], 1)
        if bool((units[1:] == units[:-1]).all(1).any()):
            return False
    return True


@mistake("only the first hidden layer is looked at: every hidden layer can hold twins")
def first_layer_only(model):
    layers = _layers(model)
    return len(layers) < 2 or _distinct([*_incoming(layers[0]), layers[1].weight.detach().t()])


@mistake("the outputs are taken for hidden units: nothing goes out of them, and they are no twins")
def outputs_counted(model):
    layers = _layers(model)
    return reference("mlp").breaks_symmetry(model) and _distinct(_incoming(layers[-1]))


@mistake("it is enough that one hidden layer is free of twins: all have to be")
def one_layer_is_enough(model):
    pairs = list(itertools.pairwise(_layers(model)))
    return not pairs or any(_distinct([*_incoming(a), b.weight.detach().t()]) for a, b in pairs)


@mistake("a column was taken for a unit: row j of a weight is what comes into unit j")
def rows_and_columns_swapped(model):
    return all(_distinct([layer.weight.detach().t()]) for layer in _layers(model)[:-1])


@mistake("the answer is turned round: True means that there are no twins")
def answer_turned_round(model):
    return not reference("mlp").breaks_symmetry(model)


@mistake("the linear layers inside other modules are missed: walk model.modules()")
def children_only(model):
    layers = [module for module in model.children() if isinstance(module, nn.Linear)]
    return reference("mlp").breaks_symmetry(nn.Sequential(*layers))


@mistake("the result is a tensor: it is a bool")
def tensor_for_bool(model):
    return torch.tensor(reference("mlp").breaks_symmetry(model))


@mistake("nearly equal units count as twins: only equal ones are, a small difference parts them")
def nearly_equal(model):
    for a, b in itertools.pairwise(_layers(model)):
        units = torch.cat([*_incoming(a), b.weight.detach().t()], 1)
        for i, j in itertools.combinations(range(len(units)), 2):
            if torch.allclose(units[i], units[j], atol=1e-2):
                return False
    return True


@mistake("every layer is expected to have a bias: it may be None")
def bias_expected(model):
    for layer in _layers(model):
        layer.bias.detach()
    return reference("mlp").breaks_symmetry(model)


@mistake("only the first unit is compared with the others: any two units of a layer can be twins")
def compared_with_the_first(model):
    for a, b in itertools.pairwise(_layers(model)):
        units = torch.cat([*_incoming(a), b.weight.detach().t()], 1)
        if bool((units[1:] == units[:1]).all(1).any()):
            return False
    return True


@mistake("the weights went through numpy, which knows no device: compare tensors")
def through_numpy(model):
    for layer in _layers(model):
        layer.weight.detach().numpy()
    return reference("mlp").breaks_symmetry(model)


@mistake("the code asks for cuda, which is not everywhere: compare the weights where they are")
def asked_for_cuda(model):
    for layer in _layers(model):
        layer.weight.detach().cuda()
    return reference("mlp").breaks_symmetry(model)
