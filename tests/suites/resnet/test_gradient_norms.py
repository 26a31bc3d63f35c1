"""Suite of resnet.gradient_norms."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_close, check_equal, check_manners, to_device


def build(submission, state, like):
    """Return a small network with batch norm in the dtype and on the device of `like`, and with this state."""
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm = nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3)
            self.spare, self.last = nn.Linear(2, 2), nn.Linear(3, 4)

        def forward(self, x):
            return self.last(torch.tanh(self.norm(self.first(x))).mean((2, 3)))

    model = Network().to(device=like.device, dtype=like.dtype)
    model.load_state_dict(state)
    return model


def look(submission, model, x, y, modes, frozen, leftover):
    """Ask for the norms of a model that was prepared; tell them, and what the model is afterwards."""
    for module, mode in zip(model.modules(), modes, strict=True):
        module.training = mode
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name not in frozen)
        parameter.grad = torch.full_like(parameter, leftover) if leftover else None
    norms = submission.gradient_norms(model, x, y)
    grads = {name: p.grad if p.grad is None else p.grad.clone() for name, p in model.named_parameters()}
    return {
        "norms": norms,
        "kinds": [type(norm).__name__ for norm in norms.values()] if isinstance(norms, dict) else [],
        "state": {key: value.detach().clone() for key, value in model.state_dict().items()},
        "grads": grads,
        "modes": [module.training for module in model.modules()],
        "needed": [name for name, parameter in model.named_parameters() if not parameter.requires_grad],
    }


def normalised(state, h, training):
    """Return what the batch norm gives, by hand."""
    mean, variance = state["norm.running_mean"], state["norm.running_var"]
    if training:
        mean, variance = h.mean((0, 2, 3)), h.var((0, 2, 3), correction=0)
    scale = state["norm.weight"] / torch.sqrt(variance + 1e-5)
    return (h - mean[:, None, None]) * scale[:, None, None] + state["norm.bias"][:, None, None]


def norms_by_hand(state, x, y, training=True):
    """The oracle: the norms of the gradients of the same network, without modules."""
    state = {key: value.clone() for key, value in state.items()}
    names = [key for key in state if key.endswith((".weight", ".bias")) and not key.startswith("spare")]
    for name in names:
        state[name].requires_grad_()
    h = torch.tanh(
        normalised(state, functional.conv2d(x, state["first.weight"], state["first.bias"]), training)
    )
    scores = h.mean((2, 3)) @ state["last.weight"].t() + state["last.bias"]
    loss = (torch.logsumexp(scores, 1) - scores.gather(1, y[:, None])[:, 0]).mean()
    gradients = torch.autograd.grad(loss, [state[name] for name in names])
    norms = {name: (g**2).sum().sqrt().item() for name, g in zip(names, gradients, strict=True)}
    every = [key for key in state if key.endswith((".weight", ".bias"))]
    return {name: norms.get(name, 0.0) for name in every}


class Ours(nn.Module):
    """The network, for its keys."""

    def __init__(self):
        """Make the layers."""
        super().__init__()
        self.first, self.norm = nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3)
        self.spare, self.last = nn.Linear(2, 2), nn.Linear(3, 4)


def played(submission, rng, shared, modes=(True,) * 5, frozen=(), leftover=0.0, n=6):
    """Ask for the norms of a random network on a random batch; return what is seen, state and batch."""
    state = shared.drawn_state(rng, Ours())
    x, y = rng.normal(n, 2, 5, 4), rng.labels(n, 4)
    model = submission.run(build, state, x[:0])
    return submission.run(look, model, x, y, list(modes), list(frozen), leftover), state, x, y


@pytest.mark.visible
def test_gradient_norms_of_one_layer(submission):
    """Gradients (2, -2) and (0.5, -0.5) have the norms 2.8284 and 0.7071."""

    def scenario(submission):
        from torch import nn

        model = nn.Linear(1, 2).double()
        for parameter in model.parameters():
            nn.init.zeros_(parameter)
        return submission.gradient_norms(model, torch.tensor([[4.0]]).double(), torch.tensor([1]))

    check_close(submission.run(scenario), {"weight": 8.0**0.5, "bias": 0.5**0.5}, "the norms")


def test_gradient_norms_names_every_parameter(submission, rng, shared):
    """The keys are the names of the parameters, in order; the values are floats."""
    got = played(submission, rng, shared)[0]
    names = [key for key in shared.entries(Ours()) if key.endswith((".weight", ".bias"))]
    check_equal(type(got["norms"]).__name__, "dict", "the kind of the result")
    check_equal(list(got["norms"]), names, "the keys")
    check_equal(got["kinds"], ["float"] * len(names), "the kinds of the norms")


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False])
def test_gradient_norms_of_a_network(submission, rng, shared, training):
    """The norms are those of the mean cross-entropy, in the mode the model is in."""
    got, state, x, y = played(submission, rng, shared, [training] * 5)
    check_close(got["norms"], norms_by_hand(state, x, y, training), "the norms")


def test_gradient_norms_of_one_sample(submission, rng, shared):
    """A batch of one will do."""
    got, state, x, y = played(submission, rng, shared, n=1)
    check_close(got["norms"], norms_by_hand(state, x, y), "the norms")


@pytest.mark.weight(2)
def test_gradient_norms_leaves_frozen_parameters_out(submission, rng, shared):
    """Parameters without requires_grad are no keys, and stay so."""
    frozen = ["first.bias", "spare.weight", "last.weight"]
    got, state, x, y = played(submission, rng, shared, frozen=frozen)
    want = {name: norm for name, norm in norms_by_hand(state, x, y).items() if name not in frozen}
    check_equal(got["needed"], frozen, "the parameters without requires_grad afterwards")
    check_close(got["norms"], want, "the norms")


@pytest.mark.weight(2)
@pytest.mark.parametrize("leftover", [0.0, 3.0], ids=["none", "threes"])
def test_gradient_norms_leaves_grad_alone(submission, rng, shared, leftover):
    """What stands in .grad before stands there afterwards, and does not count."""
    got, state, x, y = played(submission, rng, shared, leftover=leftover)
    check_close(got["norms"], norms_by_hand(state, x, y), "the norms")
    for name, grad in got["grads"].items():
        check_equal(grad is None, not leftover, f"whether .grad of {name} is None")
        if leftover:
            check_close(grad, torch.full_like(state[name], leftover), f".grad of {name}")


@pytest.mark.detail
@pytest.mark.weight(2)
def test_gradient_norms_leaves_the_statistics_alone(submission, rng, shared):
    """Running statistics, counters and parameters are what they were."""
    got, state, _, _ = played(submission, rng, shared)
    check_equal(sorted(got["state"]), sorted(state), "keys of the state_dict")
    for key, value in state.items():
        check_close(got["state"][key], value, key)


@pytest.mark.parametrize(
    "modes", [[False] * 5, [True] * 5, [True, False, True, False, True]], ids=["off", "on", "mixed"]
)
def test_gradient_norms_keeps_the_modes(submission, rng, shared, modes):
    """The model and each layer are in the mode they had."""
    got = played(submission, rng, shared, modes)[0]
    check_equal(got["modes"], modes, "training, of the model and its four layers")


def test_gradient_norms_without_gradients_outside(submission, rng, shared):
    """Under torch.no_grad() the norms are the same."""

    def scenario(submission, model, x, y):
        with torch.no_grad():
            return submission.gradient_norms(model, x, y)

    state, x, y = shared.drawn_state(rng, Ours()), rng.normal(6, 2, 5, 4), rng.labels(6, 4)
    got = submission.run(scenario, submission.run(build, state, x[:0]), x, y)
    check_close(got, norms_by_hand(state, x, y), "the norms")


def test_gradient_norms_of_a_deep_chain(submission, rng, draw):
    """Each of twelve layers of halves gets a norm, and every one of them counts."""

    def scenario(submission, x, y):
        from torch import nn

        layers = [nn.Linear(3, 3, bias=False) for _ in range(12)]
        for layer in layers:
            nn.init.eye_(layer.weight).data.mul_(0.5)
        return submission.gradient_norms(nn.Sequential(*layers).double(), x, y)

    x, y = rng.normal(7, 3), rng.labels(7, 3)
    got = submission.run(scenario, x, y)
    share = (x * 2.0**-12).softmax(1) - functional.one_hot(y, 3)
    last = (share.t() @ x / 7 * 2.0**-11).norm().item()  # every other factor of the chain is a half
    want = {f"{i}.weight": last for i in range(12)}
    draw.curve("norm by layer", list(got.values()) if type(got) is dict else got, list(want.values()))
    check_close(got, want, "the norms", rtol=1e-9, atol=0.0)


def test_gradient_norms_has_manners(submission, rng, shared):
    """No random number is drawn, and the batch stays as it is."""
    state, x, y = shared.drawn_state(rng, Ours()), rng.normal(6, 2, 5, 4), rng.labels(6, 4)
    model = submission.run(build, state, x[:0])
    check_manners(submission, lambda: submission.gradient_norms(model, x, y))


def test_gradient_norms_on_a_device(submission, rng, shared):
    """A model on an accelerator gives the same floats."""
    state, x, y = shared.drawn_state(rng, Ours()), rng.normal(6, 2, 5, 4), rng.labels(6, 4)
    model = submission.run(build, to_device(state), to_device(x[:0]))
    got = submission.run(look, model, to_device(x), to_device(y), [True] * 5, [], 0.0)
    check_close(got["norms"], norms_by_hand(state, x, y), "the norms")
