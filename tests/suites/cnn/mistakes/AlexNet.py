"""Wrong variants of cnn.AlexNet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("cnn").AlexNet


def _sides(image_size):
    return image_size if isinstance(image_size, tuple) else (image_size, image_size)


def _pooled(side, count=3):
    for _ in range(count):
        side = (side - 3) // 2 + 1
    return side


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        x = self._pool(self._bend(self.conv1(x)))
        x = self._pool(self._bend(self.conv2(x)))
        x = self._bend(self.conv4(self._bend(self.conv3(x))))
        x = self._pool(self._last_bend(self.conv5(x)))
        x = self._drop(self._bend(self.fc1(self._flat(x))))
        x = self._drop_again(self._bend(self.fc2(x)))
        return self._scores(self.fc3(x))

    def _bend(self, x):
        return torch.relu(x)

    def _last_bend(self, x):
        return self._bend(x)

    def _pool(self, x):
        return functional.max_pool2d(x, 3, stride=2)

    def _flat(self, x):
        return x.flatten(1)

    def _drop(self, x):
        return self.dropout(x)

    def _drop_again(self, x):
        return self._drop(x)

    def _scores(self, y):
        return y


@mistake("super().__init__() is missing or comes too late: it must run before the layers are assigned")
class NoSuperInit(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        Right(in_channels, num_classes, image_size, 1)
        self.conv1 = nn.Conv2d(in_channels, width, kernel_size=5, padding=2)


@mistake("fc1's width is typed in for 28x28 pixels, 16 B: it follows from image_size")
class FeaturesTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.fc1 = nn.Linear(16 * width, 64 * width)


@mistake("fc1 is made for square images, of the height: H and W may differ")
class SquareImagesOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.fc1 = nn.Linear(4 * width * _pooled(_sides(image_size)[0]) ** 2, 64 * width)


@mistake("fc1's width is halved three times, // 8: a 3x3 pooling with stride 2 leaves (s - 3) // 2 + 1")
class HalvedThreeTimes(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        h, w = _sides(image_size)
        self.fc1 = nn.Linear(4 * width * (h // 8) * (w // 8), 64 * width)


@mistake("the poolings are 2x2: they are 3x3 with stride 2 and overlap")
class SmallPooling(_Parts):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        h, w = _sides(image_size)
        self.fc1 = nn.Linear(4 * width * (h // 8) * (w // 8), 64 * width)

    def _pool(self, x):
        return functional.max_pool2d(x, 2)


@mistake("the poolings pad by 1: they do not pad")
class PaddedPooling(_Parts):
    def _pool(self, x):
        h, w = _pooled(x.shape[-2], 1), _pooled(x.shape[-1], 1)
        return functional.max_pool2d(x, 3, stride=2, padding=1)[..., :h, :w]


@mistake("the pooling takes means: it takes the largest of each window")
class AveragePooling(_Parts):
    def _pool(self, x):
        return functional.avg_pool2d(x, 3, stride=2)


@mistake("a pair for image_size is not accepted: it may be an int or (H, W)")
class PairsNotAccepted(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.fc1 = nn.Linear(4 * width * _pooled(image_size) ** 2, 64 * width)


@mistake("conv1 always has one channel: it has in_channels")
class OneChannelOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(1, num_classes, image_size, width, dropout)


@mistake("there are always ten classes: fc3 has num_classes outputs")
class TenClassesOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, 10, image_size, width, dropout)


@mistake("width is ignored: all channels follow from it")
class WidthIgnored(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, 8, dropout)


@mistake("the linear layers are 512 wide whatever width is: they have 64 B features")
class HiddenTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.fc1, self.fc2 = nn.Linear(self.fc1.in_features, 512), nn.Linear(512, 512)
        self.fc3 = nn.Linear(512, num_classes)


@mistake("conv4 has 6 B channels, as in the first paper: here it has 4 B")
class FourthAsWideAsTheThird(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.conv4 = nn.Conv2d(6 * width, 6 * width, 3, padding=1)
        self.conv5 = nn.Conv2d(6 * width, 4 * width, 3, padding=1)


@mistake("conv2 has a 3x3 kernel: it is 5x5 with padding 2")
class SmallSecondKernel(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.conv2 = nn.Conv2d(width, 3 * width, 3, padding=1)


@mistake("the convolutions do not pad: with padding the sizes stay")
class NotPadded(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        for number in range(1, 6):
            getattr(self, f"conv{number}").padding = (0, 0)


@mistake("conv2 has padding 1, as the 3x3 kernels: a 5x5 kernel needs 2 to keep the size")
class SecondPaddedByOne(_Parts):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        self.conv2.padding = (1, 1)


@mistake("a pooling follows conv3 instead of conv5")
class PooledBehindTheThird(_Parts):
    def forward(self, x):
        x = self._pool(torch.relu(self.conv1(x)))
        x = self._pool(torch.relu(self.conv2(x)))
        x = torch.relu(self.conv4(self._pool(torch.relu(self.conv3(x)))))
        x = torch.relu(self.conv5(x)).flatten(1)
        return self.fc3(self._drop(torch.relu(self.fc2(self._drop(torch.relu(self.fc1(x)))))))


@mistake("the ReLU after conv5 is missing: one follows each convolution")
class LastReluMissing(_Parts):
    def _last_bend(self, x):
        return x


@mistake("there is no ReLU anywhere: one follows each layer but fc3")
class NoRelu(_Parts):
    def _bend(self, x):
        return x


@mistake("a ReLU follows fc3: scores may be negative")
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


@mistake("there is no dropout: it follows fc1 and fc2 while training")
class NoDropout(_Parts):
    def _drop(self, x):
        return x


@mistake("dropout stays on in evaluation: hand self.training over, or make an nn.Dropout in __init__")
class DropoutInEvaluation(_Parts):
    def _drop(self, x):
        return functional.dropout(x, self.dropout.p)


@mistake("dropout is ignored as an argument: its share is always 0.5")
class DropoutTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width)


@mistake("dropout is taken for the share that is kept: it is the share that is switched off")
class ShareKept(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, 1 - dropout)


@mistake("what is kept is not divided by 1 - dropout")
class NotScaled(_Parts):
    def _drop(self, x):
        return (
            self.dropout(x) * (1 - self.dropout.p)
            if self.training and self.dropout.p < 1
            else self.dropout(x)
        )


@mistake("dropout follows fc1 alone: it follows fc2 too")
class DroppedOnce(_Parts):
    def _drop_again(self, x):
        return x


@mistake("dropout stands before fc1 and before fc2: it stands after both of them")
class DroppedBefore(_Parts):
    def _flat(self, x):
        return self.dropout(x.flatten(1))

    def _drop_again(self, x):
        return x


@mistake("dropout follows fc3 as well: scores are not dropped")
class ScoresDropped(_Parts):
    def _scores(self, y):
        return self.dropout(y)


@mistake("dropout follows the last pooling as well: it follows fc1 and fc2 alone")
class FeaturesDroppedToo(_Parts):
    def _flat(self, x):
        return self.dropout(x.flatten(1))


@mistake("dropout decides for whole rows or columns: it decides for each feature of each image")
class DroppedAlike(_Parts):
    def _drop(self, x):
        return x * self.dropout(torch.ones_like(x[:1]))


@mistake("the layers stand in a plain list, so parameters() finds none: assign them to attributes")
class PlainList(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        self.parts = [Right(in_channels, num_classes, image_size, width, dropout)]

    def forward(self, x):
        return self.parts[0].train(self.training)(x)


@mistake("the network stands inside another module: its keys begin with another name")
class InsideAnother(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        self.features = Right(in_channels, num_classes, image_size, width, dropout)

    def forward(self, x):
        return self.features(x)


@mistake("the weights start at 0: all features of a layer stay alike")
class StartsAtZero(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__(in_channels, num_classes, image_size, width, dropout)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("a mask of dropout is made without device=, on the CPU: make it where x is")
class MaskOnTheCpu(_Parts):
    def _drop(self, x):
        if not self.training:
            return x
        p = self.dropout.p
        mask = (torch.rand(x.shape) >= p).to(x.dtype)
        return x * mask / (1 - p) if p < 1 else x * 0 * mask
