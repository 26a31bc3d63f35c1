"""Wrong variants of cnn.LeNet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("cnn").LeNet


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        x = self._bent_and_pooled(self.conv1(x))
        x = self._bent_and_pooled(self.conv2(x))
        return self._scores(self._third(self.fc2(self._second(self.fc1(self._flat(x))))))

    def _bent_and_pooled(self, x):
        return self._pooled(self._first(x))

    def _first(self, x):
        return torch.tanh(x)

    def _second(self, x):
        return torch.tanh(x)

    def _third(self, x):
        return torch.tanh(x)

    def _pooled(self, x):
        return functional.avg_pool2d(x, 2)

    def _flat(self, x):
        return x.flatten(1)

    def _scores(self, x):
        return self.fc3(x)


@mistake("super().__init__() is missing or comes too late: it must run before the layers are assigned")
class NoSuperInit(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        Right(in_channels, num_classes, image_size)
        self.conv1 = nn.Conv2d(in_channels, 6, kernel_size=5, padding=2)


@mistake("400 is typed in: how many features there are follows from image_size")
class FeaturesTypedIn(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc1 = nn.Linear(400, 120)


@mistake("fc1 is made for square images, of the height: H and W may differ")
class SquareImagesOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        side = image_size[0] if isinstance(image_size, tuple) else image_size
        self.fc1 = nn.Linear(16 * ((side // 2 - 4) // 2) ** 2, 120)


@mistake("a pair for image_size is not accepted: it may be an int or (H, W)")
class PairsNotAccepted(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc1 = nn.Linear(16 * ((image_size // 2 - 4) // 2) ** 2, 120)


@mistake("conv1 always has one channel: it has in_channels")
class OneChannelOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(1, num_classes, image_size)


@mistake("there are always ten classes: fc3 has num_classes outputs")
class TenClassesOnly(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, 10, image_size)


@mistake("conv1 does not pad: it pads by 2, so that the size stays")
class FirstNotPadded(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        self.conv1 = nn.Conv2d(in_channels, 6, 5)
        h, w = (max(1, ((side - 4) // 2 - 4) // 2) for side in (h, w))
        self.fc1 = nn.Linear(16 * h * w, 120)


@mistake("conv2 pads too: it does not, and takes 4 rows and columns away")
class SecondPadded(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * (h // 4) * (w // 4), 120)


@mistake("conv1 pads with copies of the edge: it pads with zeros")
class PaddedWithTheEdge(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2, padding_mode="replicate")


@mistake("there is a ReLU where the docstring says tanh")
class ReluForTanh(_Parts):
    def _first(self, x):
        return torch.relu(x)

    _second = _third = _first


@mistake("there is a sigmoid where the docstring says tanh")
class SigmoidForTanh(_Parts):
    def _first(self, x):
        return torch.sigmoid(x)

    _second = _third = _first


@mistake("the linear layers are followed by a ReLU: tanh follows them too")
class ReluBehindLinear(_Parts):
    def _second(self, x):
        return torch.relu(x)

    _third = _second


@mistake("the tanh stands after the pooling: it stands before it, and the mean of tanh is another number")
class PooledBeforeTanh(_Parts):
    def _bent_and_pooled(self, x):
        return self._first(self._pooled(x))


@mistake("the pooling takes the largest: it takes the mean of each 2x2 window")
class MaxPooling(_Parts):
    def _pooled(self, x):
        return functional.max_pool2d(x, 2)


@mistake("the pooling rounds up, ceil_mode=True: a last odd row or column is dropped")
class RoundedUp(_Parts):
    def _pooled(self, x):
        return functional.avg_pool2d(x, 2, ceil_mode=True)


@mistake("the pooling adds up its window, as in sub-sampling without a coefficient: take the mean")
class SumPooling(_Parts):
    def _pooled(self, x):
        return 4 * functional.avg_pool2d(x, 2)


@mistake("no tanh follows the convolutions: one stands between each of them and its pooling")
class NoTanhBehindConvolutions(_Parts):
    def _first(self, x):
        return x


@mistake("no tanh follows fc1: one follows fc1 and fc2")
class NoTanhBehindTheFirst(_Parts):
    def _second(self, x):
        return x


@mistake("no tanh follows fc2: one follows fc1 and fc2")
class NoTanhBehindTheSecond(_Parts):
    def _third(self, x):
        return x


@mistake("the scores go through tanh as well: nothing follows fc3")
class ScoresBent(_Parts):
    def _scores(self, x):
        return torch.tanh(self.fc3(x))


@mistake("the scores go through a softmax: the scores themselves are asked for")
class SoftmaxAtTheEnd(_Parts):
    def _scores(self, x):
        return self.fc3(x).softmax(1)


@mistake("tanh is stretched as in the paper, 1.7159 tanh(2 x / 3): plain tanh is asked for")
class StretchedTanh(_Parts):
    def _first(self, x):
        return 1.7159 * torch.tanh(2 * x / 3)

    _second = _third = _first


@mistake("fc2 is missing: there are three linear layers")
class TwoLinearLayers(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        self.fc2 = nn.Linear(120, num_classes)
        del self.fc3

    def forward(self, x):
        x = functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))


@mistake("the layers stand in a plain list, so parameters() finds none: assign them to attributes")
class PlainList(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        right = Right(in_channels, num_classes, image_size)
        self.layers = [right.conv1, right.conv2, right.fc1, right.fc2, right.fc3]

    def forward(self, x):
        conv1, conv2, *linear, last = self.layers
        x = functional.avg_pool2d(torch.tanh(conv1(x)), 2)
        x = functional.avg_pool2d(torch.tanh(conv2(x)), 2).flatten(1)
        for layer in linear:
            x = torch.tanh(layer(x))
        return last(x)


@mistake("the layers stand in two nn.Sequential: the docstring gives their names, conv1 to fc3")
class TwoSequentials(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        right = Right(in_channels, num_classes, image_size)
        self.features = nn.Sequential(
            *(right.conv1, nn.Tanh(), nn.AvgPool2d(2), right.conv2, nn.Tanh(), nn.AvgPool2d(2))
        )
        self.classifier = nn.Sequential(nn.Flatten(), right.fc1, nn.Tanh(), right.fc2, nn.Tanh(), right.fc3)

    def forward(self, x):
        return self.classifier(self.features(x))


@mistake("the batch is flattened as well: flatten(1) keeps the first axis")
class BatchFlattened(_Parts):
    def _flat(self, x):
        return x.flatten()


@mistake("the channels come last before flattening: flatten as it stands in memory, channels first")
class ChannelsLast(_Parts):
    def _flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@mistake("16 pixels are asked for: with the padding of conv1, 12 are enough")
class TooStrict(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        if min(image_size if isinstance(image_size, tuple) else (image_size, image_size)) < 16:
            raise ValueError("image_size")
        super().__init__(in_channels, num_classes, image_size)


@mistake("the weights start at 0: all features of a layer stay alike")
class StartsAtZero(Right):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__(in_channels, num_classes, image_size)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("a tensor of zeros is made without device=: what is new has to be where x is")
class PaddedByHandOnTheCpu(_Parts):
    def _flat(self, x):
        return x.flatten(1) + torch.zeros(1, dtype=x.dtype).expand(x.flatten(1).shape[1])
