"""Wrong variants of cnn.count_parameters."""

import torch
from torch import nn

from grader.suite import mistake, reference


def _right(model):
    return reference("cnn").count_parameters(model)


@mistake("parameters that are frozen were counted: only those with requires_grad count")
def frozen_counted(model):
    return sum(parameter.numel() for parameter in model.parameters())


@mistake("the state_dict was counted, which holds buffers such as running statistics too")
def buffers_counted(model):
    learned = {id(p) for p in model.parameters() if p.requires_grad}
    frozen = [p for p in model.parameters() if id(p) not in learned]
    return _right(model) + sum(buffer.numel() for buffer in model.buffers()) + 0 * len(frozen)


@mistake("all of the state_dict was counted: it holds buffers and frozen parameters, and shared ones twice")
def state_dict_counted(model):
    return sum(value.numel() for value in model.state_dict().values())


@mistake("a shared parameter was counted once for each place: parameters() gives it once")
def shared_counted_twice(model):
    named = model.named_parameters(remove_duplicate=False)
    return sum(parameter.numel() for _, parameter in named if parameter.requires_grad)


@mistake("the tensors were counted, not their entries: add up numel()")
def tensors_counted(model):
    return sum(1 for parameter in model.parameters() if parameter.requires_grad)


@mistake("only the first axis of each parameter was counted: add up numel(), not len()")
def first_axis_counted(model):
    return sum(len(p) if p.dim() else 1 for p in model.parameters() if p.requires_grad)


@mistake("only weights were counted: biases are learned as well")
def biases_left_out(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad and p.dim() > 1)


@mistake("only the outermost layers were gone through: parameters() finds nested ones too")
def nested_left_out(model):
    layers = [layer for layer in model.children() if not isinstance(layer, nn.Sequential)] or [model]
    found = {id(p): p for layer in layers for p in layer.parameters()}
    return sum(p.numel() for p in found.values() if p.requires_grad)


@mistake("only nn.Conv2d and nn.Linear were counted: batch norm and the module itself have parameters too")
def known_layers_only(model):
    layers = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    found = {id(p): p for layer in layers for p in layer.parameters()}
    return sum(p.numel() for p in found.values() if p.requires_grad)


@mistake("a tensor came back: an int is asked for")
def tensor_returned(model):
    return torch.tensor(_right(model))


@mistake("the numbers in thousands came back: all of them are asked for")
def in_thousands(model):
    return _right(model) // 1000


@mistake("the parameters were set to require a gradient while counting: the model is unchanged")
def unfroze_the_model(model):
    count = _right(model)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return count
