import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class AttentionOutput(NamedTuple):
    output: Tensor
    weights: Tensor


def scaled_dot_product_attention(query, key, value, mask=None):
    d_k = key.shape[-2]
    scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(d_k)
    if mask is not None:
        if mask.dtype != torch.bool:
            raise TypeError("mask has to be boolean")
        scores = scores.masked_fill(~mask, -1e30)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return AttentionOutput(weights @ value, weights)
