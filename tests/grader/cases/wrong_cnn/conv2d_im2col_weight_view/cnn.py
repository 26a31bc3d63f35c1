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


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    if x.ndim != 4:
        raise ValueError("x must have four axes")
    kh, kw = _at_least("kernel_size", kernel_size, 1)
    sh, sw = _at_least("stride", stride, 1)
    ph, pw = _at_least("padding", padding, 0)
    dh, dw = _at_least("dilation", dilation, 1)
    N, C, H, W = x.shape
    oh = conv_output_size(H, kh, sh, ph, dh)
    ow = conv_output_size(W, kw, sw, pw, dw)
    xp = functional.pad(x, (pw, pw, ph, ph))
    pieces = [
        xp[:, :, a * dh : a * dh + (oh - 1) * sh + 1 : sh, b * dw : b * dw + (ow - 1) * sw + 1 : sw]
        for a in range(kh)
        for b in range(kw)
    ]
    return torch.stack(pieces, dim=2).reshape(N, C * kh * kw, oh * ow)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.ndim != 4:
        raise ValueError("x must have four axes")
    if weight.ndim != 4 or weight.shape[1] != x.shape[1]:
        raise ValueError("weight must be (F, C, kh, kw)")
    F, C, kh, kw = weight.shape
    if bias is not None and bias.shape != (F,):
        raise ValueError("bias must have the shape (F,)")
    sh, sw = _pair(stride)
    ph, pw = _pair(padding)
    dh, dw = _pair(dilation)
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    y = weight.view(F, -1) @ columns
    if bias is not None:
        y = y + bias[:, None]
    oh = conv_output_size(x.shape[2], kh, sh, ph, dh)
    ow = conv_output_size(x.shape[3], kw, sw, pw, dw)
    return y.reshape(x.shape[0], F, oh, ow)
