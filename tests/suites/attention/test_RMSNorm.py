"""Suite of attention.RMSNorm."""

import pytest
import torch
from torch import nn

from grader.suite import (
    check_by_hand,
    check_close,
    check_equal,
    check_finite,
    check_manners,
    check_network,
    to_device,
)

FORBIDDEN = ("rms_norm", "RMSNorm", "layer_norm", "LayerNorm", "native_layer_norm", "normalize", "group_norm")


class Norm(nn.Module):
    """The oracle: torch's own function."""

    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        """Scale every vector."""
        return nn.functional.rms_norm(x, self.weight.shape, self.weight, self.eps)


def test_RMSNorm_keeps_its_weight(submission, shared):
    """weight (D,) is a parameter and starts at 1; there is nothing else."""
    shared.check_described(submission.run(shared.described, "RMSNorm", (5,)), {"weight": (5,)})
    start = submission.run(shared.state, "RMSNorm", (5,))
    check_close(start, {"weight": torch.ones(5)}, "the values at the start")


@pytest.mark.visible
def test_RMSNorm_of_two_vectors(submission):
    """(1, 7) has a mean square of 25, (-3, 0) one of 4.5."""
    x = torch.tensor([[1.0, 7.0], [-3.0, 0.0]])
    got = submission.RMSNorm(2)(x)
    check_close(got, torch.tensor([[0.2, 1.4], [-3 / 4.5**0.5, 0.0]]))


@pytest.mark.visible
def test_RMSNorm_has_a_weight(submission):
    """Weights 10 and 100 scale what (1, 7) becomes: 2 and 140."""
    layer = submission.RMSNorm(2)
    layer.load_state_dict({"weight": torch.tensor([10.0, 100.0])})
    check_close(layer(torch.tensor([[1.0, 7.0]])), torch.tensor([[2.0, 140.0]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(7, 4), (1, 4), (4, 4), (2, 3, 5), (6,), (3, 1)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_RMSNorm_forwards_and_backwards(submission, rng, draw, dtype, shape):
    """Output and all gradients are right, over the last axis of any x."""
    x = 2 * rng.normal(*shape, dtype=dtype) + 1
    close = {"rtol": 1e-3, "atol": 1e-4} if dtype is torch.float32 else {}
    check_network(submission, "RMSNorm", shape[-1:], Norm(shape[-1]), x, rng=rng, draw=draw, **close)


@pytest.mark.weight(2)
@pytest.mark.parametrize("eps", [1e-6, 1e-2])
def test_RMSNorm_of_small_numbers(submission, rng, draw, eps):
    """Where squares are as small as eps it counts: it stands under the root."""
    x = eps**0.5 * rng.normal(4, 3)
    check_network(submission, "RMSNorm", (3, eps), Norm(3, eps), x, rng=rng, draw=draw)


def test_RMSNorm_of_zeros(submission, rng, draw):
    """A vector of zeros gives zeros, and a finite gradient."""
    x = rng.normal(3, 4)
    x[1] = 0
    got = submission.RMSNorm(4)(x.float())
    check_finite(got, "the output")
    check_network(submission, "RMSNorm", (4,), Norm(4), x, rng=rng, draw=draw)


def test_RMSNorm_in_evaluation(submission, rng, draw):
    """Evaluation computes the same as training."""
    x = rng.normal(5, 4)
    check_network(submission, "RMSNorm", (4,), Norm(4), x, rng=rng, draw=draw, training=False)


def test_RMSNorm_looks_at_one_vector(submission, rng, shared):
    """What a vector becomes does not depend on the others, nor on earlier calls."""
    weights, x = {"weight": rng.uniform(5, low=0.5, high=2)}, rng.normal(4, 5)
    inputs = [(x,), (torch.cat([x[:1], 100 * x[1:]]),), (x[:1],)]
    oracle = Norm(5).double()
    oracle.load_state_dict(weights)
    got = submission.run(shared.ways, "RMSNorm", (5,), weights, inputs)
    want = [oracle(*given).detach() for given in (*inputs, inputs[0])]
    check_equal(len(got), len(want), "the number of outputs")
    shared.check_ways(got, want, ["four vectors", "one of them among others", "one alone"])


@pytest.mark.detail
def test_RMSNorm_when_not_contiguous(submission, rng, draw):
    """A transposed x gives the right numbers."""
    check_network(submission, "RMSNorm", (3,), Norm(3), rng.normal(3, 6).t(), rng=rng, draw=draw)


def test_RMSNorm_is_made_by_hand(submission, rng):
    """It is made without torch's own normalisation."""
    x = rng.normal(4, 3, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.RMSNorm(3)(x), FORBIDDEN, task="RMSNorm")


def test_RMSNorm_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    layer, x = submission.RMSNorm(3), rng.normal(4, 3, dtype=torch.float32)
    check_manners(submission, lambda: layer(x))


def test_RMSNorm_on_a_device(submission, rng, draw):
    """Moved to an accelerator, the layer computes there, and the same."""
    x = to_device(rng.normal(6, 4))
    check_network(submission, "RMSNorm", (4,), Norm(4), x, rng=rng, draw=draw)
