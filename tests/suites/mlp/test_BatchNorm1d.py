"""Suite of mlp.BatchNorm1d."""

import pytest
import torch
from torch import nn

from grader.suite import check_by_hand, check_close, check_equal, check_manners, check_raises, to_device

FORBIDDEN = (
    "batch_norm",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "LazyBatchNorm1d",
    "SyncBatchNorm",
    "native_batch_norm",
    "instance_norm",
    "layer_norm",
)
KEYS = ["weight", "bias", "running_mean", "running_var"]


def draw_weights(rng, d, dtype=torch.float64):
    """Draw parameters and running statistics that are nothing special."""
    positive = rng.uniform(2, d, low=0.5, high=3, dtype=dtype)
    return dict(
        zip(
            KEYS,
            [positive[0], rng.normal(d, dtype=dtype), rng.normal(d, dtype=dtype), positive[1]],
            strict=True,
        )
    )


def oracle(weights, x, upstream, training, **options):
    """Return what `play` should see, by torch's own module."""
    layer = nn.BatchNorm1d(x.shape[1], **options).to(x.dtype).train(training)
    layer.load_state_dict({**weights, "num_batches_tracked": torch.tensor(0)})
    x = x.detach().clone().requires_grad_()
    y = layer(x)
    y.backward(upstream)
    seen = {"output": y.detach(), "gradient of x": x.grad}
    seen |= {f"gradient of {name}": value.grad for name, value in layer.named_parameters()}
    return seen | {name: layer.get_buffer(name).clone() for name in KEYS[2:]}


def steps(submission, args, weights, batches, upstreams, modes):
    """Run one layer over batches, each in its mode and backwards; return outputs, statistics and gradients."""
    layer = submission.BatchNorm1d(*args).to(batches[0].dtype)
    layer.load_state_dict(weights)
    batches, seen = [x.clone().requires_grad_() for x in batches], []
    for x, upstream, training in zip(batches, upstreams, modes, strict=True):
        layer.train(training)
        y = layer(x)
        y.backward(upstream)
        seen.append([y.detach(), layer.running_mean.detach().clone(), layer.running_var.detach().clone()])
    return [[*row, x.grad] for row, x in zip(seen, batches, strict=True)]


def test_BatchNorm1d_keeps_parameters_and_buffers(submission, shared):
    """weight and bias are parameters, running_mean and running_var buffers."""
    got = submission.run(shared.described, "BatchNorm1d", (5,))
    check_equal(sorted(got), sorted(KEYS), "keys of the state_dict")
    kinds = ["parameter", "parameter", "buffer", "buffer"]
    check_equal(got, {key: (kind, (5,)) for key, kind in zip(KEYS, kinds, strict=True)})
    start = submission.run(shared.state, "BatchNorm1d", (5,))
    values = [torch.ones(5), torch.zeros(5), torch.zeros(5), torch.ones(5)]
    check_close(start, dict(zip(KEYS, values, strict=True)), "the values at the start")


