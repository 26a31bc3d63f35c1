"""Wrong variants of mlp.SharedMLP."""

import copy

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").SharedMLP


def _through(x, *layers):
    for layer in layers:
        x = torch.relu(layer(x))
    return x


@mistake("there are two hidden layers: call one and the same layer twice")
class TwoLayers(Right):
    def __init__(self, in_features, hidden, out_features):
        super().__init__(in_features, hidden, out_features)
        self.shared2 = nn.Linear(hidden, hidden)

    def forward(self, x):
        return self.last(_through(x, self.first, self.shared, self.shared2))


@mistake("the shared layer is used once: call it twice")
class UsedOnce(Right):
    def forward(self, x):
        return self.last(_through(x, self.first, self.shared))


@mistake("the shared layer is used three times: call it twice")
class UsedThreeTimes(Right):
    def forward(self, x):
        return self.last(_through(x, self.first, self.shared, self.shared, self.shared))


@mistake("a relu is missing between the two uses of the shared layer")
class NoReluBetween(Right):
    def forward(self, x):
        return self.last(torch.relu(self.shared(self.shared(torch.relu(self.first(x))))))


@mistake("a relu is missing before the last layer")
class NoReluBeforeLast(Right):
    def forward(self, x):
        return self.last(self.shared(_through(x, self.first, self.shared)))


@mistake("a relu is missing after the first layer")
class NoReluAfterFirst(Right):
    def forward(self, x):
        return self.last(_through(self.first(x), self.shared, self.shared))


@mistake("the output went through a relu: it may be negative")
class OutputActivated(Right):
    def forward(self, x):
        return torch.relu(super().forward(x))


@mistake(
    "the second use takes a copy or a detached weight: both uses add to the gradient of the shared layer"
)
class SecondUseCutOff(Right):
    def forward(self, x):
        return self.last(_through(x, self.first, self.shared, copy.deepcopy(self.shared)))


@mistake("super().__init__() is missing or comes too late: it must run before the layers are assigned")
class NoSuperInit(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        self.first = nn.Linear(in_features, hidden)


def _sequential(model):
    relu = nn.ReLU()
    return nn.Sequential(model.first, relu, model.shared, relu, model.shared, relu, model.last)


@mistake("the layers are registered a second time in an nn.Sequential: the state_dict has further entries")
class RegisteredTwice(Right):
    def __init__(self, in_features, hidden, out_features):
        super().__init__(in_features, hidden, out_features)
        self.net = _sequential(self)


@mistake("the layers stand in an nn.Sequential: name them first, shared and last, each once")
class OnlySequential(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.net = _sequential(Right(in_features, hidden, out_features))

    def forward(self, x):
        return self.net(x)


@mistake("the leading axes are flattened to one and stay so: (2, 3, D) must give (2, 3, K)")
class FlattensLeadingAxes(Right):
    def forward(self, x):
        return super().forward(x).reshape(-1, self.last.out_features)


@mistake("the first two of the three relus are missing")
class NoReluBeforeTheSecondUse(Right):
    def forward(self, x):
        return self.last(torch.relu(self.shared(self.shared(self.first(x)))))


@mistake("there is no relu at all: the network collapses into one linear map")
class NoRelu(Right):
    def forward(self, x):
        return self.last(self.shared(self.shared(self.first(x))))


@mistake("h1 is added to h3: y is last(h3), without a shortcut")
class Shortcut(Right):
    def forward(self, x):
        h1 = torch.relu(self.first(x))
        return self.last(_through(h1, self.shared, self.shared) + h1)


@mistake("the layers have no biases")
class NoBiases(Right):
    def __init__(self, in_features, hidden, out_features):
        super().__init__(in_features, hidden, out_features)
        for layer in (self.first, self.shared, self.last):
            layer.bias = None


@mistake(
    "the layers stand in a plain list, so .to(), parameters() and state_dict() miss them: assign each by name"
)
class PlainList(Right):
    def __init__(self, in_features, hidden, out_features):
        super().__init__(in_features, hidden, out_features)
        self.kept = [self.first, self.shared, self.last]
        del self.first, self.shared, self.last

    def forward(self, x):
        first, shared, last = self.kept
        return last(_through(x, first, shared, shared))


@mistake("x is brought to the CPU before the layers: the model computes where its weights are")
class InputToTheCpu(Right):
    def forward(self, x):
        return super().forward(x.cpu())
