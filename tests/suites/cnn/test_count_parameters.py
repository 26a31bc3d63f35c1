"""Suite of cnn.count_parameters."""

import pytest

from grader.suite import check_equal, to_device


def counts(submission, which, like=None):
    """Count models of one kind; a whole number of numpy's, of which a sum of products is made, is an int.

    Of frozen layers it also tells which parameters are frozen afterwards.
    """
    from numbers import Integral

    import torch
    from torch import nn

    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))
            self.grid = nn.Parameter(torch.zeros(2, 3, 5))
            self.register_buffer("mean", torch.zeros(7))
            self.plain = torch.zeros(11)

    def network():
        inner = nn.Sequential(nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2))
        return nn.Sequential(nn.Conv2d(1, 10, 5), nn.Dropout(), inner, nn.Flatten(), nn.Linear(320, 10))

    def shared():
        layer, tied = nn.Linear(4, 4), nn.Linear(4, 4, bias=False)
        tied.weight = layer.weight
        return nn.Sequential(layer, nn.ReLU(), layer), nn.Sequential(layer, tied)

    def frozen():
        model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.Linear(5, 2))
        model[0].requires_grad_(False)
        return model

    makers = {
        "convolutions": lambda: (
            nn.Conv2d(3, 8, 5),
            nn.Conv2d(3, 8, 5, bias=False),
            nn.Conv2d(6, 4, (3, 2), groups=2),
        ),
        "network": lambda: (network(), nn.ReLU()),
        "normalised": lambda: (nn.Sequential(nn.Conv2d(2, 7, 3, bias=False), nn.BatchNorm2d(7)),),
        "shared": shared,
        "frozen": lambda: (frozen(),),
        "own": lambda: (Own(),),
        "moved": lambda: (nn.Sequential(nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6)).to(like.device),),
    }
    models = makers[which]()
    found = [submission.count_parameters(model) for model in models]
    whole = [int(n) if isinstance(n, Integral) and type(n) is not bool else n for n in found]
    return whole + [parameter.requires_grad for parameter in models[0].parameters()] * (which == "frozen")


@pytest.mark.visible
def test_count_parameters_of_a_convolution(submission):
    """8 filters of 3 x 5 x 5 and 8 biases are 608 numbers, without biases 600."""
    check_equal(submission.run(counts, "convolutions"), [608, 600, 76])


@pytest.mark.visible
def test_count_parameters_of_a_network(submission):
    """260 + 5020 + 3210 = 8490; ReLU, pooling and dropout have none."""
    check_equal(submission.run(counts, "network"), [8490, 0])


@pytest.mark.weight(2)
def test_count_parameters_without_buffers(submission):
    """Running statistics of batch norm do not count: 126 + 14."""
    check_equal(submission.run(counts, "normalised"), [140])


@pytest.mark.weight(2)
def test_count_parameters_of_a_shared_layer(submission):
    """What stands in two places counts once: 20 numbers."""
    check_equal(submission.run(counts, "shared"), [20, 20])


@pytest.mark.weight(2)
def test_count_parameters_of_a_frozen_layer(submission):
    """What does not require a gradient does not count, and stays frozen."""
    check_equal(submission.run(counts, "frozen"), [12, False, False, True, True])


def test_count_parameters_of_a_module_of_its_own(submission):
    """Parameters that the module itself holds count: 1 + 30."""
    check_equal(submission.run(counts, "own"), [31])


def test_count_parameters_on_a_device(submission, rng):
    """A network on an accelerator has as many."""
    check_equal(submission.run(counts, "moved", to_device(rng.normal(1))), [72])
