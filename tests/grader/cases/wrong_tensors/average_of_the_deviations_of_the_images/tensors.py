from typing import NamedTuple

from torch import Tensor


class ChannelStatistics(NamedTuple):
    mean: Tensor
    std: Tensor


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError("images must be floating point")
    per_image_mean = images.mean(dim=(2, 3))  # (N, C)
    per_image_std = images.std(dim=(2, 3), correction=0)  # (N, C)
    return ChannelStatistics(mean=per_image_mean.mean(dim=0), std=per_image_std.mean(dim=0))
