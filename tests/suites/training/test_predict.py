"""Suite of training.predict."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, to_device

TRAINING = [True] * 5


def look(submission, state, x, batch_size, modes):
    """Predict with a small network; tell the outputs, the state afterwards, and what was seen meanwhile."""
    from torch import nn

    sizes = []

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm, self.drop = nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Dropout(0.5)
            self.last = nn.Linear(5, 2)

        def forward(self, x):
            sizes.append((len(x), torch.is_grad_enabled()))
            return self.last(self.drop(self.norm(self.first(x))))

    model = Network().double().to(state["first.weight"].device)
    model.load_state_dict(state)
    for module, mode in zip(model.modules(), modes, strict=True):
        module.training = mode
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    got = submission.predict(model, x) if batch_size is None else submission.predict(model, x, batch_size)
    after = {key: value.detach().clone() for key, value in model.state_dict().items()}
    gradients = [p.grad if p.grad is None else p.grad.detach().clone() for p in model.parameters()]
    return {
        "outputs": got,
        "graph": getattr(got, "requires_grad", None),
        "sizes": [size for size, _ in sizes],
        "graphs": [graph for _, graph in sizes],
        "state": after,
        "gradients": gradients,
        "modes": [module.training for module in model.modules()],
    }


def outputs_by_hand(state, x):
    """The oracle: running statistics, no dropout."""
    hidden = x @ state["first.weight"].t() + state["first.bias"]
    deviation = torch.sqrt(state["norm.running_var"] + 1e-5)
    hidden = (hidden - state["norm.running_mean"]) / deviation * state["norm.weight"] + state["norm.bias"]
    return hidden @ state["last.weight"].t() + state["last.bias"]


def random_state(rng):
    return {
        "first.weight": rng.normal(5, 3),
        "first.bias": rng.normal(5),
        "norm.weight": rng.uniform(5, low=0.5, high=2.0),
        "norm.bias": rng.normal(5),
        "norm.running_mean": rng.normal(5),
        "norm.running_var": rng.uniform(5, low=0.5, high=2.0),
        "norm.num_batches_tracked": torch.tensor(3),
        "last.weight": rng.normal(2, 5),
        "last.bias": rng.normal(2),
    }


@pytest.mark.visible
def test_predict_three_numbers(submission):
    """A layer of ones copies each number into both outputs; dropout is off."""

    def scenario(submission):
        from torch import nn

        model = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Dropout(0.5))
        torch.nn.init.ones_(model[0].weight)
        return submission.predict(model, torch.arange(3.0).reshape(3, 1), batch_size=2)

    check_close(submission.run(scenario), torch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("batch_size", [1, 3, 4, 7, 8, 100])
def test_predict_gives_the_outputs_in_order(submission, rng, batch_size):
    """There is a row of outputs for each sample, in order, whatever the batch size."""
    state, x = random_state(rng), rng.normal(7, 3)
    got = submission.run(look, state, x, batch_size, [False] * 5)
    check_close(got["outputs"], outputs_by_hand(state, x), "the outputs of a model in evaluation mode")


@pytest.mark.weight(2)
def test_predict_computes_in_evaluation_mode(submission, rng):
    """Dropout is off and batch norm uses its running statistics."""
    state, x = random_state(rng), rng.normal(7, 3)
    got = submission.run(look, state, x, 3, TRAINING)
    check_close(got["outputs"], outputs_by_hand(state, x), "the outputs of a model in training mode")


def test_predict_of_images(submission, rng):
    """Samples and outputs may have any number of axes, one sample may come alone."""

    def scenario(submission, x):
        from torch import nn

        model = nn.Sequential(nn.Conv2d(2, 3, 1).double(), nn.ReLU())
        for parameter in model.parameters():
            torch.nn.init.constant_(parameter, 0.5)
        return submission.predict(model, x, 2)

    for n in (5, 1):
        x = rng.normal(n, 2, 4, 3)
        want = torch.relu(x.sum(1, keepdim=True) / 2 + 0.5).expand(n, 3, 4, 3)
        check_close(submission.run(scenario, x), want, "the outputs of a layer of halves")


@pytest.mark.weight(2)
def test_predict_keeps_to_the_batch_size(submission, rng):
    """The model sees batch_size samples at once, 64 if it is not given."""
    for n, batch_size, want in ((7, 3, [3, 3, 1]), (4, 9, [4]), (70, None, [64, 6])):
        got = submission.run(look, random_state(rng), rng.normal(n, 3), batch_size, TRAINING)
        check_equal(got["sizes"], want, f"sizes of the batches of {n} samples")


def test_predict_builds_no_graph(submission, rng):
    """Gradients are off while the model computes, and the outputs have no history."""
    got = submission.run(look, random_state(rng), rng.normal(5, 3), 3, TRAINING)
    check_equal(got["graph"], False, "requires_grad of the outputs")
    check_equal(got["graphs"], [False, False], "whether gradients are on, for two batches")


def test_predict_changes_no_state(submission, rng):
    """Parameters, their gradients and the running statistics are what they were."""
    state = random_state(rng)
    got = submission.run(look, state, rng.normal(7, 3), 3, TRAINING)
    check_close(got["state"], state, "the state after the call")
    ones = [torch.ones_like(state[key]) for key in state if "running" not in key and "num" not in key]
    check_close(got["gradients"], ones, "the gradients after the call")


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "modes", [TRAINING, [False] * 5, [True, True, False, True, True]], ids=["on", "off", "mixed"]
)
def test_predict_restores_the_modes(submission, rng, modes):
    """The model and each layer are in the mode they had."""
    got = submission.run(look, random_state(rng), rng.normal(7, 3), 3, modes)
    check_equal(got["modes"], modes, "training, of the model and its four layers, after the call")


def test_predict_has_manners(submission, rng):
    """The samples and torch's random state stay as they were."""

    def scenario(submission, x):
        from torch import nn

        found = torch.get_rng_state()
        model = nn.Sequential(nn.Dropout(0.5), nn.Linear(3, 2)).double()
        torch.set_rng_state(found)
        for parameter in model.parameters():
            torch.nn.init.ones_(parameter)
        submission.predict(model, x, 2)

    check_manners(submission, lambda: submission.run(scenario, rng.normal(5, 3)))


def test_predict_on_a_device(submission, rng):
    """The samples are moved to where the model is, and the outputs stay there."""
    state, x = random_state(rng), rng.normal(7, 3)
    got = submission.run(look, to_device(state), x, 3, TRAINING)
    check_close(got["outputs"], to_device(outputs_by_hand(state, x)), "the outputs on an accelerator")
