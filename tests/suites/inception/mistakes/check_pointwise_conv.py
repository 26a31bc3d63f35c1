"""Wrong variants of inception.check_pointwise_conv."""

import contextlib

import torch
from torch.nn import functional
from torch.testing import assert_close

from grader.suite import mistake

SIZES = ((2, 3, 4, 5, 4), (2, 3, 3, 5, 4), (2, 2, 5, 4, 3), (1, 3, 3, 2, 3))  # N, C, F, H, W


def compare(
    pointwise_conv, sizes=SIZES, biases=(True, False), gradients=True, kept=True, dtype=torch.float64, same=False
):
    """Compare with torch's own; each option takes one thing away that shows a fault."""
    generator = torch.Generator().manual_seed(8)
    for n, c, f, h, w in sizes:
        for with_bias in biases:
            shapes = [(n, c, h, w), (f, c, 1, 1), (f,)][: 2 + with_bias]
            values = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
            values = [value.abs() for value in values] if same else values
            mine, own = ([value.clone().requires_grad_(gradients) for value in values] for _ in range(2))
            got, want = pointwise_conv(*mine), functional.conv2d(*own)
            assert_close(got.detach(), want.detach())
            assert not kept or all(map(torch.equal, mine, values))
            if gradients:
                assert got.requires_grad
                above = torch.randn(want.shape, generator=generator, dtype=dtype)
                slopes = torch.autograd.grad(got, mine, above, allow_unused=True)
                for slope, right in zip(slopes, torch.autograd.grad(want, own, above), strict=True):
                    assert slope is not None
                    assert_close(slope, right)


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(pointwise_conv):
    x, weight = torch.randn(2, 3, 5, 4), torch.randn(4, 3, 1, 1)
    return bool(torch.allclose(pointwise_conv(x, weight), functional.conv2d(x, weight), atol=1e-5))


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(pointwise_conv):
    with contextlib.suppress(Exception):
        compare(pointwise_conv)


@mistake("only shape and dtype are looked at: compare the numbers too")
def shape_and_dtype(pointwise_conv):
    y = pointwise_conv(torch.randn(2, 3, 5, 4).double(), torch.randn(4, 3, 1, 1).double())
    assert y.shape == (2, 4, 5, 4)
    assert y.dtype == torch.float64


@mistake("no bias is ever given")
def never_a_bias(pointwise_conv):
    compare(pointwise_conv, biases=(False,))


@mistake("the weight is ones: no filter and no channel differs from another")
def weights_of_ones(pointwise_conv):
    x, weight = torch.arange(120.0).reshape(2, 3, 5, 4), torch.ones(4, 3, 1, 1)
    assert_close(pointwise_conv(x, weight), functional.conv2d(x, weight))


@mistake("there are never as many filters as channels: a weight that is turned round where it can be goes unseen")
def never_square(pointwise_conv):
    compare(pointwise_conv, sizes=(SIZES[0], SIZES[2]))


@mistake("there is one pixel: what mixes pixels up goes unseen")
def one_pixel(pointwise_conv):
    compare(pointwise_conv, sizes=((2, 3, 4, 1, 1), (2, 3, 3, 1, 1), (2, 2, 5, 1, 1)))


@mistake("there is one image: what is done to the first alone goes unseen")
def one_image(pointwise_conv):
    compare(pointwise_conv, sizes=[(1, *sizes[1:]) for sizes in SIZES])


@mistake("no gradient is asked for: numbers alone may be right")
def numbers_alone(pointwise_conv):
    compare(pointwise_conv, gradients=False)


@mistake("whether the arguments stay as they were is not looked at")
def arguments_after_the_call(pointwise_conv):
    compare(pointwise_conv, kept=False)


@mistake("the numbers are float32 alone: a result that is always float32 goes unseen")
def single_precision(pointwise_conv):
    compare(pointwise_conv, dtype=torch.float32)


@mistake("where the result lies in memory is looked at: right code may give any layout")
def layout_of_memory(pointwise_conv):
    assert pointwise_conv(torch.randn(2, 3, 5, 4), torch.randn(4, 3, 1, 1)).is_contiguous()
    compare(pointwise_conv)
