"""Wrong variants of cnn.corr2d_multi."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, k):
    return reference("cnn").corr2d_multi(x, k)


def _one(x, k):
    return reference("cnn").corr2d(x, k)


@mistake("the kernels were flipped, as in mathematics: they lie on the image as they are written down")
def flipped(x, k):
    return _right(x, k.flip(2, 3))


@mistake("the channels were averaged: they are added up")
def channels_averaged(x, k):
    return _right(x, k) / x.shape[0]


@mistake("the channels were not added up: each filter gives one image, not one for each channel")
def channels_kept(x, k):
    _right(x, k)
    return torch.stack([torch.stack([_one(c, d) for c, d in zip(x, f, strict=True)]) for f in k])


@mistake("only the first channel was looked at: a filter adds up all of them")
def first_channel_only(x, k):
    _right(x, k)
    return _right(x[:1], k[:, :1])


@mistake("the filters were added up as well: each gives an image of its own")
def filters_added_up(x, k):
    return _right(x, k).sum(0)


@mistake("the axis of a single filter was squeezed away: one filter gives (1, H', W')")
def squeezed(x, k):
    return _right(x, k).squeeze(0)


@mistake("each filter used its first kernel for all channels: there is one for each channel")
def one_kernel_for_all_channels(x, k):
    _right(x, k)
    return _right(x, k[:, :1].expand_as(k))


@mistake("the first two axes of k are read as (C, F): they are filter, channel")
def layout_in_out(x, k):
    _right(x, k)
    f, c = k.shape[:2]
    return _right(x, k.reshape(c, f, *k.shape[2:]).transpose(0, 1))


@mistake("zip stops at the shorter one: channels without a kernel are dropped, raise a ValueError about k")
def zip_drops_channels(x, k):
    parts = [[_one(c, d) for c, d in zip(x, f, strict=False)] for f in k]
    return torch.stack([sum(part) for part in parts])


@mistake("a kernel for one channel is broadcast over all of them: raise a ValueError about k")
def one_channel_broadcast(x, k):
    return _right(x, k.expand(-1, x.shape[0], -1, -1) if k.shape[1] == 1 else k)


@mistake("the sum begins with torch.zeros without device=: it lies on the CPU wherever x is")
def sum_begun_on_the_cpu(x, k):
    y = torch.zeros(_right(x, k).shape, dtype=x.dtype)
    for f in range(k.shape[0]):
        for c in range(k.shape[1]):
            y[f] += _one(x[c], k[f, c])
    return y


@mistake("torch.tensor(...) copies numbers and leaves the graph: put images together with torch.stack")
def left_the_graph(x, k):
    return _right(x, k).detach()


@mistake("torch's own convolution was used: the task is to build it")
def used_torch(x, k):
    _right(x, k)
    return functional.conv2d(x[None], k)[0]
