"""Suite of resnet.freeze_backbone."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_raises,
    check_shape,
    check_that,
    to_device,
)


def build(state, p):
    """Return a model with batch norms in the body and in the heads, in float64, with this state."""
    from torch import nn

    class Body(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.bn = nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3)
            self.fc = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.BatchNorm1d(5), nn.Dropout(p))

        def forward(self, x):
            return self.fc(torch.tanh(self.bn(self.conv(x))))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.bn0, self.body = nn.BatchNorm2d(2), Body()
            self.fc = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
            self.fc2 = nn.Linear(3, 3)

        def forward(self, x):
            return self.fc2(self.fc(self.body(self.bn0(x))))

    model = Network().to(device=state["fc2.weight"].device, dtype=torch.float64)
    model.load_state_dict(state)
    return model


class Ours(nn.Module):
    """The same network."""

    def __init__(self):
        """Make its layers."""
        super().__init__()
        body = nn.Module()
        body.conv, body.bn = nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3)
        body.fc = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.BatchNorm1d(5), nn.Dropout(0.0))
        self.bn0, self.body = nn.BatchNorm2d(2), body
        self.fc = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
        self.fc2 = nn.Linear(3, 3)

    def forward(self, x):
        """Return the scores."""
        x = torch.tanh(self.body.bn(self.body.conv(self.bn0(x))))
        return self.fc2(self.fc(self.body.fc(x)))


def frozen_names(submission, model, head):
    """Freeze a model; tell what needs gradients, what came back, and what has changed."""
    before = {name: value.detach().clone() for name, value in model.state_dict().items()}
    inside = [name for name, _ in model.named_modules()]
    modes = [module.training for module in model.modules() if "Norm" not in type(module).__name__]
    parameters = submission.freeze_backbone(model, head)
    listed = parameters if isinstance(parameters, list) else []
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    after = model.state_dict()
    return {
        "needed": {name: parameter.requires_grad for name, parameter in model.named_parameters()},
        "kind": type(parameters).__name__,
        "returned": [names.get(id(parameter), "something else") for parameter in listed],
        "keys": list(after) == list(before),
        "values": before,
        "after": {name: value.detach().clone() for name, value in after.items()},
        "modules": [name for name, _ in model.named_modules()] == inside,
        "modes": modes == [m.training for m in model.modules() if "Norm" not in type(m).__name__],
    }


def trained(submission, model, head, batches, modes):
    """Freeze a model and send batches through it, each in a mode, with a step of SGD while training."""
    parameters = submission.freeze_backbone(model, head)
    optimizer = torch.optim.SGD(parameters, lr=0.2)
    outputs = []
    for (x, y), training in zip(batches, modes, strict=True):
        model.train(training)
        scores = model(x)
        outputs.append(scores.detach())
        if training:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(scores, y).backward()
            optimizer.step()
    return outputs, {name: value.detach().clone() for name, value in model.state_dict().items()}


def trained_by_hand(state, head, batches, modes):
    """The oracle: the batch norms of the body are put into evaluation before each batch."""
    model = Ours().double()
    model.load_state_dict(state)
    kept = model.get_submodule(head)
    norms = [m for m in model.modules() if "Norm" in type(m).__name__ and m not in list(kept.modules())]
    outputs = []
    for (x, y), training in zip(batches, modes, strict=True):
        model.train(training)
        for norm in norms:
            norm.training = False
        scores = model(x)
        outputs.append(scores.detach())
        if training:
            parameters = list(kept.parameters())
            loss = functional.cross_entropy(scores, y)
            with torch.no_grad():
                for parameter, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                    parameter -= 0.2 * g
    return outputs, {name: value.clone() for name, value in model.state_dict().items()}


def drawn_batches(rng, count=4):
    """Draw batches whose pixels are far from the running statistics."""
    return [(rng.normal(6, 2, 3, 3, mean=3.0, std=2.0), rng.labels(6, 3)) for _ in range(count)]


HEADS = {"fc": ["fc.0", "fc.1", "fc.2"], "fc.2": ["fc.2"], "fc2": ["fc2"], "body.fc.1": ["body.fc.1"]}


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize("head", HEADS)
def test_freeze_backbone_freezes_all_but_the_head(submission, rng, shared, head):
    """requires_grad is True for the parameters of the head, False for all others."""
    model = submission.build(build, shared.drawn_state(rng, Ours()), 0.0)
    got = submission.run(frozen_names, model, head)
    names = [name for name, _ in Ours().named_parameters()]
    want = {name: name.rpartition(".")[0] in HEADS[head] for name in names}
    check_equal(got["needed"], want, f"requires_grad, with the head {head}")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_freeze_backbone_keeps_the_statistics_while_training(submission):
    """After train() a batch of ones leaves running_mean at 0, and gives 1."""

    def scenario(submission):
        from torch import nn

        model = nn.Sequential(nn.BatchNorm1d(2, eps=1e-12), nn.Linear(2, 2)).double()
        nn.init.eye_(model[1].weight)
        nn.init.zeros_(model[1].bias)
        submission.freeze_backbone(model, "1")
        y = model.train()(torch.ones(5, 2).double())
        return model[0].running_mean.clone(), y.detach()

    mean, y = submission.run(scenario)
    check_close(mean, torch.zeros(2).double(), "running_mean")
    check_close(y, torch.ones(5, 2).double(), "the output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("head", HEADS)
def test_freeze_backbone_trains_the_head_alone(submission, rng, shared, head):
    """Over batches in both modes, outputs and state are those of a frozen body."""
    state, batches, modes = shared.drawn_state(rng, Ours()), drawn_batches(rng), [True, True, False, True]
    model = submission.build(build, state, 0.0)
    outputs, after = submission.run(trained, model, head, batches, modes)
    scores, left = trained_by_hand(state, head, batches, modes)
    check_equal(sorted(after), sorted(left), "keys of the state_dict")
    head_keys = tuple(f"{name}." for name in HEADS[head])
    for key, value in left.items():
        if not key.startswith(head_keys):
            check_close(after[key], value, f"{key} of the body, after training")
    for number, (one, other) in enumerate(zip(outputs, scores, strict=True), start=1):
        check_close(one, other, f"output of batch {number}, training: {modes[number - 1]}")
    check_close(after, left, "the state after training")


def test_freeze_backbone_holds_at_once(submission, rng, shared):
    """A model in training mode is frozen before train() or eval() is called again."""

    def scenario(submission, model, x):
        submission.freeze_backbone(model, "fc2")
        y = model(x).detach()
        return y, {name: value.detach().clone() for name, value in model.state_dict().items()}

    state, batch = shared.drawn_state(rng, Ours()), drawn_batches(rng, 1)
    y, after = submission.run(scenario, submission.build(build, state, 0.0), batch[0][0])
    (scores,), _ = trained_by_hand(state, "fc2", batch, [False])
    check_close(after, state, "the state after one batch")
    check_close(y, scores, "the output")


def test_freeze_backbone_survives_every_change_of_mode(submission, rng, shared):
    """train(), eval() and train() again leave the body's statistics alone."""

    def scenario(submission, model, x):
        submission.freeze_backbone(model, "fc")
        for mode in (True, False, True, True, False):
            model.train(mode)
            model(x)
        return {name: value.detach().clone() for name, value in model.state_dict().items()}

    state, ((x, _),) = shared.drawn_state(rng, Ours()), drawn_batches(rng, 1)
    got = submission.run(scenario, submission.build(build, state, 0.0), x)
    for key, value in state.items():
        if not key.startswith("fc."):
            check_close(got[key], value, key)


