"""Wrong variants of inception.InceptionNet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("inception").InceptionNet


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        x = self.inception1(self.first(self.conv1(x)))
        x = self.inception2(self.second(self.conv2(x)))
        return self.scores(self.flat(x))

    def first(self, x):
        return self.bend(self.pool(x))

    def second(self, x):
        return self.bend(self.pool(x))

    def bend(self, x):
        return torch.relu(x)

    def pool(self, x):
        return functional.max_pool2d(x, 2)

    def flat(self, x):
        return x.flatten(1)

    def scores(self, x):
        return self.fc(x)


def _with_features(model, features):
    model.fc = nn.Linear(features, model.fc.out_features)


@mistake("1408 is typed in: compute the features from image_size")
class FeaturesTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        _with_features(self, 1408)


@mistake("the height is taken for the width too: a pair (H, W) gives both")
class SquareOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        side = image_size if isinstance(image_size, int) else image_size[0]
        _with_features(self, 88 * ((side - 4) // 2 // 2 - 2) ** 2)


@mistake("image_size must be a pair here: an int stands for a square image")
class PairOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        _, _ = image_size
        super().__init__(in_channels, num_classes, image_size)


@mistake("the ReLUs are missing")
class NoRelu(_Parts):
    def bend(self, x):
        return x


@mistake("the second ReLU is missing: one follows each pool")
class SecondReluMissing(_Parts):
    def second(self, x):
        return self.pool(x)


@mistake("there is a ReLU after each block: one follows each pool")
class ReluAfterBlocks(_Parts):
    def forward(self, x):
        x = torch.relu(self.inception1(self.pool(self.conv1(x))))
        x = torch.relu(self.inception2(self.pool(self.conv2(x))))
        return self.fc(x.flatten(1))


@mistake("there is a further ReLU after the last block: none is asked for there")
class ReluBeforeScores(_Parts):
    def flat(self, x):
        return torch.relu(x).flatten(1)


@mistake("the pools take the average: they are to take the maximum")
class AveragePool(_Parts):
    def pool(self, x):
        return functional.avg_pool2d(x, 2)


@mistake("the pools have a stride of 1: give them a window and a stride of 2")
class PoolStride(_Parts):
    def pool(self, x):
        return functional.max_pool2d(x, 2, stride=1)


@mistake("the convolutions have padding 2 and keep the size: they have none")
class Padded(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        self.conv1.padding = self.conv2.padding = (2, 2)
        _with_features(self, 88 * (h // 4) * (w // 4))


@mistake("the pixels are averaged before fc: all 88 * H' * W' features go in")
class GlobalAverage(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        _with_features(self, 88)

    def forward(self, x):
        x = self.inception1(torch.relu(functional.max_pool2d(self.conv1(x), 2)))
        x = self.inception2(torch.relu(functional.max_pool2d(self.conv2(x), 2)))
        return self.fc(x.mean((2, 3)))


@mistake("everything is flattened, the batch too: keep axis 0")
class BatchFlattened(_Parts):
    def flat(self, x):
        return x.flatten()


@mistake("in_channels is ignored: 1 is typed in")
class ChannelsTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(1, num_classes, image_size)


@mistake("num_classes is ignored: 10 is typed in")
class ClassesTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, 10, image_size)


@mistake("the blocks stand in a plain list, so parameters() finds them nowhere: assign each to its name")
class PlainList(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        blocks = [self.inception1, self.inception2]
        del self.inception1, self.inception2
        self.__dict__["blocks"] = blocks

    def forward(self, x):
        x = self.__dict__["blocks"][0](torch.relu(functional.max_pool2d(self.conv1(x), 2)))
        x = self.__dict__["blocks"][1](torch.relu(functional.max_pool2d(self.conv2(x), 2)))
        return self.fc(x.flatten(1))


@mistake("the features are moved to the CPU, whatever the device of x")
class ToTheCpu(_Parts):
    def flat(self, x):
        return x.cpu().flatten(1)


@mistake("the 5x5 convolutions are left out of the features: each takes 4 of a side away")
class FeaturesOfPools(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        _with_features(self, 88 * (h // 4) * (w // 4))


@mistake("the features count a 5x5 convolution as 5 pixels: it takes 4 of a side away")
class FiveTakenAway(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        _with_features(self, 88 * max(((h - 5) // 2 - 5) // 2, 1) * max(((w - 5) // 2 - 5) // 2, 1))


@mistake("the features are counted by height and width, without the 88 channels")
class ChannelsLeftOut(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        _with_features(self, (((h - 4) // 2 - 4) // 2) * (((w - 4) // 2 - 4) // 2))


@mistake("the sides come out of a true division: they are floats; use //")
class TrueDivision(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        _with_features(self, 88 * (((h - 4) / 2 - 4) / 2) * (((w - 4) / 2 - 4) / 2))


@mistake("an nn.LazyLinear finds its features in the first call: compute them from image_size")
class LazyFeatures(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc = nn.LazyLinear(num_classes)


@mistake("1408 is typed in where the rows are flattened: keep the batch, x.flatten(1)")
class RowsTypedIn(_Parts):
    def flat(self, x):
        return x.reshape(-1, 1408)


@mistake("there is a ReLU after each pool and after each block: the blocks have none")
class ReluEverywhere(_Parts):
    def forward(self, x):
        x = torch.relu(self.inception1(self.first(self.conv1(x))))
        x = torch.relu(self.inception2(self.second(self.conv2(x))))
        return self.fc(x.flatten(1))


@mistake("the blocks come before the pools: each comes after pool and ReLU")
class BlocksBeforePools(_Parts):
    def forward(self, x):
        x = self.pool(self.inception1(torch.relu(self.conv1(x))))
        x = self.pool(self.inception2(torch.relu(self.conv2(x))))
        return self.fc(x.flatten(1))


@mistake("conv2 reads 10 channels: inception1 gives 88")
class ConvolutionReadsTen(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.conv2 = nn.Conv2d(10, 20, 5)
