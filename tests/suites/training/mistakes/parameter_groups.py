"""Wrong variants of training.parameter_groups."""

from torch import nn

from grader.suite import mistake, reference


def _groups(model, weight_decay, decays):
    """Divide the trained parameters, given as (name, parameter), by a rule."""
    reference("training").parameter_groups(model, weight_decay)
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    return [
        {"params": [p for name, p in trained if decays(name, p)], "weight_decay": weight_decay},
        {"params": [p for name, p in trained if not decays(name, p)], "weight_decay": 0.0},
    ]


@mistake("everything decays: biases and the parameters of norms belong to the group without decay")
def everything_decays(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: True)


@mistake("the name decides: a norm's scale is called weight too; count the axes")
def by_the_word_bias(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: "bias" not in name)


@mistake("the name decides: only parameters called weight decay, norms among them; count the axes")
def by_the_word_weight(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: name.endswith("weight"))


@mistake("the groups are swapped: the biases decay and the weights do not")
def groups_swapped(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: p.ndim < 2)


@mistake("the order is turned round: the group that decays comes first")
def other_order(model, weight_decay):
    return reference("training").parameter_groups(model, weight_decay)[::-1]


@mistake("only parameters with exactly two axes decay: a convolution's weight has four")
def two_axes_exactly(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: p.ndim == 2)


@mistake("only the weights of nn.Linear decay: the number of axes decides, whatever the layer")
def linear_layers_only(model, weight_decay):
    chosen = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Linear)}
    return _groups(model, weight_decay, lambda name, p: id(p) in chosen)


@mistake("frozen parameters are in the groups: leave out those with requires_grad False")
def frozen_included(model, weight_decay):
    reference("training").parameter_groups(model, weight_decay)
    every = list(model.parameters())
    return [
        {"params": [p for p in every if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in every if p.ndim < 2], "weight_decay": 0.0},
    ]


@mistake("a shared parameter is listed twice: walk model.parameters(), which gives each once")
def shared_twice(model, weight_decay):
    groups = _groups(model, weight_decay, lambda name, p: p.ndim > 1)
    for group, wide in zip(groups, (True, False), strict=True):
        every = [p for _, p in model.named_parameters(remove_duplicate=False) if p.requires_grad]
        group["params"] = [p for p in every if (p.ndim > 1) is wide]
    return groups


@mistake("an empty group is left out: both groups are there, also when one has no parameters")
def empty_group_left_out(model, weight_decay):
    return [group for group in reference("training").parameter_groups(model, weight_decay) if group["params"]]


@mistake("both groups have the decay: the second has 0")
def decay_in_both_groups(model, weight_decay):
    groups = reference("training").parameter_groups(model, weight_decay)
    groups[1]["weight_decay"] = weight_decay
    return groups


@mistake("the groups hold copies: the optimiser would train them and not the model")
def copies(model, weight_decay):
    groups = reference("training").parameter_groups(model, weight_decay)
    return [
        {**group, "params": [nn.Parameter(p.detach().clone()) for p in group["params"]]} for group in groups
    ]


@mistake("the name's end decides: a norm's scale does not end in bias, and decays; count the axes")
def by_the_ending_bias(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: not name.endswith("bias"))


@mistake(
    "the kind of layer and the name decide: parameters with one axis in other modules decay; count the axes"
)
def by_norms_and_the_ending(model, weight_decay):
    norms = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)
    inside = {id(p) for layer in model.modules() if isinstance(layer, norms) for p in layer.parameters()}
    return _groups(model, weight_decay, lambda name, p: id(p) not in inside and not name.endswith("bias"))


@mistake("the kind of layer and the name decide: bias_table has two axes and decays; count the axes")
def by_norms_and_the_word(model, weight_decay):
    norms = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)
    inside = {id(p) for layer in model.modules() if isinstance(layer, norms) for p in layer.parameters()}
    return _groups(model, weight_decay, lambda name, p: id(p) not in inside and "bias" not in name)


@mistake("parameters with one axis decay too: only those without any are left out; two axes at least")
def one_axis_decays(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: p.ndim > 0)


@mistake("two axes are not enough: a weight with two axes decays")
def three_axes_needed(model, weight_decay):
    return _groups(model, weight_decay, lambda name, p: p.ndim > 2)


@mistake("the second group has no weight_decay: set it to 0, the optimiser's own value holds otherwise")
def second_decay_missing(model, weight_decay):
    groups = reference("training").parameter_groups(model, weight_decay)
    del groups[1]["weight_decay"]
    return groups


@mistake("each parameter is a pair with its name: the parameters alone are asked for")
def pairs_with_names(model, weight_decay):
    names = {id(p): name for name, p in model.named_parameters()}
    groups = reference("training").parameter_groups(model, weight_decay)
    return [{**group, "params": [(names[id(p)], p) for p in group["params"]]} for group in groups]


@mistake("a decay of 0 is refused: only a negative one is")
def zero_refused(model, weight_decay):
    if weight_decay == 0:
        raise ValueError("weight_decay")
    return reference("training").parameter_groups(model, weight_decay)


@mistake("a parameter that two modules share is listed twice: model.parameters() gives each of them once")
def tied_weight_twice(model, weight_decay):
    reference("training").parameter_groups(model, weight_decay)
    trained = [
        p for module in dict.fromkeys(model.modules()) for p in module._parameters.values() if p is not None
    ]
    trained = [p for p in trained if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
