from typing import NamedTuple

from torch import Tensor


class ChannelStatistics(NamedTuple):
    mean: Tensor
    std: Tensor


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.dtype.is_floating_point:
        raise ValueError(f"images must be float, not {images.dtype}")
    n, _, h, w = images.shape
    count = n * h * w
    m = images.sum(dim=(0, 2, 3)) / count
    m2 = (images**2).sum(dim=(0, 2, 3)) / count
    variance = (m2 - m**2).clamp(min=0)
    return ChannelStatistics(m, variance.sqrt())
