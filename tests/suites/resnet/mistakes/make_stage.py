"""Wrong variants of resnet.make_stage."""

from torch import nn

from grader.suite import mistake


def _row(block, in_channels, channels, num_blocks, stride, wrap=None, others=None, inner_stride=1):
    others = channels * block.expansion if others is None else others
    blocks = [block(in_channels, channels, stride)]
    blocks += [block(others, channels, inner_stride) for _ in range(num_blocks - 1)]
    return nn.Sequential(*blocks) if wrap is None else wrap(blocks)


@mistake("[block] * n is one object n times: make each block by a call of its own")
def one_block_repeated(block, in_channels, channels, num_blocks, stride):
    def repeated(blocks):
        return nn.Sequential(*blocks[:1], *[blocks[-1]] * (num_blocks - 1))

    return _row(block, in_channels, channels, num_blocks, stride, repeated)


@mistake("all blocks are the first one, repeated: the others take other channels and stride 1")
def first_block_repeated(block, in_channels, channels, num_blocks, stride):
    return _row(
        block,
        in_channels,
        channels,
        num_blocks,
        stride,
        lambda blocks: nn.Sequential(*blocks[:1] * num_blocks),
    )


@mistake("every block has the stride: only the first one has")
def stride_everywhere(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, stride, inner_stride=stride)


@mistake("no block has the stride: the first one has")
def stride_nowhere(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, 1)


@mistake("the last block has the stride: the first one has")
def stride_at_the_end(block, in_channels, channels, num_blocks, stride):
    if num_blocks == 1:
        return _row(block, in_channels, channels, 1, stride)

    def last(blocks):
        return nn.Sequential(*blocks[:-1], block(channels * block.expansion, channels, stride))

    return _row(block, in_channels, channels, num_blocks, 1, last)


@mistake("expansion is forgotten: the others take channels * block.expansion")
def without_expansion(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, stride, others=channels)


@mistake("the expansion is always 4: it is block.expansion")
def expansion_typed_in(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, stride, others=4 * channels)


@mistake("every block takes in_channels: the others take what the first one gives")
def in_channels_everywhere(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, stride, others=in_channels)


@mistake("channels is multiplied by the expansion: the block does that itself")
def channels_multiplied(block, in_channels, channels, num_blocks, stride):
    wide = channels * block.expansion
    others = [block(wide, wide, 1) for _ in range(num_blocks - 1)]
    return nn.Sequential(block(in_channels, wide, stride), *others)


@mistake("there is one block too many: num_blocks counts the first one too")
def one_too_many(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks + 1, stride)


@mistake("a list comes back: nn.Sequential runs its blocks and registers them")
def plain_list(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, stride, list)


@mistake("an nn.ModuleList comes back, which has no forward: nn.Sequential has")
def module_list(block, in_channels, channels, num_blocks, stride):
    return _row(block, in_channels, channels, num_blocks, stride, nn.ModuleList)


@mistake("there are activations between the blocks: a block has its own")
def activations_between(block, in_channels, channels, num_blocks, stride):
    def activated(blocks):
        return nn.Sequential(*(nn.Sequential(block, nn.ReLU()) for block in blocks))

    return _row(block, in_channels, channels, num_blocks, stride, activated)