@pytest.mark.visible
def test_BatchNorm1d_of_two_samples(submission, shared):
    """The batch (1, 3) becomes (-1, 1); running mean 0.2, running variance 1.1."""
    weights = dict(zip(KEYS, torch.tensor([[1.0], [0.0], [0.0], [1.0]]).double(), strict=True))
    x = torch.tensor([[1.0], [3.0]]).double()
    got = submission.run(shared.play, "BatchNorm1d", (1, 1e-12), weights, x, torch.ones_like(x))
    check_close(got["output"], torch.tensor([[-1.0], [1.0]]).double(), "the output")
    gradients = ["gradient of bias", "gradient of weight", "gradient of x"]
    check_equal(sorted(got), [*gradients, "output", *KEYS[2:]], "outputs, gradients and buffers")
    check_close(got["running_mean"], torch.tensor([0.2], dtype=torch.float64), "running mean")
    check_close(got["running_var"], torch.tensor([1.1], dtype=torch.float64), "running variance")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, d", [(7, 4), (2, 3), (5, 1)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_BatchNorm1d_while_training(submission, rng, shared, dtype, n, d):
    """Output, all gradients and both running statistics after one batch."""
    weights, x = draw_weights(rng, d, dtype), rng.normal(n, d, dtype=dtype, mean=3, std=2)
    x, upstream = x + torch.arange(n * d).reshape(n, d) / 4, rng.normal(n, d, dtype=dtype)
    got = submission.run(shared.play, "BatchNorm1d", (d,), weights, x, upstream)
    want = oracle(weights, x, upstream, training=True)
    check_close(got, want, rtol=1e-3 if dtype is torch.float32 else None, atol=None)


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [6, 1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_BatchNorm1d_in_evaluation(submission, rng, shared, dtype, n):
    """The running statistics are used and stay; a batch of one is welcome."""
    weights, x, upstream = (
        draw_weights(rng, 4, dtype),
        rng.normal(n, 4, dtype=dtype),
        rng.normal(n, 4, dtype=dtype),
    )
    got = submission.run(shared.play, "BatchNorm1d", (4,), weights, x, upstream, training=False)
    check_close(got, oracle(weights, x, upstream, training=False))


@pytest.mark.weight(2)
@pytest.mark.parametrize("momentum", [0.1, 0.7, 1.0, 0.0])
def test_BatchNorm1d_over_several_batches(submission, rng, momentum):
    """Statistics move with each training batch of any size, and only then."""
    weights, sizes = draw_weights(rng, 3), (5, 8, 4, 6)
    batches = [rng.normal(n, 3, mean=i, std=i + 1) for i, n in enumerate(sizes)]
    upstreams, modes = [rng.normal(n, 3) for n in sizes], [True, True, False, True]
    got = submission.run(steps, (3, 1e-5, momentum), weights, batches, upstreams, modes)
    layer, want = nn.BatchNorm1d(3, momentum=momentum).double(), []
    layer.load_state_dict({**weights, "num_batches_tracked": torch.tensor(0)})
    for x, upstream, training in zip(batches, upstreams, modes, strict=True):
        x.requires_grad_()
        y = layer.train(training)(x)
        (gradient,) = torch.autograd.grad(y, x, upstream)
        want.append([y.detach(), layer.running_mean.clone(), layer.running_var.clone(), gradient])
    names = ("output", "running mean", "running variance", "gradient of x")
    for number, (theirs, ours) in enumerate(zip(got, want, strict=True), start=1):
        for name, one, other in zip(names, theirs, ours, strict=True):
            check_close(one, other, f"{name} of batch {number}")


@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_BatchNorm1d_when_features_hardly_vary(submission, rng, shared, eps):
    """eps stands under the root, which shows where the variance is tiny or 0."""
    weights, x, upstream = draw_weights(rng, 3), 1e-3 * rng.normal(6, 3), rng.normal(6, 3)
    x[:, 1] = 0.5
    got = submission.run(shared.play, "BatchNorm1d", (3, eps), weights, x, upstream)
    check_close(got, oracle(weights, x, upstream, training=True, eps=eps), rtol=1e-7, atol=1e-9)


@pytest.mark.detail
def test_BatchNorm1d_when_not_contiguous(submission, rng, shared):
    """A transposed x gives the right numbers."""
    weights, x, upstream = draw_weights(rng, 3), rng.normal(3, 6).t(), rng.normal(6, 3)
    got = submission.run(shared.play, "BatchNorm1d", (3,), weights, x, upstream)
    check_close(got, oracle(weights, x, upstream, training=True))


def test_BatchNorm1d_survives_saving(submission, rng, shared):
    """The running statistics are saved and loaded with the parameters."""
    weights, x = draw_weights(rng, 4), rng.normal(5, 4)
    before, after = submission.run(shared.reload, "BatchNorm1d", (4,), weights, x)
    want = oracle(weights, x, torch.ones_like(x), training=False)["output"]
    check_close(before, want, "the output before")
    check_close(after, want, "the output after")


def test_BatchNorm1d_refuses_one_sample_while_training(submission, rng):
    """One sample has no variance: while training it raises a ValueError."""
    with check_raises(ValueError, naming="x"):
        submission.BatchNorm1d(3)(rng.normal(1, 3, dtype=torch.float32))


def test_BatchNorm1d_is_made_by_hand(submission, rng):
    """It is made without torch's own normalisation."""
    x = rng.normal(4, 3, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.BatchNorm1d(3)(x), FORBIDDEN, task="BatchNorm1d")


def test_BatchNorm1d_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    layer, x = submission.BatchNorm1d(3), rng.normal(4, 3, dtype=torch.float32)
    check_manners(submission, lambda: layer(x))


@pytest.mark.parametrize("training", [True, False])
def test_BatchNorm1d_on_a_device(submission, rng, shared, training):
    """Moved to an accelerator, parameters and statistics go along."""
    weights, x, upstream = draw_weights(rng, 3), rng.normal(6, 3), rng.normal(6, 3)
    moved = to_device((weights, x, upstream))
    got = submission.run(shared.play, "BatchNorm1d", (3,), *moved, training=training)
    check_close(got, to_device(oracle(weights, x, upstream, training=training)))
