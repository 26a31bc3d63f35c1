from typing import NamedTuple

import torch
from torch import Tensor


class StackedAndJoined(NamedTuple):
    stacked: Tensor
    joined: Tensor


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if len(parts) == 0:
        raise ValueError("nothing to put together")
    if any(part.shape != parts[0].shape for part in parts):
        raise ValueError("the parts have different shapes")
    along_old = torch.cat(list(parts), dim=dim)
    along_new = torch.cat([part.unsqueeze(dim) for part in parts], dim=dim)
    return StackedAndJoined(stacked=along_old, joined=along_new)
