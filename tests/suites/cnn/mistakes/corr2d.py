"""Wrong variants of cnn.corr2d."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, k):
    return reference("cnn").corr2d(x, k)


def _size(x, k):
    return _right(x, k).shape


@mistake("the kernel was flipped, as in mathematics: it lies on the image as it is written down")
def flipped(x, k):
    return _right(x, k.flip(0, 1))


@mistake("the kernel was transposed: its rows lie along the rows of the image")
def transposed(x, k):
    return _right(functional.pad(x, (0, len(k), 0, k.shape[1])), k.t())[: _size(x, k)[0], : _size(x, k)[1]]


@mistake("the last row and column of places are missing: there are H - kh + 1 and W - kw + 1")
def last_place_missing(x, k):
    return _right(x, k)[:-1, :-1]


@mistake("the output has the size of the image: without padding it loses kh - 1 rows and kw - 1 columns")
def padded(x, k):
    return _right(functional.pad(x, (0, k.shape[1] - 1, 0, k.shape[0] - 1)), k)


@mistake("the size was computed with kh for both axes")
def square_kernel(x, k):
    h, w = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[0] + 1
    wide = _right(functional.pad(x, (0, k.shape[0] + k.shape[1])), k)
    return wide[:h, : max(w, 0)]


@mistake("the window was averaged: its products are added up")
def averaged(x, k):
    return _right(x, k) / k.numel()


@mistake("each pixel was taken out with .item(): no gradient comes back")
def left_the_graph(x, k):
    y = _right(x, k).detach()
    return torch.tensor(y.tolist(), dtype=x.dtype, device=x.device).reshape(y.shape)


@mistake("as_strided was given the strides of a contiguous image: ask this one, x.stride()")
def strides_of_a_contiguous_image(x, k):
    (h, w), (kh, kw) = _size(x, k), k.shape
    windows = x.as_strided((h, w, kh, kw), (x.shape[1], 1, x.shape[1], 1))
    return (windows * k).sum((2, 3))


@mistake("torch's own convolution was used: the task is to build it")
def used_torch(x, k):
    return functional.conv2d(x[None, None], k[None, None])[0, 0]
