from typing import NamedTuple

import torch
from torch import Tensor


class TwoLayerGradients(NamedTuple):
    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


def two_layer_gradients(
    x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> TwoLayerGradients:
    if y.ndim != 2 or y.shape[0] != x.shape[0] or y.shape[1] != w2.shape[0]:
        raise ValueError("y has to be (N, K)")
    x, y, w1, b1, w2, b2 = (t.detach() for t in (x, y, w1, b1, w2, b2))
    hidden = torch.tanh(torch.mm(x, w1.t()) + b1)
    out = torch.mm(hidden, w2.t()) + b2
    delta2 = 2.0 * (out - y) / len(x)
    delta1 = torch.mm(delta2, w2) * (1 - hidden**2)
    return TwoLayerGradients(
        w1=torch.mm(delta1.t(), x),
        b1=delta1.sum(0),
        w2=torch.mm(delta2.t(), hidden),
        b2=delta2.sum(0),
    )
