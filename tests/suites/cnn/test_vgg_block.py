"""Suite of cnn.vgg_block."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_that,
    check_trains,
    to_device,
)


class Oracle(nn.ModuleDict):
    """The same block, with its convolutions under the even numbers."""

    def __init__(self, num_convs, in_channels, out_channels):
        widths = [in_channels] + num_convs * [out_channels]
        pairs = zip(widths[:-1], widths[1:], strict=True)
        super().__init__({str(2 * i): nn.Conv2d(*pair, 3, padding=1) for i, pair in enumerate(pairs)})

    def forward(self, x):
        """Return the block's output."""
        for conv in self.values():
            x = conv(x).clamp(min=0)
        return functional.max_pool2d(x, (2, 2))


def small_vgg():
    """Return what makes a network of blocks of the submission."""
    from torch import nn

    def make(block):
        return nn.Sequential(block(1, 2, 3), block(2, 3, 4), nn.Flatten(), nn.Linear(16, 5))

    return make


@pytest.mark.visible
@pytest.mark.parametrize("args", [(1, 3, 8), (2, 1, 4), (4, 5, 2)], ids=str)
def test_vgg_block_keeps_its_layers(submission, shared, args):
    """Its convolutions stand under 0, 2, 4 and so on, each with weight and bias."""
    got, want = submission.run(shared.described, "vgg_block", args), shared.kept(Oracle(*args))
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, want)


@pytest.mark.visible
def test_vgg_block_of_four_pixels(submission, shared):
    """Kernels of ones: 1 + 2 + 3 + 4 = 10 in each pixel, then 4 * 10 = 40."""
    weights = {key: torch.ones_like(value).double() for key, value in Oracle(2, 1, 1).state_dict().items()}
    weights |= {"0.bias": torch.zeros(1).double(), "2.bias": torch.zeros(1).double()}
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]).double()
    got = submission.run(shared.play, "vgg_block", (2, 1, 1), weights, x, torch.ones(1, 1, 1, 1).double())
    check_close(got["output"], torch.full((1, 1, 1, 1), 40.0).double(), "the output")


@pytest.mark.weight(4)
@pytest.mark.parametrize(
    "args, size",
    [((1, 3, 8), (6, 4)), ((2, 3, 5), (7, 10)), ((3, 4, 2), (5, 3)), ((4, 2, 3), (2, 9))],
    ids=str,
)
def test_vgg_block_forwards_and_backwards(submission, rng, draw, args, size):
    """Output and all gradients are right for any number of convolutions and any size."""
    x = rng.normal(2, args[1], *size)
    check_network(submission, "vgg_block", args, Oracle(*args), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_vgg_block_trains_in_a_network(submission, rng):
    """A VGG of two blocks takes four steps of descent as it should."""
    oracle = nn.Sequential(Oracle(1, 2, 3), Oracle(2, 3, 4), nn.Flatten(), nn.Linear(16, 5))
    batches = [(rng.normal(n, 2, 8, 9), rng.integers(0, 5, n)) for n in (4, 5, 3, 1)]
    check_trains(submission, submission.build(small_vgg), (submission.vgg_block,), oracle, batches, rng=rng)


def test_vgg_block_in_evaluation(submission, rng, draw):
    """In evaluation it computes the same; a single image is welcome."""
    args, x = (2, 3, 4), rng.normal(1, 3, 5, 4)
    check_network(submission, "vgg_block", args, Oracle(*args), x, rng=rng, training=False, draw=draw)


@pytest.mark.visible
def test_vgg_block_is_a_sequence(submission):
    """Convolution and ReLU in turn, and the pooling last."""

    def scenario(submission):
        block = submission.vgg_block(3, 2, 4)
        return type(block).__name__, [type(part).__name__ for part in block]

    kind, parts = submission.run(scenario)
    check_equal(kind, "Sequential", "what is returned")
    check_equal(parts, 3 * ["Conv2d", "ReLU"] + ["MaxPool2d"], "the modules in it")


def test_vgg_block_starts_at_random(submission, shared):
    """Each convolution starts with random weights of its own, as torch draws them."""
    start = submission.run(shared.state, "vgg_block", (3, 4, 4))
    shared.check_start(start, Oracle(3, 4, 4))
    check_different(start["2.weight"], start["4.weight"])


def check_different(first, second):
    """Check that two convolutions of one shape started apart."""
    check_that(
        not torch.equal(first, second), "the second and the third convolution", "two draws", "one draw"
    )


def test_vgg_block_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.vgg_block(2, 3, 4), rng.normal(2, 3, 5, 6, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_vgg_block_on_a_device(submission, rng, draw):
    """Moved to an accelerator, every layer computes there, and the same."""
    args, x = (2, 3, 4), to_device(rng.normal(2, 3, 5, 6))
    check_network(submission, "vgg_block", args, Oracle(*args), x, rng=rng, draw=draw)
