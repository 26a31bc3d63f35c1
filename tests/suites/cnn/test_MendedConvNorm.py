"""Suite of cnn.MendedConvNorm: each of its three mistakes alone, then all that the docstring says.

The output while training knows no running statistics; running statistics know no eps.
"""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_close, check_manners, check_network, check_trains, to_device

KEYS = ("conv.weight", "weight", "bias", "running_mean", "running_var")


class Oracle(nn.Module):
    """The same from torch's own convolution and batch norm."""

    def __init__(self, c, f, momentum=0.1, eps=1e-5):
        super().__init__()
        self.conv = nn.Conv2d(c, f, 3, padding=1, bias=False)
        self.weight, self.bias = nn.Parameter(torch.ones(f)), nn.Parameter(torch.zeros(f))
        self.register_buffer("running_mean", torch.zeros(f))
        self.register_buffer("running_var", torch.ones(f))
        self.options = momentum, eps

    def forward(self, x):
        """Return relu of the normalised convolution."""
        statistics = self.running_mean, self.running_var, self.weight, self.bias
        return functional.batch_norm(self.conv(x), *statistics, self.training, *self.options).clamp(min=0)


def play(submission, args, weights, batches, modes):
    """Run a module over batches, each in its mode; return outputs, and the running statistics after each."""
    module = submission.MendedConvNorm(*args).to(batches[0])
    module.load_state_dict(weights)
    outputs, means, variances = [], [], []
    for x, training in zip(batches, modes, strict=True):
        outputs.append(module.train(training)(x).detach().clone())
        means.append(module.running_mean.detach().clone())
        variances.append(module.running_var.detach().clone())
    return {"outputs": outputs, "means": means, "variances": variances}


def weights_of(rng, c, f):
    """Draw weights and running statistics that are nothing special."""
    parameters = rng.normal(f, c, 3, 3), *rng.uniform(2, f, low=0.5, high=2.0)
    values = [*parameters, rng.normal(f), rng.uniform(f, low=1, high=3)]
    return dict(zip(KEYS, values, strict=True))


def wanted(args, weights, batches, modes):
    """Return what `play` sees of the oracle."""
    from types import SimpleNamespace

    return play(SimpleNamespace(MendedConvNorm=Oracle), args, weights, batches, modes)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedConvNorm_remembers_the_unbiased_variance(submission):
    """Pixels 1 and 3: the running variance goes from 1 to 0.9 + 0.1 * 2 = 1.1."""
    kernel = torch.zeros(1, 1, 3, 3).double()
    kernel[0, 0, 1, 1] = 1
    values = [kernel, *torch.tensor([[1.0], [0.0], [0.0], [1.0]]).double()]
    x = torch.tensor([[[[1.0, 3.0]]]]).double()
    got = submission.run(play, (1, 1), dict(zip(KEYS, values, strict=True)), [x], [True])
    check_close(got["means"][0], torch.tensor([0.2], dtype=torch.float64), "the running mean")
    check_close(got["variances"][0], torch.tensor([1.1], dtype=torch.float64), "the running variance")


@pytest.mark.weight(2)
def test_MendedConvNorm_moves_the_statistics_while_training(submission, rng):
    """Over three training batches mean and variance move as torch's do."""
    weights, batches = weights_of(rng, 2, 3), [rng.normal(n, 2, 2, 3, mean=n) for n in (2, 1, 4)]
    got, want = (f((2, 3, 0.3), weights, batches, [True] * 3) for f in (lambda *a: submission.run(play, *a), wanted))
    check_close(got["means"], want["means"], "the running mean after each batch")
    check_close(got["variances"], want["variances"], "the running variance after each batch")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedConvNorm_stays_in_evaluation(submission, rng):
    """In evaluation both running statistics are what they were."""
    weights, x = weights_of(rng, 2, 3), rng.normal(4, 2, 3, 5)
    got = submission.run(play, (2, 3), weights, [x, x], [False, False])
    check_close(got["means"], [weights["running_mean"]] * 2, "the running mean")
    check_close(got["variances"], [weights["running_var"]] * 2, "the running variance")


@pytest.mark.weight(2)
@pytest.mark.parametrize("eps", [1e-5, 0.1, 1e-3])
def test_MendedConvNorm_adds_eps_under_the_root(submission, rng, eps):
    """A channel that hardly varies shows that eps is added to the variance."""
    weights, x = weights_of(rng, 2, 3), 1e-2 * rng.normal(3, 2, 4, 3)
    args = (2, 3, 0.1, eps)
    got, want = submission.run(play, args, weights, [x], [True]), wanted(args, weights, [x], [True])
    check_close(got["outputs"][0], want["outputs"][0], "the output", rtol=1e-7, atol=1e-9)


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("n, c, f, h, w", [(4, 3, 5, 2, 6), (1, 1, 2, 3, 3), (2, 4, 1, 5, 1)])
def test_MendedConvNorm_forwards_and_backwards(submission, rng, draw, n, c, f, h, w, training):
    """Output, all gradients and running statistics are right in both modes."""
    x = rng.normal(n, c, h, w)
    check_network(submission, "MendedConvNorm", (c, f), Oracle(c, f), x, rng=rng, training=training, draw=draw)


@pytest.mark.weight(2)
def test_MendedConvNorm_goes_from_mode_to_mode(submission, rng):
    """Trained, evaluated twice, trained, evaluated: each answer is torch's."""
    weights, modes = weights_of(rng, 3, 2), [True, False, False, True, False]
    batches = [rng.normal(2 + i, 3, 3, 2, std=1 + i) for i in range(5)]
    got, want = submission.run(play, (3, 2), weights, batches, modes), wanted((3, 2), weights, batches, modes)
    for number in range(5):
        mode = "training" if modes[number] else "evaluation"
        check_close(got["outputs"][number], want["outputs"][number], f"the output of batch {number + 1}, in {mode}")


def test_MendedConvNorm_trains(submission, rng):
    """Five steps of descent lead to the weights and statistics that they should."""
    steps = [(rng.normal(4, 2, 3, 3), rng.normal(4, 3, 3, 3)) for _ in range(5)]
    check_trains(submission, "MendedConvNorm", (2, 3), Oracle(2, 3), steps, rng=rng)


def test_MendedConvNorm_in_single_precision(submission, rng, draw):
    """float32 goes in and comes out."""
    x = rng.normal(4, 2, 5, 6, dtype=torch.float32)
    check_network(submission, "MendedConvNorm", (2, 3), Oracle(2, 3), x, rng=rng, rtol=1e-3, atol=1e-4, draw=draw)


def test_MendedConvNorm_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    module, x = submission.MendedConvNorm(2, 3), rng.normal(2, 2, 4, 5, dtype=torch.float32)
    check_manners(submission, lambda: module(x))


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_MendedConvNorm_on_a_device(submission, rng, draw, training):
    """Moved to an accelerator, parameters and statistics go along."""
    x = to_device(rng.normal(3, 2, 4, 5))
    check_network(submission, "MendedConvNorm", (2, 3), Oracle(2, 3), x, rng=rng, training=training, draw=draw)
