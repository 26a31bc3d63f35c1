"""Wrong variants of cnn.max_pool2d."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, kernel_size, stride=None, padding=0):
    return reference("cnn").max_pool2d(x, kernel_size, stride, padding)


def _pair(value):
    return (value, value) if isinstance(value, int) else value


def _windows(x, kernel_size, stride, padding, value=-torch.inf):
    """Return the windows (N, C, H', W', kh, kw)."""
    return reference("cnn")._pooling_windows(x, kernel_size, stride, padding, value)


@mistake("the border is made of zeros, which win over negative pixels: pad with -inf")
def border_of_zeros(x, kernel_size, stride=None, padding=0):
    return _windows(x, kernel_size, stride, padding, 0.0).amax((-2, -1))


@mistake("the border is a number that is not small enough, such as -1e9: pad with -inf")
def border_of_a_small_number(x, kernel_size, stride=None, padding=0):
    return _windows(x, kernel_size, stride, padding, -1e5).amax((-2, -1))


@mistake("the stride is 1 where none is given: it is the kernel size")
def stride_of_one(x, kernel_size, stride=None, padding=0):
    return _right(x, kernel_size, 1 if stride is None else stride, padding)


@mistake("the stride was ignored: the windows always lie side by side")
def stride_ignored(x, kernel_size, stride=None, padding=0):
    return _right(x, kernel_size, None, padding)


@mistake("the two numbers of stride are swapped: the first is for the rows (H)")
def stride_swapped(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    return _right(x, kernel_size, _pair(stride)[::-1], padding)


@mistake(
    "the two numbers of padding are swapped: functional.pad takes the last axis first, so (pw, pw, ph, ph)"
)
def padding_swapped(x, kernel_size, stride=None, padding=0):
    windows = reference("cnn")._windows
    wide = reference("cnn")._padded(x, _pair(padding)[::-1], -torch.inf)
    return windows(wide, kernel_size, kernel_size if stride is None else stride).amax((-2, -1))


@mistake("the two numbers of kernel_size are swapped: the first is for the rows (H)")
def kernel_swapped(x, kernel_size, stride=None, padding=0):
    size = _right(x.detach(), kernel_size, stride, padding).shape
    wide = functional.pad(
        reference("cnn")._padded(x, _pair(padding), -torch.inf), (0, 9, 0, 9), value=-torch.inf
    )
    y = _right(wide, _pair(kernel_size)[::-1], kernel_size if stride is None else stride)
    return y[:, :, : size[2], : size[3]]


@mistake("what is left over at the end got a window of its own: a window that does not fit is dropped")
def rounded_up(x, kernel_size, stride=None, padding=0):
    (sh, sw), (ph, pw) = _pair(kernel_size if stride is None else stride), _pair(padding)
    wide = functional.pad(x, (pw, pw + sw - 1, ph, ph + sh - 1), value=-torch.inf)
    return _right(wide, kernel_size, stride)


@mistake("the padding came at the bottom and at the right only: it is added on all four sides")
def padded_at_two_sides(x, kernel_size, stride=None, padding=0):
    ph, pw = _pair(padding)
    return _right(functional.pad(x, (0, pw, 0, ph), value=-torch.inf), kernel_size, stride)


@mistake("the mean of the window was taken: the largest pixel is asked for")
def mean_taken(x, kernel_size, stride=None, padding=0):
    return _windows(x, kernel_size, stride, padding, 0.0).mean((-2, -1))


@mistake("the largest absolute value was taken: the largest pixel is asked for, -1 rather than -3")
def largest_absolute_value(x, kernel_size, stride=None, padding=0):
    return _windows(x, kernel_size, stride, padding, 0.0).abs().amax((-2, -1))


@mistake("the maximum ran over the channels too: each channel stays by itself")
def over_the_channels(x, kernel_size, stride=None, padding=0):
    y = _right(x, kernel_size, stride, padding)
    return y.amax(1, keepdim=True).expand_as(y)


@mistake(
    "all pixels of a window that are as large as its maximum get the whole gradient: the shares add up to it"
)
def ties_get_it_all(x, kernel_size, stride=None, padding=0):
    windows = _windows(x, kernel_size, stride, padding)
    largest = windows == windows.amax((-2, -1), keepdim=True)
    y = torch.where(largest, windows, 0.0).sum((-2, -1))
    return y + (windows.amax((-2, -1)) - y).detach()


@mistake("the gradient is spread over the whole window: it goes to the largest pixel")
def gradient_spread(x, kernel_size, stride=None, padding=0):
    means = _windows(x, kernel_size, stride, padding, 0.0).mean((-2, -1))
    return means + (_right(x, kernel_size, stride, padding) - means).detach()


@mistake("a Python loop over the windows: loop over the kh * kw positions in a window")
def loop_over_windows(x, kernel_size, stride=None, padding=0):
    windows = _windows(x, kernel_size, stride, padding)
    rows, columns = range(windows.shape[2]), range(windows.shape[3])
    return torch.stack(
        [torch.stack([windows[:, :, i, j].amax((-2, -1)) for j in columns], 2) for i in rows], 2
    )


@mistake("a Python loop over the channels: all of them are pooled at once")
def loop_over_channels(x, kernel_size, stride=None, padding=0):
    return torch.cat([_right(c, kernel_size, stride, padding) for c in x.split(1, 1)], 1)


@mistake("the image was cut and reshaped into tiles with view, which fails where it is not contiguous")
def viewed_as_tiles(x, kernel_size, stride=None, padding=0):
    y = _right(x, kernel_size, stride, padding)
    x.view(-1)
    return y


@mistake("torch's own pooling was used: the task is to build it")
def used_torch(x, kernel_size, stride=None, padding=0):
    return functional.max_pool2d(x, kernel_size, stride, padding)
