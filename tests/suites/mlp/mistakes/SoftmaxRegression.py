"""Wrong variants of mlp.SoftmaxRegression."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").SoftmaxRegression


@mistake("super().__init__() is missing or comes too late: it must run before the layer is assigned")
class NoSuperInit(nn.Module):
    def __init__(self, num_features, num_classes):
        self.linear = nn.Linear(num_features, num_classes)


@mistake("a softmax is in the model: return the scores, the loss takes the softmax itself")
class SoftmaxInTheModel(Right):
    def forward(self, x):
        return torch.softmax(super().forward(x), 1)


@mistake("a log-softmax is in the model: return the scores themselves")
class LogSoftmaxInTheModel(Right):
    def forward(self, x):
        return torch.log_softmax(super().forward(x), 1)


@mistake("a sigmoid is in the model: return the scores themselves")
class SigmoidInTheModel(Right):
    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("a ReLU follows the scores: they may be negative")
class ReluOnTheScores(Right):
    def forward(self, x):
        return torch.relu(super().forward(x))


@mistake("the whole batch is one vector: flatten all axes but the first")
class BatchFlattenedToo(Right):
    def forward(self, x):
        super().forward(x)
        return self.linear(x.flatten()[: self.linear.in_features])


@mistake("x is not flattened: images need x.flatten(1) first")
class NotFlattened(Right):
    def forward(self, x):
        super().forward(x)
        return self.linear(x)


@mistake("view needs contiguous memory: flatten(1) or reshape take any x")
class ViewInsteadOfReshape(Right):
    def forward(self, x):
        super().forward(x)
        return self.linear(x.view(len(x), -1))


@mistake("784 features and 10 classes are typed in: take num_features and num_classes")
class SizesTypedIn(Right):
    def __init__(self, num_features, num_classes):
        super().__init__(784, 10)


@mistake("the layer has no bias")
class NoBias(Right):
    def __init__(self, num_features, num_classes):
        super().__init__(num_features, num_classes)
        self.linear = nn.Linear(num_features, num_classes, bias=False)


@mistake("a batch of one loses its axis: the result of one sample is (1, K)")
class SqueezedEverything(Right):
    def forward(self, x):
        return super().forward(x).squeeze()


@mistake("the softmax ran over the batch, and scores are asked for anyway")
class SoftmaxOverTheBatch(Right):
    def forward(self, x):
        return torch.softmax(super().forward(x), 0)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
class AskedForCuda(Right):
    def forward(self, x):
        return super().forward(x).cuda()


@mistake("x is brought to the CPU before the layer: the model computes where its weights are")
class InputToTheCpu(Right):
    def forward(self, x):
        return super().forward(x.cpu())
