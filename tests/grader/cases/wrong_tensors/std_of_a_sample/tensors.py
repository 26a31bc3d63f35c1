from typing import NamedTuple

import torch
from torch import Tensor


class ChannelStatistics(NamedTuple):
    mean: Tensor
    std: Tensor


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError("images must be float")
    axes = (0, 2, 3)
    return ChannelStatistics(mean=images.mean(dim=axes), std=images.std(dim=axes))
