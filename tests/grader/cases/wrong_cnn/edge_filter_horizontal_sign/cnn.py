from typing import NamedTuple
import torch
from torch import Tensor, nn


def corr2d(x, k):
    if x.ndim != 2:
        raise ValueError("x must have two axes")
    if k.ndim != 2:
        raise ValueError("k must have two axes")
    (H, W), (kh, kw) = x.shape, k.shape
    if kh > H or kw > W:
        raise ValueError("k is larger than the image")
    oh, ow = H - kh + 1, W - kw + 1
    y = torch.zeros(oh, ow, dtype=x.dtype, device=x.device)
    for a in range(kh):
        for b in range(kw):
            y += k[a, b] * x[a : a + oh, b : b + ow]
    return y


class EdgeResponse(NamedTuple):
    kernel: Tensor
    response: Tensor


def edge_filter(image, direction):
    if image.ndim != 2 or min(image.shape) < 3:
        raise ValueError("image must have two axes of at least 3 pixels")
    if direction == "vertical":
        numbers = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    elif direction == "horizontal":
        numbers = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    else:
        raise ValueError("direction must be vertical or horizontal")
    kernel = torch.tensor(numbers, dtype=image.dtype, device=image.device)
    return EdgeResponse(kernel, corr2d(image, kernel))
