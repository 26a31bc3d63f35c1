"""Suite of cnn.BatchNorm2d."""

import pytest
import torch
from torch import nn

from grader.suite import (
    SUMMED,
    check_by_hand,
    check_close,
    check_equal,
    check_manners,
    to_device,
)

FORBIDDEN = (
    "batch_norm",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "LazyBatchNorm2d",
    "SyncBatchNorm",
    "native_batch_norm",
    "instance_norm",
    "InstanceNorm2d",
    "group_norm",
    "GroupNorm",
    "layer_norm",
    "LayerNorm",
)
KEYS = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
BUFFERS = KEYS[2:]


def draw_weights(rng, c, dtype=torch.float64, counted=3):
    """Draw parameters and running statistics that are nothing special."""
    positive = rng.uniform(2, c, low=0.5, high=3, dtype=dtype)
    values = [positive[0], rng.normal(c, dtype=dtype), rng.normal(c, dtype=dtype), positive[1]]
    return dict(zip(KEYS, [*values, torch.tensor(counted)], strict=True))


def draw_image(rng, *shape, dtype=torch.float64):
    """Draw images whose samples, channels, rows and columns have means and sizes of their own."""
    slopes = (torch.arange(size).reshape([-1] + [1] * (3 - axis)) for axis, size in enumerate(shape))
    return rng.normal(*shape, mean=1, std=2, dtype=dtype) + sum(slopes) / 3


def oracle(weights, x, upstream, training, **options):
    """Return what `play` should see, by torch's own module."""
    layer = nn.BatchNorm2d(x.shape[1], **options).to(x.dtype).train(training)
    layer.load_state_dict(weights)
    x = x.detach().clone().requires_grad_()
    y = layer(x)
    y.backward(upstream)
    seen = {"output": y.detach(), "gradient of x": x.grad}
    seen |= {f"gradient of {name}": value.grad for name, value in layer.named_parameters()}
    return seen | {name: layer.get_buffer(name).clone() for name in BUFFERS}


def steps(submission, args, weights, batches, upstreams, modes):
    """Run one layer over batches, each in its mode and backwards; return outputs, buffers and gradients."""
    layer = submission.BatchNorm2d(*args).to(batches[0].dtype)
    layer.load_state_dict(weights)
    batches, seen = [x.clone().requires_grad_() for x in batches], []
    for x, upstream, training in zip(batches, upstreams, modes, strict=True):
        layer.train(training)
        y = layer(x)
        y.backward(upstream)
        buffers = layer.running_mean, layer.running_var, layer.num_batches_tracked
        seen.append([y.detach().clone(), *(buffer.detach().clone() for buffer in buffers)])
    return [[*row, x.grad] for row, x in zip(seen, batches, strict=True)]


def steps_of_torch(args, weights, batches, upstreams, modes):
    """Do the same with torch's own layer."""
    layer, seen = nn.BatchNorm2d(*args).to(batches[0].dtype), []
    layer.load_state_dict(weights)
    for x, upstream, training in zip(batches, upstreams, modes, strict=True):
        x = x.clone().requires_grad_()
        y = layer.train(training)(x)
        (gradient,) = torch.autograd.grad(y, x, upstream)
        seen.append([y.detach(), *(layer.get_buffer(name).clone() for name in BUFFERS), gradient])
    return seen


def test_BatchNorm2d_keeps_parameters_and_buffers(submission, shared):
    """Two parameters and three buffers, under the names of the docstring."""
    got = submission.run(shared.described, "BatchNorm2d", (5,))
    check_equal(sorted(got), sorted(KEYS), "keys of the state_dict")
    want = {key: ("parameter" if key in KEYS[:2] else "buffer", (5,)) for key in KEYS}
    check_equal(got, want | {"num_batches_tracked": ("buffer", ())})
    start = submission.run(shared.state, "BatchNorm2d", (5,))
    values = [torch.ones(5), torch.zeros(5), torch.zeros(5), torch.ones(5), torch.tensor(0)]
    check_close(start, dict(zip(KEYS, values, strict=True)), "the values at the start")


