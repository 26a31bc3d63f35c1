from typing import NamedTuple

import torch
from torch import Tensor, nn


class AttentionOutput(NamedTuple):
    output: Tensor
    weights: Tensor


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.mT / query.size(-1) ** 0.5
    if mask is not None:
        if mask.dtype is not torch.bool:
            raise TypeError("mask must be bool")
        scores = scores.masked_fill(mask == False, -1e9)
    weights = scores.softmax(-1)
    return AttentionOutput(weights @ value, weights)
