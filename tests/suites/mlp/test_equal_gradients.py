"""Suite of mlp.equal_gradients."""

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_equal, check_fields, check_that, to_device


def chain(sizes, weights, p=0.0, mode=True):
    """Build linear layers with these weights, tanh and dropout between them."""
    from torch import nn

    layers = []
    for d, k, weight in zip(sizes[:-1], sizes[1:], weights, strict=True):
        layer = nn.Linear(d, k, bias=False).to(weight.device, weight.dtype)
        layer.weight.data = weight.clone()
        layers += [layer, nn.Tanh(), nn.Dropout(p)]
    return nn.Sequential(*layers[:-2]).train(mode)


def play(submission, model, x, y, seed):
    """Ask for the gaps; tell them, and what the model holds afterwards."""
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 3.0)
    model[0].eval()
    torch.manual_seed(seed)
    evaluation, training = submission.equal_gradients(model, x, y)
    return {
        "evaluation": evaluation,
        "training": training,
        "modes": [module.training for module in model.modules()],
        "weights": [parameter.detach().clone() for parameter in model.parameters()],
        "gradients": [parameter.grad for parameter in model.parameters()],
    }


def gaps(sizes, weights, p, x, y, seed):
    """Return what is asked for, by the definition and by backward."""
    found = []
    for mode in (False, True):
        model = chain(sizes, weights, p, mode)
        torch.manual_seed(seed)
        nn.functional.mse_loss(model(x), y).backward()
        layers = [layer for layer in model if isinstance(layer, nn.Linear)][:-1]
        found.append([max((a - b).abs().max().item() for a in g for b in g) for g in (q.weight.grad for q in layers)])
    return found


@pytest.fixture
def asked(submission):
    def ask(sizes, weights, p, x, y, seed, mode=True):
        return submission.run(play, submission.build(chain, sizes, weights, p, mode), x, y, seed)

    return ask


def draw(rng, sizes, n=6):
    weights = [rng.normal(k, d) for d, k in zip(sizes[:-1], sizes[1:], strict=True)]
    return weights, rng.normal(n, sizes[0]), rng.normal(n, sizes[-1])


def constant(sizes, value=0.5):
    return [
        torch.full((k, d), value, dtype=torch.float64) for d, k in zip(sizes[:-1], sizes[1:], strict=True)
    ]


SIZES = [(3, 4, 2), (2, 5, 3, 1), (1, 2, 1), (4, 3, 6, 5, 2)]


@pytest.mark.visible
def test_equal_gradients_of_two_units(submission):
    """Two units with 1 coming in, and 1 and 3 going out: 8 and 24 are 16 apart."""

    def scenario(submission):
        from torch import nn

        model = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Linear(2, 1, bias=False))
        model[0].weight.data = torch.tensor([[1.0], [1.0]])
        model[1].weight.data = torch.tensor([[1.0, 3.0]])
        gaps = submission.equal_gradients(model, torch.ones(1, 1), torch.zeros(1, 1))
        return list(gaps[0]), list(gaps[1])

    evaluation, training = submission.run(scenario)
    check_close(evaluation, [16.0], "evaluation")
    check_close(training, [16.0], "training")


@pytest.mark.visible
def test_equal_gradients_has_names(submission):
    """What comes back is a named tuple: evaluation, training."""
    model = submission.build(chain, (2, 3, 1), [torch.ones(3, 2), torch.ones(1, 3)])
    check_fields(submission.equal_gradients(model, torch.ones(4, 2), torch.ones(4, 1)), ("evaluation", "training"))


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_equal_gradients_of_equal_weights(asked, rng, sizes):
    """Where all weights are one number, no two units of a layer get other gradients."""
    _, x, y = draw(rng, sizes)
    got = asked(sizes, constant(sizes), 0.0, x, y, rng.seed())
    zeros = [0.0] * (len(sizes) - 2)
    check_close(got["evaluation"], zeros, "evaluation", atol=1e-12)
    check_close(got["training"], zeros, "training", atol=1e-12)


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_equal_gradients_of_random_weights(asked, rng, sizes):
    """Random weights have gaps, one for each hidden layer, as the definition says."""
    weights, x, y = draw(rng, sizes)
    seed = rng.seed()
    got, want = asked(sizes, weights, 0.0, x, y, seed), gaps(sizes, weights, 0.0, x, y, seed)
    check_close(got["evaluation"], want[0], "evaluation")
    check_close(got["training"], want[1], "training")


@pytest.mark.weight(2)
def test_equal_gradients_under_dropout(asked, rng):
    """Dropout leaves equals equal in evaluation, and parts them in training."""
    sizes = (3, 16, 8, 2)
    _, x, y = draw(rng, sizes)
    got = asked(sizes, constant(sizes), 0.5, x, y, rng.seed())
    check_close(got["evaluation"], [0.0, 0.0], "evaluation", atol=1e-12)
    check_that(max(got["training"]) > 1e-6, "training", "a gap above 0", "no gap")


@pytest.mark.weight(2)
def test_equal_gradients_draw_once(asked, rng):
    """With dropout the gaps are those of one forward pass in training."""
    sizes = (3, 6, 5, 2)
    weights, x, y = draw(rng, sizes)
    seed = rng.seed()
    got, want = asked(sizes, weights, 0.5, x, y, seed), gaps(sizes, weights, 0.5, x, y, seed)
    check_close(got["training"], want[1], "training")
    check_close(got["evaluation"], want[0], "evaluation")


@pytest.mark.parametrize("mode", [True, False], ids=["from training", "from evaluation"])
def test_equal_gradients_leave_no_trace(asked, rng, mode):
    """Every module keeps its mode, every weight its value and its gradient."""
    sizes = (3, 4, 2)
    weights, x, y = draw(rng, sizes)
    got = asked(sizes, weights, 0.5, x, y, rng.seed(), mode=mode)
    check_equal(got["modes"], [mode, False, mode, mode, mode], "training, of the model and its modules")
    check_close(got["weights"], weights, "the weights afterwards")
    check_close(got["gradients"], [torch.full_like(w, 3.0) for w in weights], "what .grad holds afterwards")


def test_equal_gradients_on_a_device(asked, rng):
    """The model and its data may lie on an accelerator."""
    sizes = (3, 4, 2)
    weights, x, y = draw(rng, sizes)
    weights, x, y = [w.float() for w in weights], x.float(), y.float()
    got = asked(sizes, to_device(weights), 0.0, to_device(x), to_device(y), 1)
    want = gaps(sizes, weights, 0.0, x, y, 1)
    check_close(got["evaluation"], want[0], "evaluation", rtol=1e-4)
    check_close(got["training"], want[1], "training", rtol=1e-4)
