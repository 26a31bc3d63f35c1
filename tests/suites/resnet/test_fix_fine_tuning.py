"""fix_fine_tuning: each of its three mistakes alone, then all that the docstring says.

After a single step fc has moved by its own gradient, whatever else moved; and a net without batch norm has no running
statistics to move. The new layer is drawn under a seed: a training of no epochs shows how it starts.
"""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_equal, check_shape, check_that, to_device


def tune(submission, weights, norm, num_classes, batches, epochs, lr, seed):
    """Fine-tune a small net; return its losses, and all that it holds before and after."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5) if norm else nn.Identity(), nn.Tanh())
            self.drop, self.fc = nn.Dropout(0.5 if norm else 0.0), nn.Linear(5, 7)
            self.modes = []

        def forward(self, x):
            self.modes.append(self.trains())
            return self.fc(self.drop(self.body(x)))

        def trains(self):
            return any(module.training for name, module in self.named_modules() if name != "fc")

    x = batches[0][0]
    model = Net().to(x)
    model.load_state_dict(weights)
    torch.manual_seed(seed)
    losses = submission.fix_fine_tuning(model, num_classes, batches, epochs, lr)
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    return {
        "losses": losses, "floats": floats, "state": {key: value.clone() for key, value in model.state_dict().items()},
        "trained": sorted(name for name, p in model.named_parameters() if p.requires_grad),
        "modes": [*model.modes, model.trains()],
    }  # fmt: skip


def weights_of(rng, norm, dtype=torch.float64):
    """Draw what the net holds before."""
    state = {
        "body.0.weight": rng.normal(5, 4), "body.0.bias": rng.normal(5),
        "fc.weight": rng.normal(7, 5), "fc.bias": rng.normal(7),
    }  # fmt: skip
    if norm:
        state |= {
            "body.1.weight": rng.uniform(5, low=0.5, high=2), "body.1.bias": rng.normal(5),
            "body.1.running_mean": rng.normal(5), "body.1.running_var": rng.uniform(5, low=0.5, high=2),
        }  # fmt: skip
    state = {key: value.to(dtype) for key, value in state.items()}
    return {**state, "body.1.num_batches_tracked": torch.tensor(3)} if norm else state


def batches_of(rng, count=3, dtype=torch.float64):
    """Draw batches of two sizes, for three classes."""
    return [(rng.normal(4 + i % 2, 4).to(dtype), rng.labels(4 + i % 2, 3)) for i in range(count)]


class Played:
    """A training of theirs, and of the oracle from the same start."""

    def __init__(self, submission, rng, norm, epochs, lr=0.5, count=3):
        self.weights, self.batches, seed = weights_of(rng, norm), batches_of(rng, count), rng.seed()
        arguments = self.weights, norm, 3, self.batches
        self.got = submission.run(tune, *arguments, epochs, lr, seed)
        self.start = submission.run(tune, *arguments, 0, lr, seed)["state"]
        for name, shape in (("fc.weight", (3, 5)), ("fc.bias", (3,))):
            check_shape(self.start.get(name), shape, f"the new {name}")
            check_shape(self.got["state"].get(name), shape, f"the new {name}")
        self.losses, self.fc = self.by_hand(norm, epochs, lr)

    def features(self, x, norm):
        """Return what the frozen part makes of x, in evaluation."""
        w = self.weights
        h = x @ w["body.0.weight"].t() + w["body.0.bias"]
        if norm:
            statistics = w["body.1.running_mean"], w["body.1.running_var"]
            h = functional.batch_norm(h, *statistics, w["body.1.weight"], w["body.1.bias"], False)
        return h.tanh()

    def by_hand(self, norm, epochs, lr):
        """Train the last layer alone, from where theirs began."""
        weight, bias = self.start["fc.weight"].clone(), self.start["fc.bias"].clone()
        means = []
        for _ in range(epochs):
            losses = []
            for x, y in self.batches:
                h = self.features(x, norm)
                scores = h @ weight.t() + bias
                losses.append(float(functional.cross_entropy(scores, y)))
                slope = (scores.softmax(1) - functional.one_hot(y, 3)) / len(y)
                weight, bias = weight - lr * slope.t() @ h, bias - lr * slope.sum(0)
            means.append(sum(losses) / len(losses))
        return means, (weight, bias)


@pytest.mark.visible
def test_fix_fine_tuning_makes_a_new_layer(submission, rng):
    """fc has the shape of three classes, and a loss comes for each epoch."""
    got = submission.run(tune, weights_of(rng, False), False, 3, batches_of(rng), 2, 0.1, rng.seed())
    check_equal(got["floats"], True, "whether the losses are a list of floats")
    check_equal(len(got["losses"]), 2, "the number of losses")
    check_shape(got["state"]["fc.weight"], (3, 5), "fc.weight")
    check_shape(got["state"]["fc.bias"], (3,), "fc.bias")


@pytest.mark.weight(2)
def test_fix_fine_tuning_trains_the_new_layer(submission, rng):
    """One step of descent moves the new fc by its own gradient."""
    played = Played(submission, rng, False, 1, count=1)
    check_close(played.got["state"]["fc.weight"], played.fc[0], "fc.weight after a step", rtol=1e-6, atol=1e-8)
    check_close(played.got["state"]["fc.bias"], played.fc[1], "fc.bias after a step", rtol=1e-6, atol=1e-8)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_fine_tuning_freezes_the_body(submission, rng):
    """In a net without batch norm nothing but fc moves."""
    weights = weights_of(rng, False)
    got = submission.run(tune, weights, False, 3, batches_of(rng), 3, 0.5, rng.seed())["state"]
    for key in ("body.0.weight", "body.0.bias"):
        check_close(got[key], weights[key], key)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_fine_tuning_leaves_the_running_statistics(submission, rng):
    """In a net with batch norm the running mean and variance stay."""
    weights = weights_of(rng, True)
    got = submission.run(tune, weights, True, 3, batches_of(rng), 2, 0.0, rng.seed())["state"]
    for key in ("body.1.running_mean", "body.1.running_var", "body.1.num_batches_tracked"):
        check_close(got[key], weights[key], key)


@pytest.mark.weight(2)
def test_fix_fine_tuning_asks_for_no_further_gradients(submission, rng):
    """Afterwards only the parameters of fc require gradients."""
    got = submission.run(tune, weights_of(rng, True), True, 3, batches_of(rng), 1, 0.1, rng.seed())
    check_equal(got["trained"], ["fc.bias", "fc.weight"], "the parameters that require gradients")


@pytest.mark.weight(2)
def test_fix_fine_tuning_is_in_evaluation_mode(submission, rng):
    """The whole model is in evaluation mode at every call, and at the end."""
    got = submission.run(tune, weights_of(rng, True), True, 3, batches_of(rng), 2, 0.1, rng.seed())
    check_that(not any(got["modes"][:-1]), "the mode at the calls", "evaluation", "training, of a part at least")
    check_that(not got["modes"][-1], "the mode at the end", "evaluation", "training, of a part at least")


@pytest.mark.weight(3)
@pytest.mark.parametrize("norm", [False, True], ids=["without batch norm", "with batch norm"])
def test_fix_fine_tuning_is_right_as_a_whole(submission, rng, norm):
    """Losses of three epochs, and fc after them, are those of the last layer alone."""
    played = Played(submission, rng, norm, 3)
    check_close(played.got["losses"], played.losses, "the losses", rtol=1e-5, atol=1e-6)
    check_close(played.got["state"]["fc.weight"], played.fc[0], "fc.weight", rtol=1e-6, atol=1e-8)
    check_close(played.got["state"]["fc.bias"], played.fc[1], "fc.bias", rtol=1e-6, atol=1e-8)
    for key, value in played.weights.items():
        if not key.startswith("fc."):
            check_close(played.got["state"][key], value, key)


def test_fix_fine_tuning_draws_the_new_layer(submission, rng):
    """The new fc starts with small random numbers, not with the old ones or 0."""
    start = Played(submission, rng, False, 0).start["fc.weight"]
    usual = 0.1 < float(start.abs().amax()) <= 5**-0.5 and len(start.unique()) > 1
    check_that(usual, "the new weights", "drawn, up to 1 / sqrt(5)", "other numbers")


def test_fix_fine_tuning_in_single_precision(submission, rng):
    """A net in float32 gets a layer in float32."""
    weights, batches = weights_of(rng, True, torch.float32), batches_of(rng, dtype=torch.float32)
    got = submission.run(tune, weights, True, 3, batches, 1, 0.1, rng.seed())
    check_equal(str(got["state"]["fc.weight"].dtype), "torch.float32", "dtype of fc.weight")


def test_fix_fine_tuning_on_a_device(submission, rng):
    """With model and batches on an accelerator the new layer is made there."""
    weights, batches = weights_of(rng, True), batches_of(rng)
    got = submission.run(tune, *to_device([weights]), True, 3, to_device(batches), 2, 0.5, rng.seed())
    key = "body.0.weight"
    check_close(got["state"][key], to_device(weights[key]), key)
    check_equal(got["state"]["fc.weight"].device.type, to_device(weights[key]).device.type, "the device of fc")


