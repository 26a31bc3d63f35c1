"""Wrong variants of resnet.MnistResNet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("resnet").MnistResNet


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self._change(in_channels, num_classes, image_size)

    def _change(self, in_channels, num_classes, image_size):
        pass

    def forward(self, x):
        h = self._step(self.conv1, self.block1, x)
        return self.fc(self._step(self.conv2, self.block2, h).flatten(1))

    def _step(self, convolution, block, x):
        return block(functional.max_pool2d(torch.relu(convolution(x)), 2))


@mistake("fc takes 512 numbers whatever the image: its width follows from image_size")
class WidthTypedIn(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        self.fc = nn.Linear(512, num_classes)


@mistake("fc's width is computed from one side alone: H and W may differ")
class SquareOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        side = image_size if isinstance(image_size, int) else image_size[0]
        super().__init__(in_channels, num_classes, side)


@mistake("image_size must be a pair here: one number stands for a square")
class PairOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=(28, 28)):
        if isinstance(image_size, int):
            image_size = (image_size[0], image_size[1])
        super().__init__(in_channels, num_classes, image_size)


@mistake("image_size must be one number here: a pair stands for H and W")
class NumberOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, (image_size, image_size))


@mistake("the sides are rounded up when they are halved: the pooling leaves a last row out")
class RoundedUp(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        pair = (image_size, image_size) if isinstance(image_size, int) else image_size
        h, w = (-(-(-(-(side - 4) // 2) - 4) // 2) for side in pair)
        self.fc = nn.Linear(32 * h * w, num_classes)


@mistake("the pooling is missing after conv2")
class NoSecondPooling(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        pair = (image_size, image_size) if isinstance(image_size, int) else image_size
        h, w = ((side - 4) // 2 - 4 for side in pair)
        self.fc = nn.Linear(32 * h * w, num_classes)

    def _step(self, convolution, block, x):
        h = torch.relu(convolution(x))
        return block(functional.max_pool2d(h, 2) if convolution is self.conv1 else h)


@mistake("the pooling comes after the residual block: it comes before")
class PooledLast(_Parts):
    def _step(self, convolution, block, x):
        return functional.max_pool2d(block(torch.relu(convolution(x))), 2)


@mistake("the pooling takes means: it takes the largest of each 2x2")
class MeanPooling(_Parts):
    def _step(self, convolution, block, x):
        return block(functional.avg_pool2d(torch.relu(convolution(x)), 2))


@mistake("the relu after the convolutions is missing")
class NoRelu(_Parts):
    def _step(self, convolution, block, x):
        return block(functional.max_pool2d(convolution(x), 2))


@mistake("the 5x5 convolutions are padded: they take 4 off each side")
class Padded(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        self.conv1.padding = self.conv2.padding = (2, 2)
        pair = (image_size, image_size) if isinstance(image_size, int) else image_size
        h, w = (side // 2 // 2 for side in pair)
        self.fc = nn.Linear(32 * h * w, num_classes)


@mistake("the convolutions are 3x3: they are 5x5")
class KernelsOfThree(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        pair = (image_size, image_size) if isinstance(image_size, int) else image_size
        h, w = (side // 2 // 2 for side in pair)
        self.fc = nn.Linear(32 * h * w, num_classes)


@mistake("the convolutions have no biases: here no batch norm follows them")
class NoBiases(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        self.conv1 = nn.Conv2d(in_channels, 16, 5, bias=False)
        self.conv2 = nn.Conv2d(16, 32, 5, bias=False)


@mistake("the residual blocks are made and never called")
class BlocksUnused(_Parts):
    def _step(self, convolution, block, x):
        return functional.max_pool2d(torch.relu(convolution(x)), 2)


@mistake("block2 is never called")
class SecondBlockUnused(_Parts):
    def _step(self, convolution, block, x):
        h = functional.max_pool2d(torch.relu(convolution(x)), 2)
        return block(h) if block is self.block1 else h


@mistake("the scores went through a relu: they may be negative")
class ReluAtTheEnd(_Parts):
    def forward(self, x):
        return torch.relu(super().forward(x))


@mistake("in_channels is ignored: conv1 takes that many")
class AlwaysGrey(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        self.conv1 = nn.Conv2d(1, 16, 5)


@mistake("num_classes is ignored: fc gives that many scores")
class AlwaysTen(_Parts):
    def _change(self, in_channels, num_classes, image_size):
        self.fc = nn.Linear(self.fc.in_features, 10)


@mistake("h is flattened together with the batch: keep axis 0, h.flatten(1)")
class FlattenedBatch(_Parts):
    def forward(self, x):
        h = self._step(self.conv2, self.block2, self._step(self.conv1, self.block1, x))
        return self.fc(h.flatten().view(-1, self.fc.in_features)).mean(0, keepdim=True)


@mistake("h is flattened pixel by pixel: channel by channel is the order, h.flatten(1)")
class ChannelsLast(_Parts):
    def forward(self, x):
        h = self._step(self.conv2, self.block2, self._step(self.conv1, self.block1, x))
        return self.fc(h.permute(0, 2, 3, 1).flatten(1))
