"""Wrong variants of inception.pointwise_conv."""

import torch
from torch.nn import functional

from grader.suite import mistake


def _checked(x, weight, bias):
    if tuple(weight.shape) != (weight.shape[0], x.shape[1], 1, 1):
        raise ValueError("weight")
    _checked_bias(weight, bias)


def _checked_bias(weight, bias):
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias")


def _product(x, weight, bias):
    n, c, h, w = x.shape
    y = (weight.reshape(len(weight), c) @ x.reshape(n, c, h * w)).reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


def _first_entries(x, weight, bias):
    n, c, h, w = x.shape
    y = (weight[:, :, 0, 0] @ x.reshape(n, c, h * w)).reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


def _summed(x, weight, bias):
    y = torch.einsum("fc,nchw->nfhw", weight[:, :, 0, 0], x)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("x was reshaped to (N * H * W, C): that reorders memory; the channels must be moved last by permute")
def reshaped_for_permuted(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = functional.linear(x.reshape(n * h * w, c), weight.reshape(-1, c), bias)
    return y.reshape(n, h, w, -1).permute(0, 3, 1, 2)


@mistake("the product (N, H, W, F) was reshaped to (N, F, H, W): the channels must be moved back by permute")
def reshaped_back(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = functional.linear(x.permute(0, 2, 3, 1), weight.reshape(-1, c))
    y = y.reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("the product with its bias was reshaped to (N, F, H, W): move the channels back by permute")
def reshaped_back_with_bias(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = functional.linear(x.permute(0, 2, 3, 1), weight.reshape(-1, c), bias)
    return y.reshape(n, len(weight), h, w)


@mistake("x was reshaped to (N * H * W, C) and back: that reorders memory; move the channels by permute")
def reshaped_both_ways(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = (x.reshape(-1, c) @ weight.reshape(-1, c).t()).reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("x was reshaped to (C, N * H * W): with more than one image that mixes samples and channels")
def batch_reshaped_away(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = (weight.reshape(-1, c) @ x.reshape(c, -1)).reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("(F, N * H * W) was reshaped to (N, F, H, W): the samples must be moved to the front by a transpose")
def batch_reshaped_back(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = (weight.reshape(-1, c) @ x.transpose(0, 1).reshape(c, -1)).reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("the bias is not added")
def no_bias(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight, None)


@mistake("the bias was added along the last axis, the columns: it belongs to the channels")
def bias_along_columns(x, weight, bias=None):
    _checked(x, weight, bias)
    y = _product(x, weight, None)
    return y if bias is None else y + bias


@mistake("the bias is used where there is none: it may be None")
def bias_required(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight, None) + bias.reshape(-1, 1, 1)


@mistake("`if bias` asks for the truth of a whole tensor: compare with None")
def truth_of_the_bias(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight, bias if bias else None)


@mistake("the bias is compared with the channels of x: there is one number for each filter")
def bias_compared_with_channels(x, weight, bias=None):
    _checked(x, weight, None)
    if bias is not None and len(bias) != x.shape[1]:
        raise ValueError("bias")
    return _product(x, weight, bias)


@mistake("the weight was reshaped to (C, F) for its transpose: reshape it to (F, C)")
def weight_reordered(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight.reshape(x.shape[1], -1).t().reshape(weight.shape), bias)


@mistake("squeeze() also takes axes of length 1 away that count: one filter, one channel or one sample")
def squeezed(x, weight, bias=None):
    _checked(x, weight, bias)
    y = torch.einsum("fc,nchw->nfhw", weight.squeeze(), x)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("torch's own convolution does the work: it is to be a matrix product")
def torchs_own(x, weight, bias=None):
    _checked(x, weight, bias)
    return functional.conv2d(x, weight, bias)


@mistake("a Python loop runs over the samples: one product serves the whole batch")
def loop_over_samples(x, weight, bias=None):
    _checked(x, weight, bias)
    return torch.cat([_product(sample.unsqueeze(0), weight, bias) for sample in x])


@mistake("a Python loop runs over filters, channels or pixels: one product serves all of them")
def loop_over_filters(x, weight, bias=None):
    _checked(x, weight, bias)
    y = torch.stack([(x * row).sum(1) for row in weight], dim=1)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("a loop fills torch.zeros, which are float32 and on the CPU: one product needs neither")
def loop_into_zeros(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = torch.zeros(n, len(weight), h, w)
    for i in range(n):
        y[i] = (weight.reshape(-1, c) @ x[i].reshape(c, -1)).reshape(-1, h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("view needs contiguous memory: use reshape")
def viewed(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    y = (weight.view(-1, c) @ x.view(n, c, h * w)).view(n, -1, h, w)
    return y if bias is None else y + bias.view(-1, 1, 1)


@mistake("no shape is checked: raise a ValueError that names the argument")
def nothing_checked(x, weight, bias=None):
    return _product(x, weight, bias)


@mistake("the shapes are left to einsum: raise a ValueError that names the argument")
def left_to_einsum(x, weight, bias=None):
    return _summed(x, weight, bias)


@mistake("the shapes are asserted: an AssertionError is raised where a ValueError is asked for")
def asserted(x, weight, bias=None):
    assert weight.shape[1:] == (x.shape[1], 1, 1)
    assert bias is None or bias.shape == weight.shape[:1]
    return _product(x, weight, bias)


@mistake("the size of the kernel is not checked, and weight[:, :, 0, 0] takes any: raise a ValueError")
def any_kernel_taken(x, weight, bias=None):
    if weight.shape[1] != x.shape[1]:
        raise ValueError("weight")
    _checked_bias(weight, bias)
    return _first_entries(x, weight, bias)


@mistake("the channels of weight are not compared with those of x: raise a ValueError about weight")
def channels_not_checked(x, weight, bias=None):
    if weight.shape[2:] != (1, 1):
        raise ValueError("weight")
    _checked_bias(weight, bias)
    return _product(x, weight, bias)


@mistake("the bias is not checked: one number for each filter, or a ValueError about bias")
def bias_not_checked(x, weight, bias=None):
    _checked(x, weight, None)
    return _product(x, weight, bias)


@mistake("the work is done in numpy, which has no gradients and no devices: use torch")
def in_numpy(x, weight, bias=None):
    _checked(x, weight, bias)
    n, c, h, w = x.shape
    product = weight.reshape(-1, c).numpy() @ x.reshape(n, c, h * w).numpy()
    y = torch.from_numpy(product).reshape(n, len(weight), h, w)
    return y if bias is None else y + bias.reshape(-1, 1, 1)
