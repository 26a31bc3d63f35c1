"""Wrong variants of mlp.MLP."""

import itertools

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").MLP


@mistake("super().__init__() is missing or comes too late: it must run before the layers are assigned")
class NoSuperInit(nn.Module):
    def __init__(self, sizes, activation):
        if len(sizes) < 2:
            raise ValueError("sizes")
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in itertools.pairwise(sizes))


@mistake("the layers stand in a plain list, so parameters() finds none: use nn.ModuleList")
class PlainList(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, activation)
        layers = list(self.layers)
        del self.layers
        self.layers = layers


@mistake("the output is activated too: no activation follows the last layer")
class OutputActivated(Right):
    def forward(self, x):
        return self.activation(super().forward(x))


@mistake("there is no activation at all: the layers collapse into one linear map")
class NoActivation(Right):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("activation is ignored: it is always ReLU")
class AlwaysRelu(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, torch.relu)


@mistake("the activation comes before each layer, the first one too: it belongs between two layers")
class InputActivated(Right):
    def forward(self, x):
        return super().forward(self.activation(x))


@mistake("one layer object serves all places of equal size: make a new layer for each place")
class OneLayerRepeated(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, activation)
        made = {}
        pairs = list(itertools.pairwise(sizes))
        self.layers = nn.ModuleList(
            made.setdefault(p, layer) for p, layer in zip(pairs, self.layers, strict=True)
        )


@mistake(
    "all weights start at 0 or at one number: hidden units stay equal and nothing but the last bias is learned"
)
class ConstantWeights(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, activation)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("the layers have no biases")
class NoBiases(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, activation)
        self.layers = nn.ModuleList(nn.Linear(*pair, bias=False) for pair in itertools.pairwise(sizes))


@mistake("8, 6, 4 and 1 are typed in: take the widths from sizes")
class SizesTypedIn(Right):
    def __init__(self, sizes, activation):
        super().__init__((8, 6, 4, 1)[: max(len(sizes), 0)] if len(sizes) < 2 else (8, 6, 4, 1), activation)


@mistake("only the first and the last size count: there is a layer for each pair of neighbours")
class HiddenSizesSkipped(Right):
    def __init__(self, sizes, activation):
        super().__init__([*sizes[:1], *sizes[-1:]] if len(sizes) > 1 else sizes, activation)


@mistake("layers and activations stand in one nn.Sequential: the keys become layers.0, layers.2 and so on")
class SequentialWithActivations(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        right = Right(sizes, activation)

        class Activation(nn.Module):
            def forward(self, x):
                return activation(x)

        parts = [part for layer in right.layers for part in (layer, Activation())]
        self.layers = nn.Sequential(*parts[:-1])

    def forward(self, x):
        return self.layers(x)


@mistake("the weights left the graph: .data or detach() cuts the gradient of x and of the earlier layers")
class Detached(Right):
    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x)).detach()
        return last(x)


@mistake("the leading axes are flattened to one and stay so: (2, 3, D) must give (2, 3, K)")
class FlattensLeadingAxes(Right):
    def forward(self, x):
        return super().forward(x).reshape(-1, self.layers[-1].out_features)


@mistake("each sample is flattened with flatten(1): the layers work on the last axis, others stay")
class FlattensSamples(Right):
    def forward(self, x):
        return super().forward(x.flatten(1))


@mistake("the last hidden layer is not activated: an activation follows every layer but the last")
class LastHiddenNotActivated(Right):
    def forward(self, x):
        count = len(self.layers)
        for i, layer in enumerate(self.layers):
            x = layer(x)
            x = self.activation(x) if i < count - 2 else x
            if i == 0 and count == 1:
                return x
        return x


@mistake("only the first layer is activated: an activation follows every layer but the last")
class FirstLayerOnlyActivated(Right):
    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            x = self.activation(x) if i == 0 and len(self.layers) > 1 else x
        return x


@mistake("the output went through a sigmoid: the scores themselves are asked for")
class SigmoidAtTheEnd(Right):
    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("the output went through a softmax: the scores themselves are asked for")
class SoftmaxAtTheEnd(Right):
    def forward(self, x):
        return torch.softmax(super().forward(x), -1)


@mistake("the last layer is missing: three sizes make two layers")
class LastLayerMissing(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, activation)
        self.layers = nn.ModuleList(list(self.layers)[:-1])

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return x


@mistake("the weights are drawn anew at every call: make the layers in __init__")
class LayersMadeInForward(Right):
    def forward(self, x):
        for layer in self.layers:
            layer.reset_parameters()
        return super().forward(x)


@mistake("the layers are made on cuda, which is not everywhere: make them without a device, .to() moves them")
class AskedForCuda(Right):
    def __init__(self, sizes, activation):
        super().__init__(sizes, activation)
        self.layers = nn.ModuleList(layer.cuda() for layer in self.layers)


@mistake("x is brought to the CPU before the layers: the model computes where its weights are")
class InputToTheCpu(Right):
    def forward(self, x):
        return super().forward(x.cpu())
