"""Suite of training.evaluate."""

import pytest
import torch
from torch.nn import functional

from grader.suite import SUMMED, check_close, check_equal, check_manners, to_device


def look(submission, state, batches, modes):
    """Evaluate a small network; tell the loss, what the network was before and after, and what was seen meanwhile.

    `modes` are the modes of the network and of the four layers in it; every parameter has a gradient before.
    """
    from torch import nn
    from torch.nn import functional

    model = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 2)).double()
    model = model.to(state["0.weight"].device)
    model.load_state_dict(state)
    for module, mode in zip(model.modules(), modes, strict=True):
        module.training = mode
    for number, parameter in enumerate(model.parameters()):
        parameter.grad = torch.full_like(parameter, 1.0 + number)
    graphs = []

    def loss_fn(prediction, y):
        graphs.append(prediction.requires_grad)
        return functional.cross_entropy(prediction, y)

    loss = submission.evaluate(model, batches, loss_fn)
    after = {key: value.detach().clone() for key, value in model.state_dict().items()}
    gradients = [p.grad if p.grad is None else p.grad.detach().clone() for p in model.parameters()]
    return loss, after, gradients, [module.training for module in model.modules()], graphs


def loss_by_hand(state, batches):
    """The oracle: running statistics, no dropout, sums over samples."""
    x, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    hidden = x @ state["0.weight"].t() + state["0.bias"]
    deviation = torch.sqrt(state["1.running_var"] + 1e-5)
    hidden = (hidden - state["1.running_mean"]) / deviation * state["1.weight"] + state["1.bias"]
    return functional.cross_entropy(hidden @ state["3.weight"].t() + state["3.bias"], y).item()


def random_state(rng):
    return {
        "0.weight": rng.normal(5, 3),
        "0.bias": rng.normal(5),
        "1.weight": rng.uniform(5, low=0.5, high=2.0),
        "1.bias": rng.normal(5),
        "1.running_mean": rng.normal(5),
        "1.running_var": rng.uniform(5, low=0.5, high=2.0),
        "1.num_batches_tracked": torch.tensor(3),
        "3.weight": rng.normal(2, 5),
        "3.bias": rng.normal(2),
    }


def random_batches(rng, sizes=(6, 2, 2)):
    return [(rng.normal(size, 3), rng.integers(0, 2, size)) for size in sizes]


TRAINING, EVALUATION = [True] * 5, [False] * 5


@pytest.mark.visible
def test_evaluate_of_three_numbers(submission):
    """Losses 0 of two samples and 9 of one make a mean of 3."""

    def scenario(submission):
        from torch import nn

        model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Dropout(0.5))
        torch.nn.init.ones_(model[0].weight)
        batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 3.0))]
        return submission.evaluate(model, batches, nn.MSELoss())

    check_close(submission.run(scenario), 3.0, "the loss", **SUMMED)


@pytest.mark.weight(3)
def test_evaluate_averages_over_samples(submission, rng):
    """The loss is the mean over samples: batches of 6, 2 and 2 count by their sizes."""
    state, batches = random_state(rng), random_batches(rng)
    got = submission.run(look, state, batches, EVALUATION)[0]
    check_close(got, loss_by_hand(state, batches), "the loss of a model in evaluation mode", **SUMMED)


@pytest.mark.weight(2)
def test_evaluate_computes_in_evaluation_mode(submission, rng):
    """Dropout is off and batch norm uses its running statistics."""
    state, batches = random_state(rng), random_batches(rng)
    got = submission.run(look, state, batches, TRAINING)[0]
    check_close(got, loss_by_hand(state, batches), "the loss of a model in training mode", **SUMMED)


@pytest.mark.weight(2)
def test_evaluate_changes_no_state(submission, rng):
    """Parameters and running statistics are what they were."""
    state = random_state(rng)
    got = submission.run(look, state, random_batches(rng), TRAINING)[1]
    check_close(got, state, "the state after the call")


def test_evaluate_keeps_the_gradients(submission, rng):
    """The gradients that the parameters held are still there."""
    state = random_state(rng)
    got = submission.run(look, state, random_batches(rng), TRAINING)[2]
    names = [name for name in state if "running" not in name and "num" not in name]
    want = [torch.full_like(state[name], 1.0 + number) for number, name in enumerate(names)]
    check_close(got, want, "the gradients after the call")


@pytest.mark.weight(2)
def test_evaluate_builds_no_graph(submission, rng):
    """No prediction asks for a gradient while the model is evaluated."""
    got = submission.run(look, random_state(rng), random_batches(rng), TRAINING)[4]
    check_equal(got, [False, False, False], "requires_grad of the predictions of three batches")


@pytest.mark.weight(2)
@pytest.mark.parametrize("modes", [TRAINING, EVALUATION], ids=["training", "evaluation"])
def test_evaluate_restores_the_mode(submission, rng, modes):
    """A training model is training again, one in evaluation mode stays there."""
    got = submission.run(look, random_state(rng), random_batches(rng), modes)[3]
    check_equal(got, modes, "training, of the model and its four layers, after the call")


def test_evaluate_restores_every_layer(submission, rng):
    """A layer that was in evaluation mode on purpose is so afterwards."""
    modes = [True, True, False, True, True]
    got = submission.run(look, random_state(rng), random_batches(rng), modes)[3]
    check_equal(got, modes, "training, of the model and its four layers, after the call")


@pytest.mark.detail
def test_evaluate_has_manners(submission, rng):
    """The batches and torch's random state stay as they were."""
    state, batches = random_state(rng), random_batches(rng)

    def scenario(submission, x, y):
        from torch import nn
        from torch.nn import functional

        found = torch.get_rng_state()
        model = nn.Sequential(nn.Dropout(0.5), nn.Linear(3, 2)).double()
        torch.set_rng_state(found)
        for parameter in model.parameters():
            torch.nn.init.ones_(parameter)
        submission.evaluate(model, [(x, y)], functional.cross_entropy)

    check_manners(submission, lambda: submission.run(scenario, *batches[0]))
    check_close(submission.run(look, state, batches, TRAINING)[1], state, "the state after the call")


def test_evaluate_on_a_device(submission, rng):
    """The batches are moved to where the model is."""
    state, batches = random_state(rng), random_batches(rng)
    got = submission.run(look, to_device(state), batches, TRAINING)[0]
    check_close(got, loss_by_hand(state, batches), "the loss on an accelerator", **SUMMED)
