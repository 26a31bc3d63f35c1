"""Suite of resnet.zero_init_residual_."""

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_equal, check_manners, to_device

KINDS = {  # the arguments of a block, and what ends its branch
    "ResidualBlock": ((3,), "bn2.weight"),
    "DownsampleBlock": ((3, 4, 2), "bn2.weight"),
    "Bottleneck": ((3, 2, 2), "bn3.weight"),
    "PreActivationBlock": ((3, 4, 2), "conv2.weight"),
}
EMPTIED = ["1.bn2.weight", "2.0.bn2.weight", "2.1.0.bn3.weight", "2.1.1.bn3.weight", "3.inner.conv2.weight"]


def build(submission):
    """Return a model with blocks at several depths, and layers of the same names outside of them."""
    from torch import nn

    class Around(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.bn2, self.bn3, self.conv2 = nn.BatchNorm2d(8), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 1)
            self.inner = inner

    bottlenecks = nn.Sequential(submission.Bottleneck(3, 2), submission.Bottleneck(8, 2))
    pair = nn.Sequential(submission.DownsampleBlock(2, 3, 2), bottlenecks)
    last = Around(submission.PreActivationBlock(8, 5))
    return nn.Sequential(nn.BatchNorm2d(2), submission.ResidualBlock(2), pair, last).double()


def single(submission, name, args, state, x):
    """Empty the branch of one block with given weights; return its state and what it makes of x."""
    block = getattr(submission, name)(*args).to(x.dtype)
    block.load_state_dict(state, strict=False)
    submission.zero_init_residual_(block)
    after = {key: value.detach().clone() for key, value in block.state_dict().items()}
    return after, block(x).detach()


def emptied(submission, model, state, device_of):
    """Empty the branches of a model with given weights, some of them frozen; return what became of it."""
    model = model.to(device_of.device)
    model.load_state_dict(state, strict=False)
    for parameter in list(model.parameters())[::3]:
        parameter.requires_grad_(False)
    before = list(model.named_parameters())
    needed = [parameter.requires_grad for _, parameter in before]
    same = submission.zero_init_residual_(model) is model
    after = dict(model.named_parameters())
    return {
        "itself": same,
        "objects": all(after.get(name) is parameter for name, parameter in before),
        "requires_grad": [after[name].requires_grad for name, _ in before] == needed,
        "graphs": any(parameter.grad_fn is not None for parameter in after.values()),
        "modes": all(module.training for module in model.modules()),
        "state": {key: value.detach().clone() for key, value in model.state_dict().items()},
    }


class Around(nn.Module):
    """The last part of the model, of torch's own layers."""

    def __init__(self, inner):
        """Put layers around a block."""
        super().__init__()
        self.bn2, self.bn3, self.conv2 = nn.BatchNorm2d(8), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 1)
        self.inner = inner


def ours(shared):
    """Return the model of torch's own layers."""
    pair = nn.Sequential(shared.Residual(2, 3, 2), nn.Sequential(shared.Narrow(3, 2), shared.Narrow(8, 2)))
    last = Around(shared.PreActivation(8, 5))
    return nn.Sequential(nn.BatchNorm2d(2), shared.Residual(2), pair, last)


def block_of(shared, name, args):
    """Return a block of torch's own layers."""
    kinds = [shared.Residual, shared.Residual, shared.Narrow, shared.PreActivation]
    return dict(zip(KINDS, kinds, strict=True))[name](*args)


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize("name", KINDS)
def test_zero_init_residual__of_one_block(submission, rng, shared, name):
    """The last layer of the branch is 0, all else stays: y comes from the shortcut."""
    args, last = KINDS[name]
    block, x = block_of(shared, name, args).double(), rng.normal(5, 3, 6, 4)
    state = shared.drawn_state(rng, block)
    got, y = submission.run(single, name, args, state, x)
    want = {**state, last: torch.zeros_like(state[last])}
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    for key, value in want.items():
        check_close(got[key], value, f"{key} of a {name}")
    block.load_state_dict(want)
    check_close(y, block(x).detach(), f"the output of a {name} afterwards")


@pytest.mark.weight(3)
def test_zero_init_residual__of_a_whole_model(submission, rng, shared):
    """Blocks are found at any depth; layers outside of them stay."""
    state = shared.drawn_state(rng, ours(shared))
    got = submission.run(emptied, submission.run(build), state, torch.zeros(1))["state"]
    check_equal(sorted(got), sorted(state), "keys of the state_dict")
    for key, value in state.items():
        check_close(got[key], torch.zeros_like(value) if key in EMPTIED else value, key)


def test_zero_init_residual__works_in_place(submission, rng, shared):
    """The model comes back, with the same parameters, frozen ones still frozen."""
    state = shared.drawn_state(rng, ours(shared))
    got = submission.run(emptied, submission.run(build), state, torch.zeros(1))
    check_equal(got["itself"], True, "whether the model itself comes back")
    check_equal(got["objects"], True, "whether the parameters are the objects that they were")
    check_equal(got["requires_grad"], True, "whether requires_grad stays, parameter by parameter")
    check_equal(got["graphs"], False, "whether a parameter has a history")
    check_equal(got["modes"], True, "whether all modules are in training mode still")


@pytest.mark.visible
def test_zero_init_residual__of_a_model_without_blocks(submission, rng):
    """A model without residual blocks stays as it is."""

    def scenario(submission, state):
        from torch import nn

        model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3)).double()
        model.load_state_dict(state, strict=False)
        submission.zero_init_residual_(model)
        return {key: model.state_dict()[key].detach().clone() for key in state}

    state = {"0.weight": rng.normal(3, 2, 1, 1), "0.bias": rng.normal(3), "1.weight": rng.normal(3)}
    check_close(submission.run(scenario, state), state, "the weights")


def test_zero_init_residual__has_manners(submission):
    """No random number is drawn."""
    model = submission.Bottleneck(3, 2)
    check_manners(submission, lambda: submission.zero_init_residual_(model))


def test_zero_init_residual__on_a_device(submission, rng, shared):
    """The weights stay on their device, and in their dtype."""
    state = shared.drawn_state(rng, ours(shared))
    got = submission.run(emptied, submission.run(build), to_device(state), to_device(torch.zeros(1)))["state"]
    want = {key: torch.zeros_like(value) if key in EMPTIED else value for key, value in state.items()}
    check_close(got, to_device(want), "the state")
