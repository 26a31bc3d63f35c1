"""Wrong variants of cnn.MendedNet, as they are left by who found some of its mistakes, and others."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake


class _Net(nn.Module):
    """The net with some mistakes left in."""

    left = ()

    def __init__(self, in_channels, widths, num_classes, image_size, dropout=0.5):
        super().__init__()
        self.dropout = dropout
        convs = []
        channels, (h, w) = in_channels, image_size
        for width in widths:
            convs.append(self._convolution(channels, width))
            channels, h, w = width, h // 2, w // 2
        self.convs = convs if "list" in self.left else nn.ModuleList(convs)
        self.fc = nn.Linear(channels * h * w, num_classes)

    def _convolution(self, c, f):
        return nn.Conv2d(c, f, 3, padding=1)

    def forward(self, x):
        for conv in self.convs:
            x = functional.max_pool2d(self._activation(conv(x)), 2)
        return self._scores(self._dropped(self._flat(x)))

    def _activation(self, x):
        return torch.relu(x)

    def _flat(self, x):
        return x.transpose(0, 1).reshape(len(x), -1) if "mixed" in self.left else x.flatten(1)

    def _dropped(self, features):
        return functional.dropout(features, self.dropout, self.training or "always" in self.left)

    def _scores(self, features):
        return self.fc(features)


@mistake("a Python list hides its layers: nn.ModuleList registers them, so that they are trained, moved and saved")
class ListOfLayers(_Net):
    left = ("list",)


@mistake("the first two axes were exchanged before reshape: the rows then hold numbers of several samples")
class SamplesMixed(_Net):
    left = ("mixed",)


@mistake("functional.dropout drops always unless it is told: hand it self.training")
class DropsInEvaluation(_Net):
    left = ("always",)


@mistake("samples are mixed by the reshape, and dropout works in evaluation too")
class MixedAndAlways(_Net):
    left = ("mixed", "always")


@mistake("a Python list hides the layers, and dropout works in evaluation too")
class ListAndAlways(_Net):
    left = ("list", "always")


@mistake("a Python list hides the layers, and samples are mixed by the reshape")
class ListAndMixed(_Net):
    left = ("list", "mixed")


@mistake("fc sees every number while training: dropout belongs before it")
class NoDropout(_Net):
    def _dropped(self, features):
        return features


@mistake("dropout works in evaluation and not while training: it is the other way round")
class DropoutTheOtherWayRound(_Net):
    def _dropped(self, features):
        return functional.dropout(features, self.dropout, not self.training)


@mistake("what is left was not divided by 1 - dropout")
class NotScaled(_Net):
    def _dropped(self, features):
        return features * (torch.rand_like(features) >= self.dropout) if self.training else features


@mistake("the features are multiplied by 1 - dropout in evaluation: they are scaled while training")
class ScaledInEvaluation(_Net):
    def _dropped(self, features):
        if self.training:
            return features * (torch.rand_like(features) >= self.dropout)
        return features * (1 - self.dropout)


@mistake("the dropout is always 0.5: take the argument")
class DropoutTypedIn(_Net):
    def _dropped(self, features):
        return functional.dropout(features, 0.5, self.training)


@mistake("whole channels are dropped: each number is dropped by itself")
class DropsChannels(_Net):
    def _flat(self, x):
        return functional.dropout2d(x, self.dropout, self.training).flatten(1)

    def _dropped(self, features):
        return features


@mistake("the pixels were flattened channels last: flatten(1) takes channels, then rows, then columns")
class ChannelsLast(_Net):
    def _flat(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@mistake("the ReLU is missing after the convolutions")
class NoRelu(_Net):
    def _activation(self, x):
        return x


@mistake("a softmax stands after fc: scores are asked for")
class SoftmaxOfScores(_Net):
    def _scores(self, features):
        return self.fc(features).softmax(1)


@mistake("reshape to (D, N) and a transpose mix the samples: in memory each sample is a row already")
class ColumnsAsSamples(_Net):
    def _flat(self, x):
        return x.reshape(-1, len(x)).t()
