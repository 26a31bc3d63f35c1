import torch
from torch import Tensor


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    if knots.ndim != 2 or knots.shape[1] != 2 or knots.shape[0] < 2:
        raise ValueError("knots must be (M, 2) with M at least 2")
    t, h = knots[:, 0], knots[:, 1]
    if not bool((t[1:] > t[:-1]).all()):
        raise ValueError("knots: the positions must rise strictly")
    y = h[0] + torch.zeros_like(x)
    pieces = len(knots) - 1
    # pieces are numbered 0 .. pieces - 1
    for i in range(pieces - 1):
        u = (x - t[i]) / (t[i + 1] - t[i])
        y = y + (h[i + 1] - h[i]) * (torch.relu(u) - torch.relu(u - 1))
    return y
