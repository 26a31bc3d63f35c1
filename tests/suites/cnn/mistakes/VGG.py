"""Wrong variants of cnn.VGG."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("cnn").VGG
vgg_block = reference("cnn").vgg_block


def _sides(image_size):
    return image_size if isinstance(image_size, tuple) else (image_size, image_size)


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self._scores(self._bent(self.fc1(self._flat(x))))

    def _flat(self, x):
        return x.flatten(1)

    def _bent(self, x):
        return torch.relu(x)

    def _scores(self, x):
        return self.fc2(x)


@mistake("the blocks stand in a plain list, where parameters() does not find them: an nn.ModuleList holds modules")
class BlocksInAList(Right):
    def __init__(self, config, *args, **kwargs):
        super().__init__(config, *args, **kwargs)
        blocks = list(self.blocks)
        del self.blocks
        self.blocks = blocks


@mistake("every block reads in_channels: a block reads the channels of the one before it")
class EachBlockReadsTheImage(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, image_size, hidden)
        self.blocks = nn.ModuleList(vgg_block(count, in_channels, f) for count, f in config)


@mistake("every block has one convolution: the first number of a pair says how many")
class OneConvolutionEach(Right):
    def __init__(self, config, *args, **kwargs):
        super().__init__([(1, channels) for _, channels in config], *args, **kwargs)


@mistake("the pairs of config were read the wrong way round: (convolutions, channels)")
class PairsExchanged(Right):
    def __init__(self, config, *args, **kwargs):
        super().__init__([(channels, count) for count, channels in config], *args, **kwargs)


@mistake("the last block is missing")
class LastBlockMissing(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, image_size, hidden)
        self.blocks = self.blocks[:-1]


@mistake("fc1 is made for square images, of the height: H and W may differ")
class SquareImagesOnly(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, _sides(image_size)[0], hidden)


@mistake("7 x 7 is typed in: how many features there are follows from image_size")
class FeaturesTypedIn(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, image_size, hidden)
        self.fc1 = nn.Linear(config[-1][1] * 49, hidden)


@mistake("the sides were halved by rounding up: a pooling drops a last odd row or column")
class SidesRoundedUp(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, image_size, hidden)
        h, w = _sides(image_size)
        for _ in config:
            h, w = -(-h // 2), -(-w // 2)
        self.fc1 = nn.Linear(config[-1][1] * h * w, hidden)


@mistake("the sides were halved once: every block halves them")
class HalvedOnce(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, image_size, hidden)
        h, w = _sides(image_size)
        self.fc1 = nn.Linear(config[-1][1] * (h // 2) * (w // 2), hidden)


@mistake("there are always ten classes: fc2 has num_classes outputs")
class TenClassesOnly(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, 10, image_size, hidden)


@mistake("the first block always reads one channel: it reads in_channels")
class OneChannelOnly(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, 1, num_classes, image_size, hidden)


@mistake("hidden was not used: fc1 always has 64 outputs")
class HiddenIgnored(Right):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__(config, in_channels, num_classes, image_size, 64)


@mistake("no ReLU follows fc1: fc1 and fc2 together are a single linear layer then")
class NoReluBehindTheFirst(_Parts):
    def _bent(self, x):
        return x


@mistake("the scores go through a ReLU as well: nothing follows fc2")
class ScoresBent(_Parts):
    def _scores(self, x):
        return torch.relu(self.fc2(x))


@mistake("flattened with the channels last: flatten takes them as they are")
class ChannelsLast(_Parts):
    def _flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@mistake("a dropout stands after fc1, as in the paper: none is asked for")
class DropoutBehindTheFirst(_Parts):
    def _bent(self, x):
        return nn.functional.dropout(torch.relu(x), 0.5, self.training)


@mistake("the config was read from behind: pop takes the last block first, and empties the list")
class ConfigPopped(Right):
    def __init__(self, config, *args, **kwargs):
        super().__init__(config[::-1], *args, **kwargs)
        config.clear()
