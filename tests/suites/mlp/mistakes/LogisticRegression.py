"""Wrong variants of mlp.LogisticRegression."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").LogisticRegression


@mistake("super().__init__() is missing or comes too late: it must run before the layer is assigned")
class NoSuperInit(nn.Module):
    def __init__(self, num_features):
        self.linear = nn.Linear(num_features, 1)


@mistake("the result is a column (N, 1): take out its second axis, a loss would compare all pairs")
class Column(Right):
    def forward(self, x):
        return super().forward(x).unsqueeze(1)


@mistake("squeeze() without an axis takes out the batch too when N is 1: squeeze axis 1")
class SqueezedEverything(Right):
    def forward(self, x):
        return super().forward(x).squeeze()


@mistake("the sigmoid is missing: the result is a score, not a probability")
class NoSigmoid(Right):
    def forward(self, x):
        super().forward(x)
        return self.linear(x).squeeze(1)


@mistake("the sigmoid is applied twice")
class SigmoidTwice(Right):
    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("softmax over one score is always 1: two classes with one score need the sigmoid")
class SoftmaxOfOneScore(Right):
    def forward(self, x):
        super().forward(x)
        return torch.softmax(self.linear(x), 1).squeeze(1)


@mistake("exp(z) overflows at 1000 and inf / inf is nan: use torch.sigmoid")
class Overflows(Right):
    def forward(self, x):
        super().forward(x)
        z = self.linear(x).squeeze(1)
        return z.exp() / (1 + z.exp())


@mistake("exp(-z) overflows at -1000: the value survives, its gradient is nan; use torch.sigmoid")
class GradientOverflows(Right):
    def forward(self, x):
        super().forward(x)
        return 1 / (1 + (-self.linear(x).squeeze(1)).exp())


@mistake("the result is rounded to 0 or 1: no gradient gets through; return the probability")
class Rounded(Right):
    def forward(self, x):
        return super().forward(x).round()


@mistake("this is the probability of class 0: the sign of the score is turned")
class OtherClass(Right):
    def forward(self, x):
        return 1 - super().forward(x)


@mistake("the layer has no bias")
class NoBias(Right):
    def __init__(self, num_features):
        super().__init__(num_features)
        self.linear = nn.Linear(num_features, 1, bias=False)


@mistake("the layer is made in forward: new random weights at each call, and none to learn")
class LayerMadeInForward(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.num_features = num_features

    def forward(self, x):
        return Right(self.num_features).to(x.device, x.dtype)(x)


@mistake("x was clamped or the score was: probabilities beyond the bound and their gradients are lost")
class ScoreClamped(Right):
    def forward(self, x):
        super().forward(x)
        return torch.sigmoid(self.linear(x).squeeze(1).clamp(-10, 10))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
class AskedForCuda(Right):
    def forward(self, x):
        return super().forward(x).cuda()


@mistake("x is brought to the CPU before the layer: the model computes where its weights are")
class InputToTheCpu(Right):
    def forward(self, x):
        return super().forward(x.cpu())
