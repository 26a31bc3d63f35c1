from collections.abc import Callable, Sequence
from torch import Tensor, nn


def make_stage(
    block: Callable[[int, int, int], nn.Module], in_channels: int, channels: int, num_blocks: int, stride: int
) -> nn.Sequential:
    if num_blocks < 1:
        raise ValueError(f"num_blocks must be at least 1, not {num_blocks}")
    blocks = [block(in_channels, channels, stride)]
    for _ in range(num_blocks - 1):
        blocks.append(block(channels * block.expansion, channels, stride))
    return nn.Sequential(*blocks)
