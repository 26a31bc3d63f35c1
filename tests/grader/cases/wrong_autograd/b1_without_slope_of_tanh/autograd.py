from typing import NamedTuple

import torch
from torch import Tensor


class TwoLayerGradients(NamedTuple):
    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


@torch.no_grad()
def two_layer_gradients(
    x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> TwoLayerGradients:
    N, K = x.shape[0], w2.shape[0]
    if y.shape != (N, K):
        raise ValueError(f"y must have shape {(N, K)}, got {tuple(y.shape)}")

    # forward
    h = torch.tanh(x @ w1.T + b1)
    out = h @ w2.T + b2

    # backward
    dout = 2 * (out - y) / (N * K)
    dw2 = dout.T @ h
    db2 = dout.sum(dim=0)
    dh = dout @ w2
    dz = dh * (1 - h * h)
    dw1 = dz.T @ x
    db1 = dh.sum(dim=0)
    return TwoLayerGradients(dw1, db1, dw2, db2)
