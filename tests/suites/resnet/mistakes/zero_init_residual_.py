"""Wrong variants of resnet.zero_init_residual_."""

import torch
from torch import nn

from grader.suite import mistake, reference

_topic = reference("resnet")
TWO = (_topic.ResidualBlock, _topic.DownsampleBlock)


def _last(module):
    """Return the name of the layer that ends the branch of a block, or None."""
    if isinstance(module, TWO):
        return "bn2"
    kinds = {_topic.Bottleneck: "bn3", _topic.PreActivationBlock: "conv2"}
    return next((name for kind, name in kinds.items() if isinstance(module, kind)), None)


def _emptied(model, last=_last, modules=nn.Module.modules, empty=None):
    for module in modules(model):
        name = last(module)
        if name is not None:
            layer = module.get_submodule(name)
            nn.init.zeros_(layer.weight) if empty is None else empty(layer)
    return model


@mistake("all batch norms get zeros: only the one that ends a branch does")
def all_batch_norms(model):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.zeros_(module.weight)
    return _emptied(model)


@mistake("bn1 gets the zeros: the last batch norm of the branch does")
def first_batch_norm(model):
    return _emptied(model, lambda module: "bn1" if _last(module) in ("bn2", "bn3") else _last(module))


@mistake("bn2 of a bottleneck gets the zeros: its branch ends with bn3")
def second_norm_of_the_bottleneck(model):
    return _emptied(model, lambda module: "bn2" if _last(module) == "bn3" else _last(module))


@mistake("bottlenecks are left out: their bn3 gets the zeros")
def without_bottlenecks(model):
    return _emptied(model, lambda module: None if _last(module) == "bn3" else _last(module))


@mistake("DownsampleBlock is left out: its bn2 gets the zeros as well")
def without_downsampling(model):
    def last(module):
        return None if isinstance(module, _topic.DownsampleBlock) else _last(module)

    return _emptied(model, last)


@mistake("PreActivationBlock is left out: its conv2 gets the zeros")
def without_pre_activation(model):
    return _emptied(model, lambda module: None if _last(module) == "conv2" else _last(module))


@mistake("bn2 of a PreActivationBlock gets the zeros: its branch ends with conv2")
def norm_of_pre_activation(model):
    return _emptied(model, lambda module: "bn2" if _last(module) == "conv2" else _last(module))


@mistake("the batch norm of the projection gets zeros too: the shortcut must stay open")
def projection_too(model):
    _emptied(model)
    for module in model.modules():
        if isinstance(getattr(module, "downsample", None), nn.Sequential):
            nn.init.zeros_(module.downsample[1].weight)
    return model


@mistake("the bias gets zeros too: only the weight does")
def bias_too(model):
    def empty(layer):
        nn.init.zeros_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)

    return _emptied(model, empty=empty)


@mistake("the bias gets the zeros: the weight does, which scales the branch")
def bias_instead(model):
    def empty(layer):
        nn.init.zeros_(layer.weight if layer.bias is None else layer.bias)

    return _emptied(model, empty=empty)


@mistake("the last batch norm gets ones, which it has already: zeros are asked for")
def ones(model):
    return _emptied(model, empty=lambda layer: nn.init.ones_(layer.weight))


@mistake("only direct children are looked at: blocks stand at any depth, model.modules() finds them")
def children_only(model):
    return _emptied(model, modules=nn.Module.children)


@mistake("the model itself is not looked at: it may be a block")
def not_the_model_itself(model):
    return _emptied(model, modules=lambda model: list(model.modules())[1:])


@mistake("blocks are told by their attributes alone: other modules that have a bn2 or bn3 stay as they are")
def by_name(model):
    for module in model.modules():
        if isinstance(module, _topic.PreActivationBlock):
            nn.init.zeros_(module.conv2.weight)
        elif hasattr(module, "bn3"):
            nn.init.zeros_(module.bn3.weight)
        elif hasattr(module, "bn2"):
            nn.init.zeros_(module.bn2.weight)
    return model


@mistake("new parameters take the place of the old: change them in place")
def new_parameters(model):
    def empty(layer):
        layer.weight = nn.Parameter(torch.zeros_like(layer.weight))

    return _emptied(model, empty=empty)


@mistake("the zeros are made without device and dtype: use nn.init.zeros_ or weight.zero_()")
def zeros_of_their_own(model):
    def empty(layer):
        layer.weight.data = torch.zeros(layer.weight.shape)

    return _emptied(model, empty=empty)


@mistake("nothing comes back: return the model")
def nothing_returned(model):
    _emptied(model)


@mistake("a copy comes back, and the model stays as it was")
def on_a_copy(model):
    import copy

    return _emptied(copy.deepcopy(model))


@mistake("the parameters are frozen as well: they go on learning")
def frozen(model):
    def empty(layer):
        nn.init.zeros_(layer.weight)
        layer.weight.requires_grad_(False)

    return _emptied(model, empty=empty)


@mistake("the convolutions before the last batch norm get zeros: its weight does, they stay random")
def convolutions(model):
    names = {"bn2": "conv2", "bn3": "conv3", "conv2": "conv2", None: None}
    return _emptied(model, lambda module: names[_last(module)])
