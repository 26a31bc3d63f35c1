"""Suite of inception.ConvBlock."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, check_shape, check_that, to_device

BLOCKS = [(3, 5, 1), (3, 5, 3, 1, 1), (2, 4, 5, 1, 2), (4, 2, 3, 2), (1, 6, 4, 3, 2), (3, 3, 2, 2, 1)]


@pytest.mark.visible
@pytest.mark.parametrize(
    "args, size", [((3, 5, 3, 1, 1), (9, 7)), ((3, 5, 3), (7, 5)), ((3, 5, 3, 2, 1), (5, 4))], ids=str
)
def test_ConvBlock_shape(submission, rng, args, size):
    """On 9 x 7 pixels, kernel, stride and padding make the size."""
    got = submission.ConvBlock(*args)(rng.normal(2, 3, 9, 7, dtype=torch.float32))
    check_shape(got, (2, 5, *size))


@pytest.mark.visible
def test_ConvBlock_of_two_pixels(submission, shared):
    """Pixels 1 and 3 times 2, running mean 4, variance 4: relu(-1), relu(1)."""
    state = {
        "conv.weight": 2.0 * torch.ones(1, 1, 1, 1),
        "bn.weight": torch.ones(1),
        "bn.bias": torch.zeros(1),
    }
    state |= {"bn.running_mean": torch.tensor([4.0]), "bn.running_var": torch.tensor([4.0])}
    x = torch.tensor([1.0, 3.0]).reshape(1, 1, 1, 2)
    (got,) = submission.run(shared.outputs_of, "ConvBlock", (1, 1, 1), [state], x)
    check_close(got, torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2), "the output in evaluation")


def test_ConvBlock_gives_nothing_negative(submission, rng):
    """Of many numbers about half become 0, none is negative."""
    got = submission.ConvBlock(3, 8, 3)(rng.normal(4, 3, 12, 11, dtype=torch.float32))
    check_shape(got, (4, 8, 10, 9))
    smallest, share = got.min().item(), (got == 0).double().mean().item()
    check_that(smallest >= 0, "the smallest number", "0", "a negative number")
    check_that(0.25 < share < 0.75, "numbers that are 0", "about half of all", f"{share:.0%} of them")


@pytest.mark.weight(3)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("args", BLOCKS, ids=str)
def test_ConvBlock_forwards_and_backwards(submission, rng, draw, shared, args, training):
    """Output, gradients and running statistics are right in both modes."""
    x, oracle = rng.normal(5, args[0], 8, 7), shared.ConvBlock(*args)
    check_network(submission, "ConvBlock", args, oracle, x, rng=rng, training=training, draw=draw)


def test_ConvBlock_when_channels_hardly_vary(submission, rng, draw, shared):
    """The batch norm has torch's eps, 1e-5."""
    x, oracle = 1e-3 * rng.normal(4, 3, 5, 6), shared.ConvBlock(3, 2, 1)
    options = {"rng": rng, "rtol": 1e-7, "atol": 1e-9, "draw": draw}
    check_network(submission, "ConvBlock", (3, 2, 1), oracle, x, **options)


def test_ConvBlock_takes_options_by_name(submission, rng, draw, shared):
    """Stride and padding may be given by their names."""
    names = {"in_channels": 2, "out_channels": 3, "kernel_size": 3, "padding": 2, "stride": 3}
    x, oracle = rng.normal(2, 2, 7, 8), shared.ConvBlock(2, 3, 3, 3, 2)
    check_network(submission, "ConvBlock", (), oracle, x, rng=rng, kwargs=names, draw=draw)


def test_ConvBlock_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    block, x = submission.ConvBlock(3, 4, 3), rng.normal(2, 3, 5, 4, dtype=torch.float32)
    check_manners(submission, lambda: block(x))


def test_ConvBlock_on_a_device(submission, rng, draw, shared):
    """Moved to an accelerator, weights and statistics go along."""
    x = to_device(rng.normal(3, 2, 5, 4))
    check_network(
        submission, "ConvBlock", (2, 4, 3, 1, 1), shared.ConvBlock(2, 4, 3, 1, 1), x, rng=rng, draw=draw
    )