def test_freeze_backbone_leaves_dropout_to_the_mode(submission, rng):
    """A dropout of the body drops in training, and does not in evaluation."""

    def scenario(submission, x):
        from torch import nn

        model = nn.Sequential(nn.BatchNorm1d(40), nn.Dropout(0.5), nn.Linear(40, 40)).double()
        nn.init.eye_(model[2].weight)
        nn.init.zeros_(model[2].bias)
        submission.freeze_backbone(model, "2")
        return model.train()(x).detach(), model.eval()(x).detach()

    dropping, whole = submission.run(scenario, rng.uniform(50, 40, low=1.0, high=2.0))
    check_shape(dropping, (50, 40), "the output in training")
    check_shape(whole, (50, 40), "the output in evaluation")
    share = (dropping == 0).double().mean().item()
    check_that(0.3 < share < 0.7, "share of zeros in training", "about a half", "quite another share")
    check_that(bool((whole != 0).all()), "zeros in evaluation", "none", "some")


def test_freeze_backbone_knows_other_batch_norms(submission, rng):
    """BatchNorm1d and 3d of the body are frozen like BatchNorm2d."""

    def scenario(submission, x):
        from torch import nn

        layers = nn.BatchNorm3d(2), nn.Flatten(2), nn.BatchNorm1d(2), nn.Flatten(), nn.Linear(16, 3)
        model = nn.Sequential(*layers).double()
        submission.freeze_backbone(model, "4")
        model.train()(x)
        keys = [key for key in model.state_dict() if key.endswith(("mean", "var", "tracked"))]
        return {key: model.state_dict()[key].clone() for key in keys}

    got = submission.run(scenario, rng.normal(3, 2, 2, 2, 2, mean=4.0))
    statistics = {"running_mean": torch.zeros(2).double(), "running_var": torch.ones(2).double()}
    statistics["num_batches_tracked"] = torch.tensor(0)
    want = {f"{place}.{key}": value for place in (0, 2) for key, value in statistics.items()}
    check_close(got, want, "the statistics")


