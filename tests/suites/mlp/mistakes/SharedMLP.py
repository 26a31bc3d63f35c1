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
