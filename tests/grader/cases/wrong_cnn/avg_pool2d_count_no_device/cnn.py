import torch
from torch.nn import functional


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _at_least(name, value, least):
    pair = _pair(value)
    if min(pair) < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return pair


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    for name, value, least in (
        ("size", size, 1),
        ("kernel_size", kernel_size, 1),
        ("stride", stride, 1),
        ("padding", padding, 0),
        ("dilation", dilation, 1),
    ):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    left = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if left < 0:
        raise ValueError("kernel_size: the window is larger than the padded axis")
    return left // stride + 1


def _pool_arguments(x, kernel_size, stride, padding):
    if x.ndim != 4:
        raise ValueError("x must have four axes")
    kh, kw = _at_least("kernel_size", kernel_size, 1)
    sh, sw = (kh, kw) if stride is None else _at_least("stride", stride, 1)
    ph, pw = _at_least("padding", padding, 0)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding must be at most half of the kernel size")
    oh = conv_output_size(x.shape[2], kh, sh, ph)
    ow = conv_output_size(x.shape[3], kw, sw, pw)
    return kh, kw, sh, sw, ph, pw, oh, ow


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    kh, kw, sh, sw, ph, pw, oh, ow = _pool_arguments(x, kernel_size, stride, padding)

    def window_sum(image):
        image = functional.pad(image, (pw, pw, ph, ph))
        return sum(
            image[:, :, a : a + (oh - 1) * sh + 1 : sh, b : b + (ow - 1) * sw + 1 : sw]
            for a in range(kh)
            for b in range(kw)
        )

    if count_include_pad:
        return window_sum(x) / (kh * kw)
    ones = torch.ones(1, 1, *x.shape[2:], dtype=x.dtype)
    return window_sum(x) / window_sum(ones)
