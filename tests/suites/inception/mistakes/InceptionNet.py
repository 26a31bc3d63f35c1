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


@mistake("there is a ReLU behind each block: one follows each pool")
class ReluAfterBlocks(_Parts):
    def forward(self, x):
        x = torch.relu(self.inception1(self.pool(self.conv1(x))))
        x = torch.relu(self.inception2(self.pool(self.conv2(x))))
        return self.fc(x.flatten(1))


@mistake("there is a further ReLU behind the last block: none is asked for there")
class ReluBeforeScores(_Parts):
    def flat(self, x):
        return torch.relu(x).flatten(1)


@mistake("the pools take the average: they are to take the maximum")
class AveragePool(_Parts):
    def pool(self, x):
        return functional.avg_pool2d(x, 2)


@mistake("what is left over at the edge is pooled too: it is dropped, as by ceil_mode=False")
class CeilMode(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        h, w = (-(-(-(-(side - 4) // 2) - 4) // 2) for side in (h, w))
        _with_features(self, 88 * h * w)

    def forward(self, x):
        x = self.inception1(torch.relu(functional.max_pool2d(self.conv1(x), 2, ceil_mode=True)))
        x = self.inception2(torch.relu(functional.max_pool2d(self.conv2(x), 2, ceil_mode=True)))
        return self.fc(x.flatten(1))


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


@mistake("the convolutions are 3x3: they are 5x5")
class ThreeByThree(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 3), nn.Conv2d(88, 20, 3)
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        _with_features(self, 88 * ((h - 2) // 2 // 2 - 1) * ((w - 2) // 2 // 2 - 1))


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


@mistake("the rows are flattened with the channels last: the order is channel, row, column")
class ChannelsLast(_Parts):
    def flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@mistake("the rows are flattened with columns before rows: the order is channel, row, column")
class ColumnsFirst(_Parts):
    def flat(self, x):
        return x.transpose(2, 3).flatten(1)


@mistake("the output went through a softmax: the scores themselves are asked for")
class Softmax(_Parts):
    def scores(self, x):
        return self.fc(x).softmax(1)


@mistake("the output went through a log_softmax: the scores themselves are asked for")
class LogSoftmax(_Parts):
    def scores(self, x):
        return self.fc(x).log_softmax(1)


@mistake("the scores went through a ReLU: they may be negative")
class ReluOnScores(_Parts):
    def scores(self, x):
        return torch.relu(self.fc(x))


@mistake("in_channels is ignored: 1 is typed in")
class ChannelsTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(1, num_classes, image_size)


@mistake("num_classes is ignored: 10 is typed in")
class ClassesTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, 10, image_size)


@mistake("the second block is missing")
class OneBlock(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        del self.inception2
        _with_features(self, self.fc.in_features // 88 * 20)

    def forward(self, x):
        x = self.inception1(torch.relu(functional.max_pool2d(self.conv1(x), 2)))
        x = torch.relu(functional.max_pool2d(self.conv2(x), 2))
        return self.fc(x.flatten(1))


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


@mistake("there is a dropout before fc: none is asked for")
class DropoutBeforeScores(_Parts):
    def flat(self, x):
        return functional.dropout(x.flatten(1), 0.5, self.training)


@mistake("small images are not refused: raise a ValueError about image_size when a side is below 16")
class SmallImagesAccepted(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        super().__init__(in_channels, num_classes, (max(h, 16), max(w, 16)))
        _with_features(self, max(88 * ((h - 4) // 2 // 2 - 2) * ((w - 4) // 2 // 2 - 2), 1))


@mistake("only the height is compared with 16: either side may be too small")
class HeightCompared(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        super().__init__(in_channels, num_classes, (h, max(w, 16)))
        if w < 16:
            _with_features(self, 1)


@mistake("the features are moved to the CPU, whatever the device of x")
class ToTheCpu(_Parts):
    def flat(self, x):
        return x.cpu().flatten(1)
