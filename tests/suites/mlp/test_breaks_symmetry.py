"""Suite of mlp.breaks_symmetry."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, to_device


def build(sizes, weights, biases):
    """Build a chain of linear layers with tanh between them and these weights (out, in) and biases or None."""
    from torch import nn

    layers = []
    for i, (d, k) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        layer = nn.Linear(d, k, bias=biases[i] is not None).to(weights[i].device, weights[i].dtype)
        layer.weight.data = weights[i].clone()
        if biases[i] is not None:
            layer.bias.data = biases[i].clone()
        layers += [layer, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def draw_chain(rng, sizes):
    """Draw weights and biases of a chain of layers."""
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    return [rng.normal(k, d) for d, k in pairs], [rng.normal(k) for _, k in pairs]


def make_twins(weights, biases, layer, i, j):
    """Make units i and j of a hidden layer equal, coming in and going out."""
    weights[layer][j], biases[layer][j] = weights[layer][i], biases[layer][i]
    weights[layer + 1][:, j] = weights[layer + 1][:, i]


@pytest.mark.visible
@pytest.mark.parametrize("value", [0.5, 0.0, 1.0])
def test_breaks_symmetry_of_constant_weights(submission, value):
    """Where every weight is the same number, all hidden units are twins."""
    weights = [torch.full((4, 3), value), torch.full((1, 4), value)]
    model = submission.build(build, (3, 4, 1), weights, [torch.full((4,), value), torch.full((1,), value)])
    check_equal(submission.breaks_symmetry(model), False)


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(3, 4, 1), (2, 8, 5, 3), (5, 2, 2)], ids=str)
def test_breaks_symmetry_of_random_weights(submission, rng, sizes):
    """Random weights leave no twins."""
    model = submission.build(build, sizes, *draw_chain(rng, sizes))
    check_equal(submission.breaks_symmetry(model), True)


@pytest.mark.weight(2)
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_breaks_symmetry_finds_one_pair(submission, rng, layer):
    """One pair of twins among random units is found, in any hidden layer."""
    sizes = (3, 6, 5, 4, 2)
    weights, biases = draw_chain(rng, sizes)
    i, j = rng.permutation(sizes[layer + 1])[:2].tolist()
    make_twins(weights, biases, layer, i, j)
    check_equal(submission.breaks_symmetry(submission.build(build, sizes, weights, biases)), False)


@pytest.mark.weight(2)
@pytest.mark.parametrize("difference", ["incoming", "bias", "outgoing"])
def test_breaks_symmetry_by_one_difference(submission, rng, difference):
    """Units that differ in one weight, or in the bias alone, are no twins."""
    weights, biases = draw_chain(rng, (3, 5, 2))
    make_twins(weights, biases, 0, 1, 3)
    changed = {"incoming": weights[0][3, 2:], "bias": biases[0][3:4], "outgoing": weights[1][1:, 3]}
    changed[difference] += 1e-3
    check_equal(submission.breaks_symmetry(submission.build(build, (3, 5, 2), weights, biases)), True)


def test_breaks_symmetry_of_equal_numbers_in_one_unit(submission, rng):
    """Each unit may hold one number throughout, as long as units differ."""
    values = rng.normal(4)
    weights = [values[:, None].expand(4, 3).clone(), torch.ones(2, 4, dtype=torch.float64)]
    biases = [torch.zeros(4, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)]
    check_equal(submission.breaks_symmetry(submission.build(build, (3, 4, 2), weights, biases)), True)


@pytest.mark.parametrize("twins", [False, True])
def test_breaks_symmetry_without_biases(submission, rng, twins):
    """Layers without a bias are compared by their weights."""
    weights, biases = draw_chain(rng, (3, 5, 2))
    if twins:
        make_twins(weights, biases, 0, 0, 4)
    model = submission.build(build, (3, 5, 2), weights, [None, None])
    check_equal(submission.breaks_symmetry(model), not twins)


@pytest.mark.parametrize("sizes", [(3, 4), (3, 1, 4)], ids=str)
def test_breaks_symmetry_of_the_outputs(submission, sizes):
    """Equal outputs are no twins, and a single hidden unit has none."""
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    weights, biases = [torch.ones(k, d) for d, k in pairs], [torch.zeros(k) for _, k in pairs]
    check_equal(submission.breaks_symmetry(submission.build(build, sizes, weights, biases)), True)


def test_breaks_symmetry_of_nested_modules(submission, rng):
    """The linear layers are found inside other modules, in their order."""

    def nested(hidden, other):
        from torch import nn

        class Block(nn.Module):
            def __init__(self, layer):
                super().__init__()
                self.layer = layer

        first, second = nn.Linear(3, 4), nn.Linear(4, 2)
        first.weight.data, first.bias.data = hidden.clone(), torch.zeros(4)
        second.weight.data = other.clone()
        return nn.Sequential(Block(nn.Sequential(nn.Flatten(), first)), nn.BatchNorm1d(4), Block(second))

    hidden, other = rng.normal(4, 3, dtype=torch.float32), rng.normal(2, 4, dtype=torch.float32)
    check_equal(submission.breaks_symmetry(submission.build(nested, hidden, other)), True, "random weights")
    hidden[3], other[:, 3] = hidden[1], other[:, 1]
    check_equal(
        submission.breaks_symmetry(submission.build(nested, hidden, other)), False, "one pair of twins"
    )


@pytest.mark.parametrize("constant", [True, False])
def test_breaks_symmetry_after_training(submission, rng, constant):
    """Two steps of training leave twins twins, and other units different."""

    def scenario(submission, x, target, constant):
        from torch import nn

        model = nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 1)).double()
        if constant:
            for parameter in model.parameters():
                nn.init.constant_(parameter, 0.5)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.125)
        for _ in range(2):
            optimizer.zero_grad()
            ((model(x).squeeze(1) - target) ** 2).sum().backward()
            optimizer.step()
        return submission.breaks_symmetry(model), model[0].weight.detach().clone()

    # Small whole numbers: both steps are exact, whatever the order of the sums.
    x, target = rng.integers(-2, 3, 4, 2).double(), rng.integers(-2, 3, 4).double()
    found, weight = submission.run(scenario, x, target, constant)
    if constant:
        check_close(weight, weight[:1].expand(6, 2).clone(), "the rows of the trained layer")
    check_equal(found, not constant)


@pytest.mark.detail
def test_breaks_symmetry_has_manners(submission, rng):
    """The model and the random state stay as they were."""
    model = submission.build(build, (3, 4, 2), *draw_chain(rng, (3, 4, 2)))
    before = {name: value.detach().clone() for name, value in model.state_dict().items()}
    check_manners(submission, lambda: submission.breaks_symmetry(model))
    for name, value in before.items():
        check_close(model.state_dict()[name].detach(), value, name)
    check_equal(model.training, True, "the mode of the model")


@pytest.mark.parametrize("twins", [False, True])
def test_breaks_symmetry_on_a_device(submission, rng, twins):
    """A model on an accelerator gets the same answer."""
    weights, biases = draw_chain(rng, (3, 5, 2))
    if twins:
        make_twins(weights, biases, 0, 1, 2)
    model = submission.build(build, (3, 5, 2), *to_device((weights, biases)))
    check_equal(submission.breaks_symmetry(model), not twins)
