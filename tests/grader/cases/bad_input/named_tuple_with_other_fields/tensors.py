from typing import NamedTuple

from torch import Tensor


class ChannelStatistics(NamedTuple):
    average: Tensor
    spread: Tensor


def channel_statistics(images):
    return ChannelStatistics(images.mean((0, 2, 3)), images.std((0, 2, 3)))
