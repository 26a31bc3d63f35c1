"""Wrong variants of cnn.conv2d_im2col."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return reference("cnn").conv2d_im2col(x, weight, bias, stride, padding, dilation)


def _parts(x, weight, bias, stride, padding, dilation):
    """Return the size of the result, the filters as rows, and the columns."""
    cnn = reference("cnn")
    kernel, options = tuple(weight.shape[2:]), (stride, padding, dilation)
    h, w = (
        cnn.conv_output_size(x.shape[2 + i], kernel[i], *(cnn._pair(o)[i] for o in options)) for i in (0, 1)
    )
    return (len(x), len(weight), h, w), weight.flatten(1), cnn.im2col(x, kernel, *options)


def _with(bias, y):
    return y if bias is None else y + bias[:, None, None]


@mistake("the kernels were flipped, as in mathematics: they lie on the image as they are written down")
def flipped(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return _right(x, weight.flip(-2, -1), bias, stride, padding, dilation)


@mistake("the product is (N, H' * W', F), and reshape does not move its axes: transpose it first")
def reshaped_without_transpose(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, (columns.transpose(1, 2) @ rows.t()).reshape(size))


@mistake("height and width of the result are swapped: the places are numbered row by row")
def height_and_width_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1):
    (n, f, h, w), rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, (rows @ columns).reshape(n, f, w, h))


@mistake("reshape was used for a transpose: h and w changed places, the numbers did not")
def reshaped_the_wrong_way(x, weight, bias=None, stride=1, padding=0, dilation=1):
    (n, f, h, w), rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, (rows @ columns).reshape(n, f, w, h).transpose(2, 3))


@mistake("the filters were laid out with the channels last: a column goes through the channels first")
def filters_with_channels_last(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, _, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, (weight.permute(0, 2, 3, 1).flatten(1) @ columns).reshape(size))


@mistake("the columns of the batch were joined by reshape: (N, K, L) to (K, N * L) needs a permute")
def batch_joined_by_reshape(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    y = rows @ columns.reshape(columns.shape[1], -1)
    return _with(bias, y.reshape(size[1], size[0], *size[2:]).transpose(0, 1))


@mistake("the result of the whole batch, (F, N * L), was reshaped to (N, F, H', W') without a transpose")
def batch_parted_by_reshape(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, (rows @ columns.permute(1, 0, 2).flatten(1)).reshape(size))


@mistake("the bias was ignored")
def bias_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return (rows @ columns).reshape(size)


@mistake(
    "the bias was added along the last axis, if it fits at all: it belongs to the filters, bias[:, None, None]"
)
def bias_on_the_last_axis(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    y = (rows @ columns).reshape(size)
    return y if bias is None else y + bias


@mistake("stride and dilation changed places: torch's unfold takes dilation first, here stride comes first")
def stride_for_dilation(x, weight, bias=None, stride=1, padding=0, dilation=1):
    (_, _, h, w), *_ = _parts(x, weight, bias, stride, padding, dilation)
    wide = functional.pad(reference("cnn")._padded(x, padding), (0, 9, 0, 9))
    return _right(wide, weight, bias, dilation, 0, stride)[:, :, :h, :w]


@mistake("padding was left out of the columns")
def padding_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return _right(x, weight, bias, stride, 0, dilation)


@mistake("a Python loop makes one product for each sample: one product takes the whole batch")
def one_product_for_each_sample(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, torch.stack([rows @ column for column in columns]).reshape(size))


@mistake("a Python loop makes one product for each filter: all filters are the rows of one matrix")
def one_product_for_each_filter(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, torch.stack([row[None] @ columns for row in rows], 1).reshape(size))


@mistake("there is no matrix product: the columns were multiplied entry by entry and added up")
def no_product(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, columns = _parts(x, weight, bias, stride, padding, dilation)
    return _with(bias, (rows[None, :, :, None] * columns[:, None]).sum(2).reshape(size))


@mistake("one product for each position of the kernel: put all positions into the columns of one product")
def one_product_for_each_position(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, _, columns = _parts(x, weight, bias, stride, padding, dilation)
    places = columns.reshape(len(x), x.shape[1], -1, columns.shape[2])
    kernels = weight.flatten(2)
    y = sum(kernels[:, :, k] @ places[:, :, k] for k in range(places.shape[2]))
    return _with(bias, y.reshape(size))


@mistake("weight.view fails where the weight is not contiguous: use reshape or flatten")
def viewed_the_weight(x, weight, bias=None, stride=1, padding=0, dilation=1):
    weight.view(len(weight), -1)
    return _right(x, weight, bias, stride, padding, dilation)


@mistake("the weights left the graph: .data, .numpy() or torch.tensor(weight) cuts their gradient")
def weight_left_the_graph(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return _right(x, weight.detach(), bias, stride, padding, dilation)


@mistake("torch's own unfold was used: make the columns with your own")
def used_unfold(x, weight, bias=None, stride=1, padding=0, dilation=1):
    size, rows, _ = _parts(x, weight, bias, stride, padding, dilation)
    columns = functional.unfold(x, tuple(weight.shape[2:]), dilation, padding, stride)
    return _with(bias, (rows @ columns).reshape(size))
