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


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.ndim != 4:
        raise ValueError("x must have four axes")
    if weight.ndim != 4:
        raise ValueError("weight must have four axes")
    N, C, H, W = x.shape
    F, Cg, kh, kw = weight.shape
    if groups < 1 or C % groups or F % groups:
        raise ValueError("groups must divide the channels and the filters")
    if Cg != C // groups:
        raise ValueError("weight has another number of channels than x has in a group")
    if bias is not None and bias.shape != (F,):
        raise ValueError("bias must have the shape (F,)")
    sh, sw = _at_least("stride", stride, 1)
    ph, pw = _at_least("padding", padding, 0)
    dh, dw = _at_least("dilation", dilation, 1)
    if dh * (kh - 1) + 1 > H + 2 * ph or dw * (kw - 1) + 1 > W + 2 * pw:
        raise ValueError("weight spans more than the padded image")
    oh = conv_output_size(H, kh, sh, ph, dh)
    ow = conv_output_size(W, kw, sw, pw, dw)
    xp = functional.pad(x, (ph, ph, pw, pw)).unflatten(1, (groups, C // groups))
    w = weight.unflatten(0, (groups, F // groups))
    y = 0
    for a in range(kh):
        for b in range(kw):
            rows = slice(a * dh, a * dh + (oh - 1) * sh + 1, sh)
            columns = slice(b * dw, b * dw + (ow - 1) * sw + 1, sw)
            y = y + torch.einsum("ngchw,gfc->ngfhw", xp[..., rows, columns], w[..., a, b])
    y = y.flatten(1, 2)
    if bias is not None:
        y = y + bias[:, None, None]
    return y
