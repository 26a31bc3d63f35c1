"""Wrong variants of cnn.SimpleCNN."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("cnn").SimpleCNN


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        x = self._pooled(self._first(self.conv1(x)))
        x = self._last_pooled(self._second(self.conv2(x)))
        return self._scores(self.fc(self._flat(x)))

    def _first(self, x):
        return torch.relu(x)

    def _second(self, x):
        return torch.relu(x)

    def _pooled(self, x):
        return functional.max_pool2d(x, 2)

    def _last_pooled(self, x):
        return self._pooled(x)

    def _flat(self, x):
        return x.flatten(1)

    def _scores(self, y):
        return y


@mistake("super().__init__() is missing or comes too late: it must run before the layers are assigned")
class NoSuperInit(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        Right(in_channels, num_classes, image_size)
        self.conv1 = nn.Conv2d(in_channels, 10, kernel_size=5)


@mistake("320 is typed in: how many features there are follows from image_size")
class FeaturesTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc = nn.Linear(320, num_classes)


@mistake("fc is made for square images, of the height: H and W may differ")
class SquareImagesOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        side = image_size[0] if isinstance(image_size, tuple) else image_size
        self.fc = nn.Linear(20 * (((side - 4) // 2 - 4) // 2) ** 2, num_classes)


@mistake("a pair for image_size is not accepted: it may be an int or (H, W)")
class PairsNotAccepted(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc = nn.Linear(20 * (((image_size - 4) // 2 - 4) // 2) ** 2, num_classes)


@mistake("image_size is always 28: take the one that is given")
class SizeIgnored(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        Right(in_channels, num_classes, image_size)
        super().__init__(in_channels, num_classes)


@mistake("conv1 always has one channel: it has in_channels")
class OneChannelOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(1, num_classes, image_size)


@mistake("there are always ten classes: fc has num_classes outputs")
class TenClassesOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, 10, image_size)


@mistake("the convolutions have padding 2: they have none")
class Padded(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        self.conv1 = nn.Conv2d(in_channels, 10, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5, padding=2)
        self.fc = nn.Linear(20 * (h // 4) * (w // 4), num_classes)


@mistake("the kernels are 3x3: they are 5x5")
class SmallKernels(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 3), nn.Conv2d(10, 20, 3)
        self.fc = nn.Linear(20 * (((h - 2) // 2 - 2) // 2) * (((w - 2) // 2 - 2) // 2), num_classes)


@mistake("the channels are 20 and 10: conv1 has 10, conv2 has 20")
class ChannelsSwapped(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 20, 5), nn.Conv2d(20, 10, 5)
        self.fc = nn.Linear(self.fc.in_features // 2, num_classes)


@mistake("the convolutions have no bias")
class NoBiases(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.conv1 = nn.Conv2d(in_channels, 10, 5, bias=False)
        self.conv2 = nn.Conv2d(10, 20, 5, bias=False)


@mistake("the last layer is called fc1: the keys of the state_dict are conv1, conv2 and fc")
class AnotherName(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc1 = self.fc
        del self.fc

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        return self.fc1(functional.max_pool2d(torch.relu(self.conv2(x)), 2).flatten(1))


@mistake("the layers stand in a plain list, so parameters() finds none: assign them to attributes")
class PlainList(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        right = Right(in_channels, num_classes, image_size)
        self.layers = [right.conv1, right.conv2, right.fc]

    def forward(self, x):
        conv1, conv2, fc = self.layers
        x = functional.max_pool2d(torch.relu(conv1(x)), 2)
        return fc(functional.max_pool2d(torch.relu(conv2(x)), 2).flatten(1))


@mistake("the first ReLU is missing: one follows each convolution")
class FirstReluMissing(_Parts):
    def _first(self, x):
        return x


@mistake("the second ReLU is missing: one follows each convolution")
class SecondReluMissing(_Parts):
    def _second(self, x):
        return x


@mistake("there is no ReLU at all: one follows each convolution")
class NoRelu(_Parts):
    def _first(self, x):
        return x

    _second = _first


@mistake("the bend is a sigmoid: a ReLU follows each convolution")
class SigmoidForRelu(_Parts):
    def _first(self, x):
        return torch.sigmoid(x)

    _second = _first


@mistake("the pooling takes means: it takes the largest of each 2x2 window")
class AveragePooling(_Parts):
    def _pooled(self, x):
        return functional.avg_pool2d(x, 2)


@mistake("the pooling rounds up, ceil_mode=True: a last odd row or column is dropped")
class RoundedUp(_Parts):
    def _pooled(self, x):
        return functional.max_pool2d(x, 2, ceil_mode=True)


@mistake("the second pooling is missing: pool after both convolutions")
class SecondPoolingMissing(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        self.fc = nn.Linear(20 * ((h - 4) // 2 - 4) * ((w - 4) // 2 - 4), num_classes)

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        return self.fc(torch.relu(self.conv2(x)).flatten(1))


@mistake("the scores go through a log-softmax: the scores themselves are asked for")
class LogSoftmaxAtTheEnd(_Parts):
    def _scores(self, y):
        return y.log_softmax(1)


@mistake("a ReLU follows fc: scores may be negative")
class ScoresRectified(_Parts):
    def _scores(self, y):
        return torch.relu(y)


@mistake("the batch is flattened as well: flatten(1) keeps the first axis")
class BatchFlattened(_Parts):
    def _flat(self, x):
        return x.flatten()


@mistake("the channels come last before flattening: flatten as it stands in memory, channels first")
class ChannelsLast(_Parts):
    def _flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@mistake("rows and columns are swapped before flattening")
class RowsAndColumnsSwapped(_Parts):
    def _flat(self, x):
        return x.transpose(2, 3).flatten(1)


@mistake("squeeze() also takes the axis of a single image away: scores have the shape (N, K)")
class SqueezedEverything(_Parts):
    def _scores(self, y):
        return y.squeeze()


@mistake("there is a dropout that nobody asked for")
class WithDropout(_Parts):
    def _second(self, x):
        return functional.dropout(torch.relu(x), 0.5, self.training)


@mistake("the weights start at 0: all features of a layer stay alike")
class StartsAtZero(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("the features lie on the CPU: a tensor was made or moved there, keep the device of x")
class BackOnTheCpu(_Parts):
    def _flat(self, x):
        return super()._flat(x).cpu()


@mistake("the model goes to cuda by itself: the caller chooses the device")
class AlwaysOnCuda(_Parts):
    def forward(self, x):
        return super().forward(x.cuda())


@mistake("the features left the graph: .data or detach() cuts the gradients of the convolutions")
class Detached(_Parts):
    def _flat(self, x):
        return x.detach().flatten(1)
