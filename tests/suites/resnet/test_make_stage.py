"""Suite of resnet.make_stage."""

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_equal, to_device


def listed(submission, expansion, in_channels, channels, num_blocks, stride):
    """Make a stage of blocks that remember how they were made; tell what they remember, and what the stage is."""
    from torch import nn

    class Block(nn.Module):
        def __init__(self, in_channels, channels, stride=1):
            super().__init__()
            self.made_with = [in_channels, channels, stride]

    Block.expansion = expansion
    stage = submission.make_stage(Block, in_channels, channels, num_blocks, stride)
    blocks = list(stage)
    return {
        "kind": isinstance(stage, nn.Sequential),
        "blocks": [getattr(block, "made_with", None) for block in blocks],
        "different": len({id(block) for block in blocks}),
        "inside": [key for key, _ in stage.named_children()],
    }


def through(submission, weights, x):
    """Send x through a stage of three small blocks with given weights."""
    from torch import nn

    class Block(nn.Module):
        expansion = 2

        def __init__(self, in_channels, channels, stride=1):
            super().__init__()
            self.conv = nn.Conv2d(in_channels, 2 * channels, 3, stride, 1)

        def forward(self, x):
            return torch.tanh(self.conv(x))

    stage = submission.make_stage(Block, 3, 2, 3, 2).to(device=x.device, dtype=x.dtype)
    stage.load_state_dict(weights)
    return stage(x).detach()


def drawn(rng):
    """Draw the weights of those three blocks."""
    weights = {}
    for i, c in enumerate((3, 4, 4)):
        weights |= {f"{i}.conv.weight": rng.normal(4, c, 3, 3, std=0.3), f"{i}.conv.bias": rng.normal(4)}
    return weights


def computed(weights, x):
    """The oracle: three convolutions, the first with stride 2."""
    for i in range(3):
        weight, bias = weights[f"{i}.conv.weight"], weights[f"{i}.conv.bias"]
        x = torch.tanh(nn.functional.conv2d(x, weight, bias, stride=1 if i else 2, padding=1))
    return x


@pytest.mark.visible
@pytest.mark.weight(2)
def test_make_stage_of_three_bottlenecks(submission):
    """64 -> 32 in three blocks: (64, 32, 2), (128, 32, 1) and (128, 32, 1)."""
    got = submission.run(listed, 4, 64, 32, 3, 2)
    check_equal(got["blocks"], [[64, 32, 2], [128, 32, 1], [128, 32, 1]], "what the blocks were made with")
    check_equal(got["kind"], True, "whether the stage is an nn.Sequential")


@pytest.mark.weight(2)
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("expansion, c, channels", [(1, 5, 5), (1, 5, 7), (3, 4, 6), (2, 8, 4)])
def test_make_stage_of_any_blocks(submission, expansion, c, channels, stride):
    """The first takes in_channels and the stride, the others what it gives and 1."""
    for count in (1, 2, 4):
        got = submission.run(listed, expansion, c, channels, count, stride)["blocks"]
        want = [[c, channels, stride]] + [[channels * expansion, channels, 1]] * (count - 1)
        check_equal(len(got), count, "the number of blocks")
        check_equal(got, want, "what the blocks were made with")


def test_make_stage_makes_every_block_anew(submission):
    """Each place holds a block of its own, under 0, 1, 2 and so on."""
    got = submission.run(listed, 2, 4, 2, 5, 1)
    check_equal(got["different"], 5, "the number of different blocks among five")
    check_equal(got["inside"], ["0", "1", "2", "3", "4"], "the names in the stage")


def test_make_stage_computes_one_block_after_the_other(submission, rng):
    """Output and keys are those of the blocks in a row, with nothing between them."""
    weights, x = drawn(rng), rng.normal(2, 3, 7, 6)
    check_close(submission.run(through, weights, x), computed(weights, x), "the output")


def test_make_stage_on_a_device(submission, rng):
    """Moved to an accelerator, all blocks go along."""
    weights, x = drawn(rng), rng.normal(2, 3, 7, 6)
    got = submission.run(through, to_device(weights), to_device(x))
    check_close(got, to_device(computed(weights, x)), "the output")
