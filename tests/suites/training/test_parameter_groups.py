"""Suite of training.parameter_groups."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, to_device

WANTED = {  # the parameters that decay, and the others
    "mlp": (["0.weight", "2.weight"], ["0.bias", "2.bias"]),
    "norms": (["0.weight", "3.weight"], ["0.bias", "1.weight", "1.bias", "2.weight", "2.bias"]),
    "convolution": (["0.weight", "3.weight"], ["0.bias", "1.weight", "1.bias", "3.bias"]),
    "other names": (["scores", "bias_table"], ["gamma", "weight"]),
    "shared": (["0.weight", "1.weight"], ["0.bias", "1.bias"]),
    "tied": (["0.weight"], ["0.bias", "1.bias"]),
    "frozen": (["1.weight"], ["0.bias"]),
    "no biases": (["0.weight", "1.weight"], []),
    "one norm": ([], ["weight", "bias"]),
}


def build(kind):
    """Build a model."""
    from torch import nn

    if kind == "mlp":
        return nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))
    if kind == "norms":
        return nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.LayerNorm(4), nn.Linear(4, 2, bias=False))
    if kind == "convolution":
        return nn.Sequential(nn.Conv2d(3, 2, 5), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
    if kind == "other names":
        model = nn.Module()
        model.scores, model.bias_table = nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.ones(2, 2))
        model.gamma, model.weight = nn.Parameter(torch.ones(4)), nn.Parameter(torch.ones(()))
        return model
    if kind == "shared":
        layer = nn.Linear(4, 4)
        return nn.Sequential(nn.Linear(3, 4), layer, nn.ReLU(), layer)
    if kind == "tied":
        model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
        model[1].weight = model[0].weight
        return model
    if kind == "frozen":
        model = nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3))
        model[0].weight.requires_grad_(False)
        model[1].bias.requires_grad_(False)
        return model
    if kind == "no biases":
        return nn.Sequential(nn.Linear(5, 4, bias=False), nn.Linear(4, 3, bias=False))
    return nn.LayerNorm(4)


def grouped(submission, model, weight_decay):
    """Return the groups, with the names of the parameters in their places."""
    names = {id(value): name for name, value in model.named_parameters()}
    groups = []
    for group in submission.parameter_groups(model, weight_decay):
        groups.append({**group, "weight_decay": float(group["weight_decay"])})
        groups[-1]["params"] = [names.get(id(value), "unknown") for value in groups[-1]["params"]]
    return groups


def one_step(submission, model, x, weight_decay):
    """Take one step of SGD with gradients of 0; return every parameter before and after."""
    model = model.to(device=x.device, dtype=x.dtype)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    optimizer = torch.optim.SGD(submission.parameter_groups(model, weight_decay), lr=0.5)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    return before, {name: value.detach().clone() for name, value in model.named_parameters()}


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize("kind", WANTED)
def test_parameter_groups_of_a_model(submission, kind):
    """Weights decay; biases, norms and whatever has one axis or none do not."""
    got = submission.run(grouped, submission.build(build, kind), 0.25)
    weights, others = WANTED[kind]
    check_equal(len(got), 2, "the number of groups")
    for group, names, decay in zip(got, (weights, others), (0.25, 0.0), strict=True):
        check_equal(sorted(group), ["params", "weight_decay"], "keys of a group")
        check_equal(group["params"], names, f"the parameters of the group with decay {decay}")
        check_close(group["weight_decay"], decay, f"the decay of the group {names[:1]}")


@pytest.mark.weight(2)
@pytest.mark.parametrize("weight_decay", [0.1, 1, 0.0])
def test_parameter_groups_in_an_optimiser(submission, rng, weight_decay):
    """In a step with gradients of 0 only weights shrink, by lr times the decay."""
    model = submission.build(build, "norms")
    before, after = submission.run(one_step, model, rng.normal(1), weight_decay)
    decays = WANTED["norms"][0]
    want = {name: w * (1 - 0.5 * weight_decay * (name in decays)) for name, w in before.items()}
    check_close(after, want, "after a step")


def test_parameter_groups_gives_lists(submission):
    """The result is a list of dicts, and the parameters stand in lists."""

    def scenario(submission, model):
        groups = submission.parameter_groups(model, 0.1)
        return [type(groups).__name__, *(type(group["params"]).__name__ for group in groups)]

    got = submission.run(scenario, submission.build(build, "mlp"))
    check_equal(got, ["list", "list", "list"], "the kinds of the result and of params")


@pytest.mark.detail
def test_parameter_groups_has_manners(submission):
    """The model keeps its values and modes, and no random number is drawn."""
    model = submission.build(build, "frozen")
    before = {name: value.detach().clone() for name, value in model.state_dict().items()}
    check_manners(submission, lambda: submission.parameter_groups(model, 0.1))

    def scenario(submission, model):
        needed = {name: value.requires_grad for name, value in model.named_parameters()}
        return needed, {name: value.detach().clone() for name, value in model.state_dict().items()}

    needed, after = submission.run(scenario, model)
    check_close(after, before, "the model")
    frozen = {"0.weight": False, "0.bias": True, "1.weight": True, "1.bias": False}
    check_equal(needed, frozen, "requires_grad of the parameters")


def test_parameter_groups_on_a_device(submission, rng):
    """The parameters of a model on an accelerator are grouped the same."""
    before, after = submission.run(one_step, submission.build(build, "mlp"), to_device(rng.normal(1)), 0.1)
    decays = WANTED["mlp"][0]
    want = {name: w.cpu() * (1 - 0.05 * (name in decays)) for name, w in before.items()}
    check_close({name: w.cpu() for name, w in after.items()}, want, "after a step")
