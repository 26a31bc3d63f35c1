"""Suite of cnn.count_parameters."""

import pytest

from grader.suite import check_close, check_equal, to_device


def convolution(submission):
    """Count a convolution, without and with bias and groups."""
    from torch import nn

    models = nn.Conv2d(3, 8, 5), nn.Conv2d(3, 8, 5, bias=False), nn.Conv2d(6, 4, (3, 2), groups=2)
    return [submission.count_parameters(model) for model in models]


def network(submission):
    """Count the layers of a network with other parts between them, and nested ones."""
    from torch import nn

    inner = nn.Sequential(nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2))
    model = nn.Sequential(nn.Conv2d(1, 10, 5), nn.Dropout(), inner, nn.Flatten(), nn.Linear(320, 10))
    return submission.count_parameters(model), submission.count_parameters(nn.ReLU())


def normalised(submission):
    """Count a batch norm: its running statistics are buffers."""
    from torch import nn

    return submission.count_parameters(nn.Sequential(nn.Conv2d(2, 7, 3, bias=False), nn.BatchNorm2d(7)))


def shared_layer(submission):
    """Count a layer that stands in two places, and a weight that two layers share."""
    from torch import nn

    layer, tied = nn.Linear(4, 4), nn.Linear(4, 4, bias=False)
    tied.weight = layer.weight
    model, other = nn.Sequential(layer, nn.ReLU(), layer), nn.Sequential(layer, tied)
    return submission.count_parameters(model), submission.count_parameters(other)


def frozen(submission):
    """Count a network whose first layer is frozen; tell also which parameters are frozen afterwards."""
    from torch import nn

    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.Linear(5, 2))
    for parameter in model[0].parameters():
        parameter.requires_grad_(False)
    count = submission.count_parameters(model)
    return count, [parameter.requires_grad for parameter in model.parameters()]


def own_parameter(submission):
    """Count parameters that a module holds itself, of any number of axes, beside a buffer and a plain tensor."""
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))
            self.grid = nn.Parameter(torch.zeros(2, 3, 5))
            self.register_buffer("mean", torch.zeros(7))
            self.plain = torch.zeros(11)

    return submission.count_parameters(Model())


def moved(submission, x):
    """Count a network on the device of x."""
    from torch import nn

    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6)).to(x.device)
    return submission.count_parameters(model)


@pytest.mark.visible
def test_count_parameters_of_a_convolution(submission):
    """8 filters of 3 x 5 x 5 and 8 biases are 608 numbers, without biases 600."""
    check_equal(submission.run(convolution), [608, 600, 76])


@pytest.mark.visible
def test_count_parameters_of_a_network(submission):
    """260 + 5020 + 3210 = 8490; ReLU, pooling and dropout have none."""
    check_equal(submission.run(network), (8490, 0))


@pytest.mark.weight(2)
def test_count_parameters_without_buffers(submission):
    """Running statistics of batch norm do not count: 126 + 14."""
    check_equal(submission.run(normalised), 140)


@pytest.mark.weight(2)
def test_count_parameters_of_a_shared_layer(submission):
    """What stands in two places counts once: 20 numbers."""
    check_equal(submission.run(shared_layer), (20, 20))


@pytest.mark.weight(2)
def test_count_parameters_of_a_frozen_layer(submission):
    """What does not require a gradient does not count, and stays frozen."""
    check_equal(submission.run(frozen), (12, [False, False, True, True]))


def test_count_parameters_of_a_module_of_its_own(submission):
    """Parameters that the module itself holds count: 1 + 30."""
    check_equal(submission.run(own_parameter), 31)


def test_count_parameters_on_a_device(submission, rng):
    """A network on an accelerator has as many."""
    check_close(submission.run(moved, to_device(rng.normal(1))), 72)
