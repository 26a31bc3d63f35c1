from typing import NamedTuple

import torch
from torch import Tensor


class StackedAndJoined(NamedTuple):
    stacked: Tensor
    joined: Tensor


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if not parts:
        raise ValueError("parts needs at least one tensor")
    first, *others = parts
    for other in others:
        if other.shape != first.shape:
            raise ValueError(f"shapes of parts differ: {tuple(first.shape)}, {tuple(other.shape)}")
    joined = first
    for other in others:
        joined = torch.cat([joined, other], dim=dim)
    stacked = torch.cat([part.unsqueeze(dim) for part in parts], dim=dim)
    return StackedAndJoined(stacked=stacked, joined=joined)