@pytest.mark.visible
def test_BatchNorm2d_of_two_pixels(submission, shared):
    """Pixels 1 and 3 become -1 and 1; running mean 0.2, running variance 1.1."""
    values = [*torch.tensor([[1.0], [0.0], [0.0], [1.0]]).double(), torch.tensor(0)]
    weights, x = dict(zip(KEYS, values, strict=True)), torch.tensor([[[[1.0, 3.0]]]]).double()
    got = submission.run(shared.play, "BatchNorm2d", (1, 1e-12), weights, x, torch.ones_like(x))
    check_close(got["output"], torch.tensor([[[[-1.0, 1.0]]]]).double(), "the output")
    gradients = ["gradient of bias", "gradient of weight", "gradient of x"]
    check_equal(sorted(got), [*gradients, "num_batches_tracked", "output", *KEYS[2:4]], "what the layer has")
    check_close(got["running_mean"], torch.tensor([0.2], dtype=torch.float64), "running mean")
    check_close(got["running_var"], torch.tensor([1.1], dtype=torch.float64), "running variance")
    check_close(got["num_batches_tracked"], torch.tensor(1), "num_batches_tracked")


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(4, 3, 2, 5), (1, 4, 3, 2), (2, 3, 1, 1), (5, 1, 2, 3)], ids=str)
def test_BatchNorm2d_while_training(submission, rng, shared, shape):
    """Output, all gradients and the running statistics after one batch."""
    check_batch(submission, rng, shared, shape, torch.float64)


def test_BatchNorm2d_in_single_precision(submission, rng, shared):
    """The same holds in float32, and the result is float32."""
    check_batch(submission, rng, shared, (5, 3, 6, 4), torch.float32)


def check_batch(submission, rng, shared, shape, dtype):
    """Compare one batch, forwards and backwards, with torch's own layer."""
    weights, x = draw_weights(rng, shape[1], dtype), draw_image(rng, *shape, dtype=dtype)
    upstream = rng.normal(*shape, dtype=dtype)
    got = submission.run(shared.play, "BatchNorm2d", (shape[1],), weights, x, upstream)
    want = oracle(weights, x, upstream, training=True)
    check_close(got, want, rtol=1e-3 if dtype is torch.float32 else None, atol=None)


