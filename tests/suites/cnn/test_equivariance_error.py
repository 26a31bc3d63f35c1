"""Suite of cnn.equivariance_error."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_raises, to_device

ALLOWED = {"rtol": 1e-9, "atol": 1e-9}


def scaled(factor):
    """Make a product with a picture of factors: not equivariant, unless they are all alike."""
    return lambda x: factor * x


def convolved(weight, padding, stride=1):
    """Make a convolution."""
    from torch.nn import functional

    return lambda x: functional.conv2d(x, weight, padding=padding, stride=stride)


def pooled(size):
    """Make a max pooling."""
    from torch.nn import functional

    return lambda x: functional.max_pool2d(x, size)


def layer(weight):
    """Make a module that has parameters, so that its outputs have a graph."""
    conv = torch.nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2:], bias=False).to(weight)
    conv.weight.data.copy_(weight)
    return torch.nn.Sequential(conv, torch.nn.ReLU())


def connected(weight):
    """Make a linear layer from all pixels to all pixels of an image of another size."""
    return lambda x: (x.flatten(1) @ weight).reshape(len(x), 2, 5, 6)


def error(f, x, dy, dx, border=0, stride=1):
    """The oracle: every position in a loop."""
    (h, w), moved = x.shape[2:], torch.zeros_like(x)
    for i in range(max(0, dy), h + min(0, dy)):
        for j in range(max(0, dx), w + min(0, dx)):
            moved[..., i, j] = x[..., i - dy, j - dx]
    y, z, largest = f(x), f(moved), 0.0
    h, w = y.shape[-2:]
    for i in range(border, h - border):
        for j in range(border, w - border):
            u, v = i - dy // stride, j - dx // stride
            if border <= u < h - border and border <= v < w - border:
                largest = max(largest, (z[..., i, j] - y[..., u, v]).abs().max().item())
    return largest


def compare(submission, make, given, x, *args):
    """Compare with the oracle, for one function that both sides make."""
    got = submission.equivariance_error(submission.build(make, *given), x, *args)
    check_close(got, error(make(*given), x, *args), **ALLOWED)


@pytest.mark.visible
def test_equivariance_error_of_a_picture_of_factors(submission):
    """Columns times 0 to 3: moved right by one, the pixel 10 counts 30, not 20."""
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    got = submission.equivariance_error(submission.build(scaled, torch.arange(4.0)), x, 0, 1)
    check_close(got, 10.0)


@pytest.mark.visible
def test_equivariance_error_of_a_pixelwise_function(submission, rng):
    """What treats every pixel alike makes no error: exactly 0.0."""
    x = rng.normal(2, 3, 4, 5, dtype=torch.float32)
    check_close(submission.equivariance_error(submission.build(scaled, 2.0), x, 1, -2), 0.0)


@pytest.mark.weight(3)
@pytest.mark.parametrize("dy, dx", [(1, 0), (0, 2), (-1, 1), (2, -3), (-2, -1), (0, 0)])
@pytest.mark.parametrize("border", [0, 1])
def test_equivariance_error_of_random_factors(submission, rng, border, dy, dx):
    """The largest absolute difference over images, channels and the places left."""
    compare(submission, scaled, (rng.normal(6, 8),), rng.normal(2, 3, 6, 8), dy, dx, border)


def test_equivariance_error_looks_at_every_channel(submission, rng):
    """One place of one channel of one image makes the error, above or below."""
    for sign in (1, -1):
        factor = torch.zeros(3, 2, 5, 4).double()
        factor[tuple(int(rng.integers(0, size, 1)) for size in (3, 2))] = sign * torch.ones(5, 4).cumsum(0)
        compare(submission, scaled, (factor,), rng.uniform(3, 2, 5, 4, low=1, high=2), 1, 1)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dy, dx", [(1, 0), (-1, 2), (0, -3)])
def test_equivariance_error_of_a_convolution(submission, rng, dy, dx):
    """Padded convolutions break the rule at the border alone; all inside agrees."""
    x, weight = rng.normal(2, 3, 9, 8), rng.normal(4, 3, 5, 3)
    f = submission.build(convolved, weight, (2, 1))
    inside = submission.equivariance_error(f, x, dy, dx, border=2)
    check_close(inside, 0.0, "the error inside", **ALLOWED)
    outside = submission.equivariance_error(f, x, dy, dx)
    check_close(outside, error(convolved(weight, (2, 1)), x, dy, dx), "the error with the border", **ALLOWED)
    valid = submission.equivariance_error(submission.build(convolved, weight, 0), x, dy, dx)
    check_close(valid, 0.0, "the error without a padding", **ALLOWED)


@pytest.mark.parametrize("dy, dx", [(1, 1), (-2, 1)])
def test_equivariance_error_of_a_linear_layer(submission, rng, dy, dx):
    """A linear layer knows no neighbours; its output may have another size."""
    compare(submission, connected, (rng.normal(3 * 4 * 7, 2 * 5 * 6),), rng.normal(2, 3, 4, 7), dy, dx)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dy, dx", [(2, 0), (-2, 4), (0, -4), (2, 2)])
def test_equivariance_error_with_a_stride(submission, rng, dy, dx):
    """After a stride of 2 the picture moves by half as much."""
    x, weight = rng.normal(2, 3, 10, 13), rng.normal(4, 3, 3, 3)
    compare(submission, pooled, (2,), x, dy, dx, 0, 2)
    compare(submission, convolved, (weight, 1, 2), x, dy, dx, 0, 2)
    compare(submission, convolved, (weight, 1, 2), x, dy, dx, 1, 2)


def test_equivariance_error_of_a_module(submission, rng):
    """A module with parameters will do; the error is a float all the same."""
    x, weight = rng.normal(2, 3, 6, 5, dtype=torch.float32), rng.normal(4, 3, 3, 2, dtype=torch.float32)
    got = submission.equivariance_error(submission.build(layer, weight), x, -1, 1)
    check_close(got, 0.0, rtol=0.0, atol=1e-4)


@pytest.mark.parametrize("dy, dx, stride", [(1, 2, 2), (2, 1, 2), (3, -4, 3)])
def test_equivariance_error_refuses_other_strides(submission, rng, dy, dx, stride):
    """A shift that is no multiple of the stride raises a ValueError about it."""
    f = submission.build(pooled, stride)
    with check_raises(ValueError, naming="stride"):
        submission.equivariance_error(f, rng.normal(1, 2, 12, 12), dy, dx, 0, stride)


def test_equivariance_error_has_manners(submission, rng):
    """x and torch's random state stay as they were."""
    f, x = submission.build(scaled, 2.0), rng.normal(1, 2, 4, 5)
    check_manners(submission, lambda: submission.equivariance_error(f, x, 1, 1))


def test_equivariance_error_on_a_device(submission, rng):
    """f is called on the accelerator, and the error is the same."""
    x, factor = rng.normal(2, 3, 4, 5), rng.normal(4, 5)
    f = submission.build(scaled, to_device(factor))
    check_close(
        submission.equivariance_error(f, to_device(x), 1, -1), error(scaled(factor), x, 1, -1), **ALLOWED
    )
