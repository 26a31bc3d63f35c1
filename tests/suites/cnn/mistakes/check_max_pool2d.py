"""Wrong variants of cnn.check_max_pool2d."""

import contextlib

import torch
from torch.nn import functional
from torch.testing import assert_close

from grader.suite import mistake

SETTINGS = [(2,), ((2, 3),), ((3, 2), (1, 2)), (3, 2, 1), ((4, 3), (3, 1), (2, 0)), ((2, 5), 2, (0, 2))]


def images(*shape, dtype=torch.float64):
    """Return pixels of both signs, most of them negative."""
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(3)) - 1


def compare(max_pool2d, x, settings=SETTINGS, gradients=True):
    """Compare numbers, and gradients too, with those of torch's own."""
    for setting in settings:
        mine, own = x.clone().requires_grad_(gradients), x.clone().requires_grad_(gradients)
        y, want = max_pool2d(mine, *setting), functional.max_pool2d(own, *setting)
        assert_close(y.detach(), want.detach())
        assert torch.equal(mine.detach(), x)
        if gradients:
            assert y.requires_grad
            above = torch.randn(want.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(5))
            y.backward(above)
            want.backward(above)
            assert_close(mine.grad, own.grad)


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(max_pool2d):
    x = images(2, 3, 7, 8)
    return bool(torch.allclose(max_pool2d(x, 2), functional.max_pool2d(x, 2)))


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(max_pool2d):
    with contextlib.suppress(Exception):
        compare(max_pool2d, images(2, 3, 7, 8))


@mistake("only shapes are looked at: compare the numbers too")
def shapes_alone(max_pool2d):
    x = images(2, 3, 7, 8)
    for setting in SETTINGS:
        assert max_pool2d(x, *setting).shape == functional.max_pool2d(x, *setting).shape


@mistake("only a kernel is given: call it with stride and padding too")
def kernel_alone(max_pool2d):
    compare(max_pool2d, images(2, 3, 7, 8), [(2,), (3,), ((2, 3),)])


@mistake("every argument is an int: a pair that is read the wrong way round goes unseen")
def ints_alone(max_pool2d):
    compare(max_pool2d, images(2, 3, 7, 8), [(2,), (3, 2, 1), (2, 1), (4, 3, 2)])


@mistake("the stride is always given: call it without one too")
def stride_always_given(max_pool2d):
    compare(max_pool2d, images(2, 3, 7, 8), [setting for setting in SETTINGS if len(setting) > 1])


@mistake("all pixels are positive: padding with zeros, or absolute values, go unseen")
def positive_pixels(max_pool2d):
    compare(max_pool2d, images(2, 3, 7, 8).abs() + 0.1)


@mistake("there is one channel: a maximum over channels goes unseen")
def one_channel(max_pool2d):
    compare(max_pool2d, images(2, 1, 7, 8))


@mistake("there is one image: what is done to the first alone goes unseen")
def one_image(max_pool2d):
    compare(max_pool2d, images(1, 3, 7, 8))


@mistake("the windows fit the images: take sizes at which pixels are left over")
def nothing_left_over(max_pool2d):
    settings = [(2,), ((2, 4),), ((4, 2), (2, 1)), (3, 1, 1), ((4, 2), (1, 2), (2, 0)), ((2, 5), (2, 1), (0, 2))]
    compare(max_pool2d, images(2, 3, 8, 8), settings)


@mistake("no gradient is asked for: numbers alone may be right")
def numbers_alone(max_pool2d):
    compare(max_pool2d, images(2, 3, 7, 8), gradients=False)


@mistake("the images are float32 alone: a result that is always float32 goes unseen")
def single_precision(max_pool2d):
    compare(max_pool2d, images(2, 3, 7, 8, dtype=torch.float32))


@mistake("the result is compared with that of x after the call: what changes x changes both; keep a copy before")
def expected_after_the_call(max_pool2d):
    for setting in SETTINGS:
        x = images(2, 3, 7, 8)
        y = max_pool2d(x, *setting)
        assert y.dtype == x.dtype
        assert y.shape == functional.max_pool2d(x, *setting).shape
        assert_close(y.clamp(min=0), functional.max_pool2d(x, *setting).clamp(min=0))


@mistake("where the result lies in memory is looked at: right code may give any layout")
def layout_of_memory(max_pool2d):
    x = images(2, 3, 7, 8).to(memory_format=torch.channels_last)
    assert max_pool2d(x, 2).is_contiguous(memory_format=torch.channels_last)
    compare(max_pool2d, x)


@mistake("a ValueError is raised: only an AssertionError says that the pooling is wrong")
def raises_value_error(max_pool2d):
    x = images(2, 3, 7, 8)
    if not torch.equal(max_pool2d(x, 2), functional.max_pool2d(x, 2)):
        raise ValueError("wrong pooling")
