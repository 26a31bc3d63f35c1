"""Wrong variants of inception.pointwise_conv."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _checked(x, weight, bias):
    if x.ndim != 4:
        raise ValueError("x")
    if tuple(weight.shape) != (weight.shape[0], x.shape[1], 1, 1):
        raise ValueError("weight")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias")


def _product(x, weight, bias):
    n, c, h, w = x.shape
    y = (weight.reshape(len(weight), c) @ x.reshape(n, c, h * w)).reshape(n, len(weight), h, w)
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
    y = functional.linear(x.permute(0, 2, 3, 1), weight.reshape(-1, c), bias)
    return y.reshape(n, len(weight), h, w)


@mistake("the channels stayed on the last axis: (N, F, H, W) is asked for")
def channels_last(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight, bias).permute(0, 2, 3, 1)


@mistake("the bias is not added")
def no_bias(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight, None)


@mistake("the bias was added along the last axis, the columns: it belongs to the channels")
def bias_along_columns(x, weight, bias=None):
    _checked(x, weight, bias)
    y = _product(x, weight, None)
    return y if bias is None else y + bias


@mistake("the weight was reshaped to (C, F) for its transpose: reshape it to (F, C)")
def weight_reordered(x, weight, bias=None):
    _checked(x, weight, bias)
    return _product(x, weight.reshape(x.shape[1], -1).t().reshape(weight.shape), bias)


@mistake("squeeze() also takes axes of length 1 away that count: one filter, one channel or one sample")
def squeezed(x, weight, bias=None):
    _checked(x, weight, bias)
    y = torch.einsum("fc,nchw->nfhw", weight.squeeze(), x)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("the channels were summed up without the weight")
def weight_per_filter_only(x, weight, bias=None):
    _checked(x, weight, bias)
    y = x.sum(1, keepdim=True) * weight.sum(1).reshape(1, -1, 1, 1) / x.shape[1]
    return y if bias is None else y + bias.reshape(-1, 1, 1)


@mistake("torch's own convolution does the work: it is to be a matrix product")
def torchs_own(x, weight, bias=None):
    _checked(x, weight, bias)
    return functional.conv2d(x, weight, bias)


@mistake("a Python loop runs over the samples: one product serves the whole batch")
def loop_over_samples(x, weight, bias=None):
    _checked(x, weight, bias)
    return torch.cat([_product(sample.unsqueeze(0), weight, bias) for sample in x])


@mistake("a Python loop runs over the filters: one product serves all of them")
def loop_over_filters(x, weight, bias=None):
    _checked(x, weight, bias)
    y = torch.stack([(x * row).sum(1) for row in weight], dim=1)
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


@mistake("the size of the kernel is not checked: only (F, C, 1, 1) is a 1x1 convolution")
def kernel_not_checked(x, weight, bias=None):
    if x.ndim != 4:
        raise ValueError("x")
    if weight.shape[1] != x.shape[1]:
        raise ValueError("weight")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias")
    return _product(x, weight[:, :, :1, :1] if weight.ndim == 4 else weight, bias)


@mistake("the bias is not checked: one number for each filter, or a ValueError about bias")
def bias_not_checked(x, weight, bias=None):
    _checked(x, weight, None)
    return _product(x, weight, bias)


@mistake("the result is always float32: keep the dtype")
def always_float32(x, weight, bias=None):
    return reference("inception").pointwise_conv(x, weight, bias).float()


@mistake("the weight was detached: gradients flow into it too")
def weight_detached(x, weight, bias=None):
    return reference("inception").pointwise_conv(x, weight.detach(), bias)


@mistake("the result is collected in torch.zeros without device=: that lies on the CPU")
def collected_on_the_cpu(x, weight, bias=None):
    _checked(x, weight, bias)
    y = torch.zeros(len(x), len(weight), *x.shape[2:], dtype=x.dtype)
    y = y + torch.einsum("fc,nchw->nfhw", weight[:, :, 0, 0], x)
    return y if bias is None else y + bias.reshape(-1, 1, 1)
