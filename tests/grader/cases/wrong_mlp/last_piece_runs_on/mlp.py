import torch
from torch import Tensor


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    if knots.ndim != 2 or knots.shape[1] != 2 or knots.shape[0] < 2:
        raise ValueError("knots must have shape (M, 2) with M >= 2")
    t, h = knots[:, 0], knots[:, 1]
    if not bool((t[1:] > t[:-1]).all()):
        raise ValueError("knots: the positions must rise strictly")

    m = len(knots)
    y = h[0].expand(x.shape)
    for i in range(m - 1):
        u = (x - t[i]) / (t[i + 1] - t[i])
        piece = torch.relu(u)
        if i + 1 < m - 1:
            # the next piece takes over at t[i + 1], so this one must stop there
            piece = piece - torch.relu(u - 1)
        y = y + (h[i + 1] - h[i]) * piece
    return y
