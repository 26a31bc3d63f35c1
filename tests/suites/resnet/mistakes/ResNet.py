"""Wrong variants of resnet.ResNet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("resnet").ResNet


def _stage(*args):
    return reference("resnet").make_stage(*args)


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        nn.Module.__init__(self)
        self.conv1 = self._first(in_channels, width)
        self.bn1 = nn.BatchNorm2d(width)
        self.names = [f"layer{i + 1}" for i in range(len(layers))]
        channels = width
        for i, name in enumerate(self.names):
            self.add_module(name, self._stage(block, channels, self._width(width, i), layers[i], i))
            channels = self._width(width, i) * block.expansion
        self.fc = nn.Linear(channels, num_classes)

    def _first(self, in_channels, width):
        return nn.Conv2d(in_channels, width, 7, stride=2, padding=3, bias=False)

    def _width(self, width, i):
        return width * 2**i

    def _stage(self, block, in_channels, channels, count, i):
        return _stage(block, in_channels, channels, count, 1 if i == 0 else 2)

    def forward(self, x):
        return self.fc(self._pooled(self._through(self._stem(x))))

    def _stem(self, x):
        return self._max(torch.relu(self.bn1(self.conv1(x))))

    def _max(self, h):
        return functional.max_pool2d(h, 3, stride=2, padding=1)

    def _through(self, h):
        for name in self.names:
            h = self.get_submodule(name)(h)
        return h

    def _pooled(self, h):
        return h.mean((2, 3))


@mistake("the average pooling has a fixed window of 7x7: take the mean over all pixels that are left")
class PoolingOfSeven(_Parts):
    def _pooled(self, h):
        return functional.avg_pool2d(h, 7).flatten(1)


@mistake("the last image is flattened: take the mean over its pixels")
class Flattened(_Parts):
    def _pooled(self, h):
        return h.flatten(1)


@mistake("the largest pixel of each channel is taken: take the mean")
class MaximumOfPixels(_Parts):
    def _pooled(self, h):
        return h.amax((2, 3))


@mistake("the axes of the image are summed: take their mean")
class SumOfPixels(_Parts):
    def _pooled(self, h):
        return h.sum((2, 3))


@mistake("squeeze() also takes away the axis of a batch of one: y has the shape (N, K)")
class Squeezed(_Parts):
    def forward(self, x):
        return super().forward(x).squeeze()


@mistake("the max pooling of the stem is missing")
class NoMaxPooling(_Parts):
    def _max(self, h):
        return h


@mistake("the max pooling of the stem is 2x2: it is 3x3 with stride 2 and padding 1")
class PoolingOfTwo(_Parts):
    def _max(self, h):
        return functional.max_pool2d(h, 2, ceil_mode=True)


@mistake("the max pooling of the stem has no padding: padding=1")
class PoolingWithoutPadding(_Parts):
    def _max(self, h):
        return functional.max_pool2d(h, 3, stride=2, ceil_mode=True)


@mistake("the relu of the stem is missing")
class NoReluInTheStem(_Parts):
    def _stem(self, x):
        return self._max(self.bn1(self.conv1(x)))


@mistake("bn1 is missing in forward")
class NoNormInTheStem(_Parts):
    def _stem(self, x):
        return self._max(torch.relu(self.conv1(x)))


@mistake("conv1 has a bias: a batch norm follows, bias=False")
class BiasInTheStem(_Parts):
    def _first(self, in_channels, width):
        return nn.Conv2d(in_channels, width, 7, stride=2, padding=3)


@mistake("conv1 has stride 1: it has 2")
class NoStrideInTheStem(_Parts):
    def _first(self, in_channels, width):
        return nn.Conv2d(in_channels, width, 7, padding=3, bias=False)


@mistake("conv1 is 3x3: it is 7x7 with padding 3")
class StemOfThree(_Parts):
    def _first(self, in_channels, width):
        return nn.Conv2d(in_channels, width, 3, stride=2, padding=1, bias=False)


@mistake("conv1 is not padded: padding=3")
class StemWithoutPadding(_Parts):
    def _first(self, in_channels, width):
        return nn.Conv2d(in_channels, width, 7, stride=2, bias=False)


@mistake("the first stage has stride 2 too: only the further ones shrink the image")
class FirstStageStrides(_Parts):
    def _stage(self, block, in_channels, channels, count, i):
        return _stage(block, in_channels, channels, count, 2)


@mistake("no stage shrinks the image: the first block of each but the first has stride 2")
class NoStageStrides(_Parts):
    def _stage(self, block, in_channels, channels, count, i):
        return _stage(block, in_channels, channels, count, 1)


@mistake("each stage holds one block too few, or too many: layers counts all blocks of a stage")
class OneBlockMore(_Parts):
    def _stage(self, block, in_channels, channels, count, i):
        return super()._stage(block, in_channels, channels, count + 1, i)


@mistake("all stages are as wide as the first: the width doubles from stage to stage")
class NoDoubling(_Parts):
    def _width(self, width, i):
        return width


@mistake("64 is typed in for the width: take the argument")
class WidthTypedIn(Right):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, 64, in_channels)


@mistake("the expansion is forgotten: a stage gives block.expansion times its width")
class NoExpansion(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, width, in_channels)
        self.fc = nn.Linear(width * 2 ** (len(layers) - 1), num_classes)


@mistake("num_classes is ignored: fc gives that many scores")
class ClassesTypedIn(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, 1000, width, in_channels)


@mistake("in_channels is ignored: conv1 takes that many")
class ColourOnly(_Parts):
    def _first(self, in_channels, width):
        return super()._first(3, width)


@mistake("there are four stages always: there are as many as layers has entries")
class FourStages(Right):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, [layers[i] for i in range(4)], num_classes, width, in_channels)


@mistake("the last stage is never called")
class LastStageUnused(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, width, in_channels)
        if len(layers) > 1:
            self.fc = nn.Linear(width * 2 ** (len(layers) - 2) * block.expansion, num_classes)

    def _through(self, h):
        for name in self.names[: max(1, len(self.names) - 1)]:
            h = self.get_submodule(name)(h)
        return h


@mistake("the stages stand in a plain list: they are neither found nor moved")
class StagesInAList(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, width, in_channels)
        self.stages = [self.get_submodule(name) for name in self.names]
        for name in self.names:
            delattr(self, name)

    def _through(self, h):
        for stage in self.stages:
            h = stage(h)
        return h


@mistake("the stages are called layer0, layer1, ...: the first is layer1")
class CountedFromZero(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, width, in_channels)
        fc = self.fc
        del self.fc
        for i, name in enumerate(self.names):
            stage = self.get_submodule(name)
            delattr(self, name)
            self.add_module(f"layer{i}", stage)
        self.names = [f"layer{i}" for i in range(len(layers))]
        self.fc = fc


@mistake("the stages stand in an nn.ModuleList: their keys are layer1..., layer2..., not layers.0...")
class StagesInAModuleList(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, width, in_channels)
        fc = self.fc
        del self.fc
        self.layers = nn.ModuleList(self.get_submodule(name) for name in self.names)
        for name in self.names:
            delattr(self, name)
        self.fc = fc

    def _through(self, h):
        for stage in self.layers:
            h = stage(h)
        return h


@mistake("fc has no bias")
class NoBiasAtTheEnd(_Parts):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__(block, layers, num_classes, width, in_channels)
        self.fc = nn.Linear(self.fc.in_features, num_classes, bias=False)


@mistake("[block] * n is one object n times: every block of a stage has weights of its own")
class OneBlockRepeated(_Parts):
    def _stage(self, block, in_channels, channels, count, i):
        blocks = list(super()._stage(block, in_channels, channels, count, i))
        return nn.Sequential(*blocks[:1], *blocks[1:2] * (count - 1))
