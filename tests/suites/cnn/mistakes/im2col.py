"""Wrong variants of cnn.im2col."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, kernel_size, stride=1, padding=0, dilation=1):
    return reference("cnn").im2col(x, kernel_size, stride, padding, dilation)


def _pair(value):
    return (value, value) if isinstance(value, int) else value


def _windows(x, kernel_size, stride, padding, dilation):
    """Return the windows (N, C, H', W', kh, kw)."""
    return reference("cnn")._windows(reference("cnn")._padded(x, padding), kernel_size, stride, dilation)


@mistake("the window's pixels come before the channels: a column goes through the channels first")
def channels_last(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _windows(x, kernel_size, stride, padding, dilation)
    return windows.permute(0, 4, 5, 1, 2, 3).flatten(4, 5).flatten(1, 3)


@mistake("a window was laid out column by column: it goes row by row")
def window_column_by_column(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _windows(x, kernel_size, stride, padding, dilation)
    return windows.permute(0, 1, 5, 4, 2, 3).flatten(4, 5).flatten(1, 3)


@mistake("the places were numbered column by column: they go row by row")
def places_column_by_column(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _windows(x, kernel_size, stride, padding, dilation)
    return windows.permute(0, 1, 4, 5, 3, 2).flatten(4, 5).flatten(1, 3)


@mistake(
    "the axes were reshaped without a permute: reshape keeps the order of the numbers and only counts anew"
)
def reshaped_without_permute(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _windows(x, kernel_size, stride, padding, dilation)
    n, c, h, w, kh, kw = windows.shape
    return windows.reshape(n, c * kh * kw, h * w)


@mistake("the window was turned by 180 degrees: its pixels come as they lie in the image")
def windows_turned(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _windows(x, kernel_size, stride, padding, dilation).flip(4, 5)
    return windows.permute(0, 1, 4, 5, 2, 3).flatten(4, 5).flatten(1, 3)


@mistake("the arguments were taken in the order of torch's unfold; here it is stride, padding, dilation")
def order_of_torch(x, kernel_size, stride=1, padding=0, dilation=1):
    high = tuple(2 * d * k for d, k in zip(_pair(stride), _pair(kernel_size), strict=True))
    wide = functional.pad(x, (0, high[1], 0, high[0]))
    return _right(wide, kernel_size, dilation, padding, stride)


@mistake("the two numbers of kernel_size are swapped: the first is for the rows (H)")
def kernel_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    kernel = _pair(kernel_size)[::-1]
    over = max(*kernel) * max(*_pair(dilation))
    wide = functional.pad(x, (0, over, 0, over)) if max(kernel) > min(x.shape[2:]) else x
    return _right(wide, kernel, stride, padding, dilation)


@mistake("the two numbers of stride are swapped: the first is for the rows (H)")
def stride_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    return _right(x, kernel_size, _pair(stride)[::-1], padding, dilation)


@mistake(
    "the two numbers of padding are swapped: functional.pad takes the last axis first, so (pw, pw, ph, ph)"
)
def padding_swapped(x, kernel_size, stride=1, padding=0, dilation=1):
    return _right(x, kernel_size, stride, _pair(padding)[::-1], dilation)


@mistake("the dilation was ignored: the pixels of a window lie (dh, dw) apart")
def dilation_ignored(x, kernel_size, stride=1, padding=0, dilation=1):
    return _right(x, kernel_size, stride, padding)


@mistake("the size forgets the stride: there are (H - kh) // sh + 1 places along an axis")
def stride_ignored(x, kernel_size, stride=1, padding=0, dilation=1):
    return _right(x, kernel_size, 1, padding, dilation)


@mistake("as_strided was given the strides of a contiguous image: ask this one, x.stride()")
def strides_of_a_contiguous_image(x, kernel_size, stride=1, padding=0, dilation=1):
    _, c, h, w = x.shape
    x = x.as_strided(x.shape, (c * h * w, h * w, w, 1))
    return _right(x, kernel_size, stride, padding, dilation)


@mistake("the columns left the graph: .data, .numpy() or torch.tensor cuts the gradient")
def left_the_graph(x, kernel_size, stride=1, padding=0, dilation=1):
    return _right(x.detach(), kernel_size, stride, padding, dilation)


@mistake("a Python loop over the places: loop over the kh * kw positions in the window")
def loop_over_places(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = _windows(x, kernel_size, stride, padding, dilation)
    places = [
        windows[:, :, i, j].flatten(1) for i in range(windows.shape[2]) for j in range(windows.shape[3])
    ]
    return torch.stack(places, 2)


@mistake("a Python loop over the channels: each slice takes all of them")
def loop_over_channels(x, kernel_size, stride=1, padding=0, dilation=1):
    return torch.cat([_right(c, kernel_size, stride, padding, dilation) for c in x.split(1, 1)], 1)


@mistake("torch's own unfold was used: the task is to build it")
def used_torch(x, kernel_size, stride=1, padding=0, dilation=1):
    return functional.unfold(x, kernel_size, dilation, padding, stride)
