"""Wrong variants of cnn.avg_pool2d."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return reference("cnn").avg_pool2d(x, kernel_size, stride, padding, count_include_pad)


def _pair(value):
    return (value, value) if isinstance(value, int) else value


def _windows(x, kernel_size, stride, padding):
    """Return the windows (N, C, H', W', kh, kw)."""
    return reference("cnn")._pooling_windows(x, kernel_size, stride, padding, 0.0)


@mistake("count_include_pad was ignored: without it only pixels inside the image count")
def always_counted(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return _right(x, kernel_size, stride, padding)


@mistake("the zeros of the border are never counted: by default they count as pixels")
def never_counted(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return _right(x, kernel_size, stride, padding, False)


@mistake("count_include_pad is the wrong way round: True counts the zeros of the border")
def counted_the_wrong_way_round(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return _right(x, kernel_size, stride, padding, not count_include_pad)


@mistake("pixels that are 0 were taken for the border: a pixel of the image counts, whatever it is")
def zero_pixels_not_counted(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    windows = _windows(x, kernel_size, stride, padding)
    counts = (windows != 0).sum((-2, -1)).clamp(min=1)
    sums = windows.sum((-2, -1))
    return windows.mean((-2, -1)) if count_include_pad else sums / counts


@mistake("the stride is 1 where none is given: it is the kernel size")
def stride_of_one(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return _right(x, kernel_size, 1 if stride is None else stride, padding, count_include_pad)


@mistake("the stride was ignored: the windows always lie side by side")
def stride_ignored(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return _right(x, kernel_size, None, padding, count_include_pad)


@mistake("the two numbers of stride are swapped: the first is for the rows (H)")
def stride_swapped(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    stride = kernel_size if stride is None else stride
    return _right(x, kernel_size, _pair(stride)[::-1], padding, count_include_pad)


@mistake(
    "the two numbers of padding are swapped: functional.pad takes the last axis first, so (pw, pw, ph, ph)"
)
def padding_swapped(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    step = kernel_size if stride is None else stride
    wide, inside = (reference("cnn")._padded(v, _pair(padding)[::-1]) for v in (x, torch.ones_like(x)))
    means, share = (reference("cnn")._windows(v, kernel_size, step).mean((-2, -1)) for v in (wide, inside))
    return means if count_include_pad else means / share


@mistake("what is left over at the end got a window of its own: a window that does not fit is dropped")
def rounded_up(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return functional.avg_pool2d(x, kernel_size, stride, padding, True, count_include_pad)


@mistake("the sum of the window was taken: divide it by the number of pixels")
def sum_taken(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return _windows(x, kernel_size, stride, padding).sum((-2, -1))


@mistake("the largest pixel was taken: the mean is asked for")
def largest_taken(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return reference("cnn").max_pool2d(x, kernel_size, stride, padding)


@mistake("the sum was divided by kh * kh: the window has kh * kw pixels")
def divided_by_a_square(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    kh, kw = _pair(kernel_size)
    return _right(x, kernel_size, stride, padding, count_include_pad) * kw / kh


@mistake("the counts come from torch.ones without device=: they lie on the CPU wherever x is")
def counts_on_the_cpu(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    means = _right(x, kernel_size, stride, padding)
    if count_include_pad:
        return means
    ones = torch.ones(x.shape, dtype=x.dtype)
    return means / _right(ones, kernel_size, stride, padding)


@mistake("a Python loop over the windows: loop over the kh * kw positions in a window")
def loop_over_windows(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    windows = _windows(x, kernel_size, stride, padding)
    inside = _windows(torch.ones_like(x), kernel_size, stride, padding)
    rows, columns = range(windows.shape[2]), range(windows.shape[3])

    def mean(i, j):
        total = windows[:, :, i, j].sum((-2, -1))
        return total / (
            windows[0, 0, i, j].numel() if count_include_pad else inside[:, :, i, j].sum((-2, -1))
        )

    return torch.stack([torch.stack([mean(i, j) for j in columns], 2) for i in rows], 2)


@mistake("a Python loop over the samples: all of them are pooled at once")
def loop_over_samples(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return torch.cat([_right(one, kernel_size, stride, padding, count_include_pad) for one in x.split(1)])


@mistake("torch's own pooling was used: the task is to build it")
def used_torch(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    return functional.avg_pool2d(x, kernel_size, stride, padding, False, count_include_pad)
