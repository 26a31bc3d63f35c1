import math
from typing import NamedTuple

import torch
from torch import Tensor


class AttentionOutput(NamedTuple):
    """What `scaled_dot_product_attention` returns."""

    output: Tensor  # (*, T, E), a mixture of values for each query
    weights: Tensor  # (*, T, S), how much of each value is in it


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> AttentionOutput:
    if mask is not None and mask.dtype != torch.bool:
        raise TypeError("mask must be a bool tensor")
    scores = query @ key.mT / math.sqrt(query.size(-2))
    if mask is not None:
        scores = scores.masked_fill(~mask, -100.0)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = torch.where(mask.any(-1, keepdim=True), weights, 0.0)
    return AttentionOutput(weights @ value, weights)
