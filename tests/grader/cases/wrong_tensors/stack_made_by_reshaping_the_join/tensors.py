from typing import NamedTuple

import torch
from torch import Tensor


class StackedAndJoined(NamedTuple):
    stacked: Tensor
    joined: Tensor


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if len(parts) == 0:
        raise ValueError("parts is empty")
    shape = parts[0].shape
    if any(part.shape != shape for part in parts):
        raise ValueError("parts must have one shape")
    joined = torch.cat(parts, dim=dim)
    stacked = joined.reshape(len(parts), *shape).movedim(0, dim).clone()
    return StackedAndJoined(stacked, joined)