def test_freeze_backbone_thaws_the_head(submission, rng, shared):
    """A head that was frozen before learns again."""

    def scenario(submission, model):
        model.requires_grad_(False)
        submission.freeze_backbone(model, "fc2")
        return [name for name, parameter in model.named_parameters() if parameter.requires_grad]

    model = submission.build(build, shared.drawn_state(rng, Ours()), 0.0)
    check_equal(submission.run(scenario, model), ["fc2.weight", "fc2.bias"], "what requires a gradient")


def test_freeze_backbone_returns_the_parameters_of_the_head(submission, rng, shared):
    """A list of the parameters themselves, in order, for an optimiser."""
    model = submission.build(build, shared.drawn_state(rng, Ours()), 0.0)
    got = submission.run(frozen_names, model, "fc")
    check_equal(got["kind"], "list", "the kind of the result")
    names = [f"fc.{place}.{key}" for place in (0, 1, 2) for key in ("weight", "bias")]
    check_equal(got["returned"], names, "the parameters that came back")


def test_freeze_backbone_by_default(submission):
    """Without a name the head is fc."""

    def scenario(submission):
        from torch import nn

        model = nn.Module()
        model.body, model.fc = nn.Linear(3, 2), nn.Linear(2, 2)
        submission.freeze_backbone(model)
        return [name for name, parameter in model.named_parameters() if parameter.requires_grad]

    check_equal(submission.run(scenario), ["fc.weight", "fc.bias"], "what requires a gradient")


def test_freeze_backbone_changes_nothing_at_once(submission, rng, shared):
    """Values, keys, names and the other modes stay as they are."""

    model = submission.build(build, shared.drawn_state(rng, Ours()), 0.5)
    got = submission.run(frozen_names, model, "fc")
    check_equal(got["keys"], True, "whether the keys of the state_dict stay")
    check_equal(got["modules"], True, "whether the names of the sub-modules stay")
    check_equal(got["modes"], True, "whether the other modules keep their modes")
    check_close(got["after"], got["values"], "the state")


def test_freeze_backbone_lets_gradients_through(submission, rng, shared):
    """The gradient of x still flows through the body."""

    def scenario(submission, model, x, upstream):
        submission.freeze_backbone(model, "fc2")
        x = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(model.eval()(x), x, upstream)
        return gradient

    state, ((x, _),), upstream = shared.drawn_state(rng, Ours()), drawn_batches(rng, 1), rng.normal(6, 3)
    got = submission.run(scenario, submission.build(build, state, 0.0), x, upstream)
    model = Ours().double().eval()
    model.load_state_dict(state)
    x.requires_grad_()
    (want,) = torch.autograd.grad(model(x), x, upstream)
    check_close(got, want, "the gradient of x")


@pytest.mark.parametrize("head", ["classifier", "fc.7"])
def test_freeze_backbone_refuses_unknown_heads(submission, rng, shared, head):
    """A name that no sub-module has raises a ValueError about head."""
    model = submission.build(build, shared.drawn_state(rng, Ours()), 0.0)
    with check_raises(ValueError, naming="head"):
        submission.freeze_backbone(model, head)


def test_freeze_backbone_has_manners(submission, rng, shared):
    """No random number is drawn."""
    model = submission.build(build, shared.drawn_state(rng, Ours()), 0.0)
    check_manners(submission, lambda: submission.freeze_backbone(model, "fc"))


def test_freeze_backbone_on_a_device(submission, rng, shared):
    """A model on an accelerator trains its head there."""
    state, batches, modes = shared.drawn_state(rng, Ours()), drawn_batches(rng, 3), [True, False, True]
    model = submission.build(build, to_device(state), 0.0)
    got = submission.run(trained, model, "fc", to_device(batches), modes)
    want = trained_by_hand(state, "fc", batches, modes)
    check_close(list(got), to_device(list(want)), "outputs and state")
