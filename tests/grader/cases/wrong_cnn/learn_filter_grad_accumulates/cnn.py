from typing import NamedTuple
import torch
from torch import Tensor, nn
from torch.nn import functional


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _at_least(name, value, least):
    pair = _pair(value)
    if min(pair) < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return pair


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list[float]


def learn_filter(x, y, kernel_size, lr, steps, generator):
    if x.ndim != 3:
        raise ValueError("x must have three axes")
    kh, kw = _at_least("kernel_size", kernel_size, 1)
    M, H, W = x.shape
    if kh > H or kw > W:
        raise ValueError("kernel_size is larger than the images")
    if y.shape != (M, H - kh + 1, W - kw + 1):
        raise ValueError("y has the wrong shape")
    if steps < 0:
        raise ValueError("steps must not be negative")
    x, y = x.detach(), y.detach()
    kernel = torch.randn(kh, kw, generator=generator, dtype=x.dtype).to(x.device)
    kernel.requires_grad_()
    losses = []
    for _ in range(steps):
        prediction = functional.conv2d(x[:, None], kernel[None, None])[:, 0]
        loss = ((prediction - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            kernel -= lr * kernel.grad
        losses.append(loss.item())
    return LearnedFilter(kernel.detach(), losses)
