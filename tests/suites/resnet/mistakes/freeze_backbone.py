"""Wrong variants of resnet.freeze_backbone."""

import torch
from torch import nn

from grader.suite import mistake

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def _head(model, head):
    if head not in dict(model.named_modules()):
        raise ValueError(f"head {head!r}")
    return model.get_submodule(head)


def _parameters(model, kept):
    model.requires_grad_(False)
    kept.requires_grad_(True)
    return list(kept.parameters())


def _norms(model, kept, kinds=NORMS):
    return [m for m in model.modules() if isinstance(m, kinds) and m not in set(kept.modules())]


def _hold(module):
    """Keep a module in evaluation: train() is turned off for it."""
    module.eval()
    module.train = lambda mode=True: module


def _frozen(model, head, hold=_hold, kinds=NORMS):
    kept = _head(model, head)
    parameters = _parameters(model, kept)
    for norm in _norms(model, kept, kinds):
        hold(norm)
    return parameters


def _nothing(norm):
    pass


@mistake("only the parameters are frozen: model.train() lets the batch norms move their statistics")
def parameters_only(model, head="fc"):
    return _frozen(model, head, _nothing)


@mistake("eval() is called once: the next model.train() turns the batch norms on again")
def evaluated_once(model, head="fc"):
    return _frozen(model, head, lambda norm: norm.eval())


@mistake("momentum = 0 keeps the statistics, but the batch norms still normalise by the batch")
def momentum_of_zero(model, head="fc"):
    def hold(norm):
        norm.momentum = 0.0

    return _frozen(model, head, hold)


@mistake("track_running_stats = False keeps the statistics, but the batch norms normalise by the batch")
def not_tracked(model, head="fc"):
    def hold(norm):
        norm.track_running_stats = False

    return _frozen(model, head, hold)


@mistake("the head is frozen too: its parameters have requires_grad True")
def head_too(model, head="fc"):
    kept = _head(model, head)
    parameters = _frozen(model, head)
    kept.requires_grad_(False)
    return parameters


@mistake("nothing is frozen but the statistics: parameters of the body have requires_grad False")
def statistics_only(model, head="fc"):
    _head(model, head)
    needed = {p: p.requires_grad for p in model.parameters()}
    parameters = _frozen(model, head)
    for parameter, was in needed.items():
        parameter.requires_grad_(was)
    return parameters


@mistake("the batch norms of the head are frozen too: they train with it")
def norms_of_the_head(model, head="fc"):
    parameters = _frozen(model, head)
    for module in model.get_submodule(head).modules():
        if isinstance(module, NORMS):
            _hold(module)
    return parameters


@mistake("the whole body is kept in evaluation: only its batch norms are, dropout follows the mode")
def body_in_evaluation(model, head="fc"):
    kept = _head(model, head)
    parameters = _parameters(model, kept)
    for module in model.modules():
        if module not in set(kept.modules()) and not any(part is kept for part in module.modules()):
            _hold(module)
    return parameters


@mistake("model.train is turned off altogether: the head and dropout follow the mode")
def train_turned_off(model, head="fc"):
    parameters = _frozen(model, head)
    _hold(model)
    return parameters


@mistake("the mode of all other modules changed too: the call leaves it as it is")
def all_evaluated(model, head="fc"):
    parameters = _frozen(model, head)
    model.eval()
    return parameters


@mistake("only BatchNorm2d is held: BatchNorm1d and 3d have running statistics too")
def norms_of_images_only(model, head="fc"):
    return _frozen(model, head, kinds=nn.BatchNorm2d)


@mistake("only direct children are looked at: batch norms stand at any depth")
def children_only(model, head="fc"):
    kept = _head(model, head)
    parameters = _parameters(model, kept)
    for module in model.children():
        if isinstance(module, NORMS) and module is not kept:
            _hold(module)
    return parameters


@mistake("the head is told by the beginning of its name: fc is also the beginning of fc2")
def by_prefix(model, head="fc"):
    kept = _head(model, head)
    _frozen(model, head)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(head))
    return list(kept.parameters())


@mistake("the head is looked for anywhere in a name: fc also stands in fc2 and in body.fc")
def by_part_of_the_name(model, head="fc"):
    kept = _head(model, head)
    _frozen(model, head)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(head in name)
    return list(kept.parameters())


@mistake("a head that was frozen before stays frozen: its parameters get requires_grad True")
def head_not_thawed(model, head="fc"):
    needed = {p: p.requires_grad for p in model.parameters()}
    parameters = _frozen(model, head)
    for parameter in parameters:
        parameter.requires_grad_(needed[parameter])
    return parameters


@mistake("all parameters came back: those of the head are asked for")
def all_parameters(model, head="fc"):
    _frozen(model, head)
    return list(model.parameters())


@mistake("a generator came back, which is used up after one pass: return a list")
def generator(model, head="fc"):
    return iter(_frozen(model, head))


@mistake("nothing came back: return the parameters of the head")
def nothing_returned(model, head="fc"):
    _frozen(model, head)


@mistake("the model came back: return the parameters of the head")
def model_returned(model, head="fc"):
    _frozen(model, head)
    return model


@mistake("an unknown head is not refused: raise a ValueError about head")
def unknown_head(model, head="fc"):
    known = dict(model.named_modules())
    return _frozen(model, head) if head in known else _parameters(model, nn.Module())


@mistake("an unknown head raises an AttributeError: raise a ValueError about head")
def attribute_error(model, head="fc"):
    kept = model.get_submodule(head)
    return _frozen(model, head) if kept is not None else []


@mistake("only a direct attribute can be the head: get_submodule also finds fc.2")
def attributes_only(model, head="fc"):
    if "." in head:
        raise ValueError("head")
    return _frozen(model, head)


@mistake("the body computes without a graph: the gradient of x no longer flows through it")
def body_without_a_graph(model, head="fc"):
    kept = _head(model, head)
    parameters = _frozen(model, head)
    kept.register_forward_pre_hook(lambda module, inputs: tuple(x.detach() for x in inputs))
    return parameters


@mistake("the statistics are set back to 0 and 1: they stay what they were learned to be")
def statistics_reset(model, head="fc"):
    def hold(norm):
        norm.reset_running_stats()
        _hold(norm)

    return _frozen(model, head, hold)


@mistake("the batch norms are replaced by other layers: the keys of the state_dict stay")
def norms_folded(model, head="fc"):
    parameters = _frozen(model, head)
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, NORMS) and getattr(child.train, "__name__", "") == "<lambda>":
                setattr(module, name, nn.Sequential(child))
    return parameters


@mistake("the statistics are kept, but the counter num_batches_tracked goes on")
def counter_goes_on(model, head="fc"):
    def hold(norm):
        _hold(norm)

        def count(module, inputs):
            if model.training:
                with torch.no_grad():
                    module.num_batches_tracked += 1

        norm.register_forward_pre_hook(count)

    return _frozen(model, head, hold)
