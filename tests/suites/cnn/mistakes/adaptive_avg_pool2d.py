"""Wrong variants of cnn.adaptive_avg_pool2d."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, output_size):
    return reference("cnn").adaptive_avg_pool2d(x, output_size)


def _pair(value):
    return (value, value) if isinstance(value, int) else value


def _by_bins(x, output_size, edges):
    """Average over edges(size, bins) along both axes."""
    for dim, bins in zip((2, 3), _pair(output_size), strict=True):
        pairs = edges(x.shape[dim], bins)
        x = torch.stack([x.narrow(dim, a, b - a).mean(dim) for a, b in pairs], dim)
    return x


@mistake("the bins end at floor((i + 1) * H / OH): they end at the ceiling, and so may overlap")
def ends_rounded_down(x, output_size):
    def edges(size, bins):
        return [(i * size // bins, max((i + 1) * size // bins, i * size // bins + 1)) for i in range(bins)]

    return _by_bins(x, output_size, edges)


@mistake("the bins start at the ceiling of i * H / OH: they start at the floor, and so may overlap")
def starts_rounded_up(x, output_size):
    def edges(size, bins):
        ends = [-(-(i + 1) * size // bins) for i in range(bins)]
        return [(min(-(-i * size // bins), end - 1), end) for i, end in enumerate(ends)]

    return _by_bins(x, output_size, edges)


@mistake("all bins have H // OH pixels and what is left over is dropped: bins follow floor and ceiling")
def equal_bins(x, output_size):
    def edges(size, bins):
        each = max(size // bins, 1)
        return [(min(i * each, size - each), min(i * each, size - each) + each) for i in range(bins)]

    return _by_bins(x, output_size, edges)


@mistake("the last bin takes what is left over: bins follow floor and ceiling")
def last_bin_takes_the_rest(x, output_size):
    def edges(size, bins):
        each = max(size // bins, 1)
        starts = [min(i * each, size - 1) for i in range(bins)]
        return [(a, min(a + each, size)) for a in starts[:-1]] + [(starts[-1], size)]

    return _by_bins(x, output_size, edges)


@mistake("the pooling has stride H // OH and kernel H - (OH - 1) * stride: the bins are not all equal")
def one_kernel_for_all(x, output_size):
    def edges(size, bins):
        stride = max(size // bins, 1)
        span = max(size - (bins - 1) * stride, 1)
        return [(min(i * stride, size - span), min(i * stride, size - span) + span) for i in range(bins)]

    return _by_bins(x, output_size, edges)


@mistake("the edges of the bins are rounded to the nearest pixel: the start goes down, the end goes up")
def edges_rounded(x, output_size):
    def edges(size, bins):
        starts = [min(int(i * size / bins + 0.5), size - 1) for i in range(bins)]
        return [(a, max(int((i + 1) * size / bins + 0.5), a + 1)) for i, a in enumerate(starts)]

    return _by_bins(x, output_size, edges)


@mistake("the two numbers of output_size are swapped: the first is for the rows (H)")
def size_swapped(x, output_size):
    return _right(x, _pair(output_size)[::-1])


@mistake("the pixels nearest to the new places were picked: the mean of each bin is asked for")
def nearest_pixels(x, output_size):
    return _by_bins(
        x, output_size, lambda size, bins: [(i * size // bins, i * size // bins + 1) for i in range(bins)]
    )


@mistake("the largest pixel of each bin was taken: the mean is asked for")
def largest_taken(x, output_size):
    return functional.adaptive_max_pool2d(x, output_size)


@mistake("the axes of size 1 were squeezed away: (N, C, 1, 1) keeps its four axes")
def squeezed(x, output_size):
    return _right(x, output_size).squeeze(3).squeeze(2)


@mistake("the mean ran over the channels too: each channel stays by itself")
def over_the_channels(x, output_size):
    return _right(x, output_size).mean(1, keepdim=True).expand(-1, x.shape[1], -1, -1)


@mistake(
    "more bins than pixels are refused: bins may share pixels, so output_size may be larger than the image"
)
def larger_refused(x, output_size):
    rows, columns = _pair(output_size)
    if rows > x.shape[2] or columns > x.shape[3]:
        raise ValueError("output_size is larger than the image")
    return _right(x, output_size)


@mistake("the pixels of a bin were added up one by one: take the mean of a slice")
def loop_over_pixels(x, output_size):
    for dim, bins in zip((2, 3), _pair(output_size), strict=True):
        size, pixels = x.shape[dim], x.unbind(dim)
        pairs = [(i * size // bins, -(-(i + 1) * size // bins)) for i in range(bins)]
        x = torch.stack([sum(pixels[a:b]) / (b - a) for a, b in pairs], dim)
    return x


@mistake("a Python loop over the samples: all of them are pooled at once")
def loop_over_samples(x, output_size):
    return torch.cat([_right(one, output_size) for one in x.split(1)])


@mistake("the bins left the graph: .item(), .data or torch.tensor cuts the gradient")
def left_the_graph(x, output_size):
    return _right(x.detach(), output_size)


@mistake("torch's own pooling was used: the task is to build it")
def used_torch(x, output_size):
    return functional.adaptive_avg_pool2d(x, output_size)