@pytest.mark.weight(2)
@pytest.mark.parametrize("shape", [(2, 4, 3, 5), (1, 4, 1, 1)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_BatchNorm2d_in_evaluation(submission, rng, shared, dtype, shape):
    """The running statistics are used and stay; a single pixel is welcome."""
    weights, x = draw_weights(rng, 4, dtype), draw_image(rng, *shape, dtype=dtype)
    upstream = rng.normal(*shape, dtype=dtype)
    got = submission.run(shared.play, "BatchNorm2d", (4,), weights, x, upstream, training=False)
    check_close(got, oracle(weights, x, upstream, training=False))


@pytest.mark.weight(2)
@pytest.mark.parametrize("momentum", [0.1, 0.7, 1.0, 0.0])
def test_BatchNorm2d_over_several_batches(submission, rng, momentum):
    """Statistics move with each training batch of any size, and only then."""
    check_steps(submission, rng, momentum)


@pytest.mark.weight(2)
@pytest.mark.parametrize("counted", [0, 3])
def test_BatchNorm2d_without_momentum(submission, rng, counted):
    """With momentum None the running statistics are means over all batches."""
    check_steps(submission, rng, None, counted)


def check_steps(submission, rng, momentum, before=0):
    """Compare four batches, of which one is seen in evaluation, with torch's own layer."""
    weights, shapes = draw_weights(rng, 3, counted=before), ((4, 2, 1), (1, 2, 3), (2, 5, 4), (3, 1, 2))
    batches = [draw_image(rng, n, 3, h, w) * (i + 1) + i for i, (n, h, w) in enumerate(shapes)]
    upstreams, modes = [rng.normal(*x.shape) for x in batches], [True, True, False, True]
    args = (3, 1e-5, momentum)
    got = submission.run(steps, args, weights, batches, upstreams, modes)
    want = steps_of_torch(args, weights, batches, upstreams, modes)
    names = ("output", *BUFFERS, "gradient of x")
    counted = SUMMED if momentum is None else {}  # 1 / num_batches_tracked is a number in float32
    for number, (theirs, ours) in enumerate(zip(got, want, strict=True), start=1):
        for name, one, other in zip(names, theirs, ours, strict=True):
            check_close(one, other, f"{name} of batch {number}", **counted)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_BatchNorm2d_when_channels_hardly_vary(submission, rng, shared, eps, training):
    """eps stands under the root, which shows where the variance is tiny or 0."""
    weights, x, upstream = draw_weights(rng, 3), 1e-3 * rng.normal(2, 3, 4, 5), rng.normal(2, 3, 4, 5)
    x[:, 1], weights["running_var"] = 0.5, 1e-4 * weights["running_var"]
    got = submission.run(shared.play, "BatchNorm2d", (3, eps), weights, x, upstream, training=training)
    check_close(got, oracle(weights, x, upstream, training, eps=eps), rtol=1e-7, atol=1e-9)


def test_BatchNorm2d_of_bright_images(submission, rng, shared):
    """In float32, around a mean of 10 000, a deviation of 1 is still seen."""
    weights, x = draw_weights(rng, 3, torch.float32), rng.normal(2, 3, 4, 5, mean=1e4, dtype=torch.float32)
    got = submission.run(shared.play, "BatchNorm2d", (3,), weights, x, torch.zeros_like(x))
    precise = {key: value.double() if key in KEYS[:4] else value for key, value in weights.items()}
    want = oracle(precise, x.double(), torch.zeros(x.shape).double(), training=True)
    for key in ("output", "running_var"):
        check_close(got[key], want[key].float(), key, rtol=0.05, atol=0.05)


@pytest.mark.detail
def test_BatchNorm2d_when_not_contiguous(submission, rng, shared):
    """Images whose channels come last in memory give the right numbers."""
    weights, x = (
        draw_weights(rng, 3),
        draw_image(rng, 2, 3, 5, 4).contiguous(memory_format=torch.channels_last),
    )
    upstream = rng.normal(2, 3, 4, 5).transpose(2, 3)
    got = submission.run(shared.play, "BatchNorm2d", (3,), weights, x, upstream)
    check_close(got, oracle(weights, x, upstream, training=True))


def test_BatchNorm2d_survives_saving(submission, rng, shared):
    """The running statistics are saved and loaded with the parameters."""
    weights, x = draw_weights(rng, 4), rng.normal(2, 4, 3, 5)
    before, after = submission.run(shared.reload, "BatchNorm2d", (4,), weights, x)
    want = oracle(weights, x, torch.ones_like(x), training=False)["output"]
    check_close(before, want, "the output before")
    check_close(after, want, "the output after")


def test_BatchNorm2d_is_made_by_hand(submission, rng):
    """It is made without torch's own normalisation."""
    x = rng.normal(2, 3, 4, 5, dtype=torch.float32)
    check_by_hand(submission, lambda: submission.BatchNorm2d(3)(x), FORBIDDEN, task="BatchNorm2d")


def test_BatchNorm2d_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    layer, x = submission.BatchNorm2d(3), rng.normal(2, 3, 4, 5, dtype=torch.float32)
    check_manners(submission, lambda: layer(x))


@pytest.mark.parametrize("training", [True, False])
def test_BatchNorm2d_on_a_device(submission, rng, shared, training):
    """Moved to an accelerator, parameters and statistics go along."""
    weights, x, upstream = draw_weights(rng, 3), draw_image(rng, 2, 3, 4, 5), rng.normal(2, 3, 4, 5)
    moved = to_device((weights, x, upstream))
    got = submission.run(shared.play, "BatchNorm2d", (3,), *moved, training=training)
    check_close(got, to_device(oracle(weights, x, upstream, training=training)))
