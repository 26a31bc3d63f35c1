"""Wrong variants of resnet.ResidualBlock."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("resnet").ResidualBlock


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        return self._joined(self._branch(x), x)

    def _branch(self, x):
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))

    def _joined(self, branch, x):
        return torch.relu(branch + x)


@mistake("the relu after the sum is missing")
class NoLastRelu(_Parts):
    def _joined(self, branch, x):
        return branch + x


@mistake("the last relu comes before the sum: add x first")
class ReluBeforeTheSum(_Parts):
    def _joined(self, branch, x):
        return torch.relu(branch) + x


@mistake("there is a relu before the sum too: the branch must be able to subtract")
class ReluBeforeAndAfter(_Parts):
    def _joined(self, branch, x):
        return torch.relu(torch.relu(branch) + x)


@mistake("the shortcut is missing: add x to the branch")
class NoShortcut(_Parts):
    def _joined(self, branch, x):
        return torch.relu(branch)


@mistake("the shortcut is cut out of the graph: add x itself, not x.detach() or x.data")
class DetachedShortcut(_Parts):
    def _joined(self, branch, x):
        return torch.relu(branch + x.detach())


@mistake("the branch was computed without a graph: its layers learn nothing")
class DetachedBranch(_Parts):
    def _joined(self, branch, x):
        return torch.relu(branch.detach() + x)


@mistake("x += ... writes into what came in: make a new tensor, x + ...")
class AddedInPlace(_Parts):
    def _joined(self, branch, x):
        x += branch
        return torch.relu(x)


@mistake("one batch norm serves both convolutions: each has one of its own")
class OneBatchNorm(_Parts):
    def __init__(self, channels):
        super().__init__(channels)
        self.bn2 = self.bn1


@mistake("one convolution is used twice: each has weights of its own")
class OneConvolution(_Parts):
    def __init__(self, channels):
        super().__init__(channels)
        self.conv2 = self.conv1


@mistake("bn1 is used twice, and bn2 never: each convolution has its own")
class FirstNormTwice(_Parts):
    def _branch(self, x):
        return self.bn1(self.conv2(torch.relu(self.bn1(self.conv1(x)))))


@mistake("conv1 is used twice, and conv2 never")
class FirstConvolutionTwice(_Parts):
    def _branch(self, x):
        return self.bn2(self.conv1(torch.relu(self.bn1(self.conv1(x)))))


@mistake("the relu between the convolutions is missing")
class NoReluBetween(_Parts):
    def _branch(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x))))


@mistake("the first relu comes before the batch norm: convolution, batch norm, relu")
class ReluBeforeTheNorm(_Parts):
    def _branch(self, x):
        return self.bn2(self.conv2(self.bn1(torch.relu(self.conv1(x)))))


@mistake("x is added before the last batch norm: the sum comes after it")
class SumBeforeTheNorm(_Parts):
    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h) + x))


@mistake("what is added is the output of the first half: the shortcut carries x itself")
class ShortcutFromTheMiddle(_Parts):
    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + h)


@mistake("the shortcut goes through a relu: it carries x itself, negative numbers too")
class ActivatedShortcut(_Parts):
    def _joined(self, branch, x):
        return torch.relu(branch + torch.relu(x))


@mistake("the convolutions have biases: a batch norm follows, bias=False")
class WithBiases(_Parts):
    def __init__(self, channels):
        super().__init__(channels)
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))


@mistake("there are no batch norms")
class NoBatchNorms(_Parts):
    def __init__(self, channels):
        super().__init__(channels)
        self.bn1 = self.bn2 = nn.Identity()


@mistake("the padding is missing: the branch shrinks, and x does not fit; padding=1")
class NoPadding(_Parts):
    def __init__(self, channels):
        super().__init__(channels)
        self.conv1.padding = self.conv2.padding = (0, 0)


@mistake("branch and shortcut are joined by torch.cat: they are added")
class Concatenated(_Parts):
    def _joined(self, branch, x):
        return torch.relu(torch.cat([branch, x], 1))


@mistake("the layers have other names: conv1, bn1, conv2, bn2")
class OneSequential(nn.Module):
    def __init__(self, channels):
        super().__init__()
        right = Right(channels)
        self.branch = nn.Sequential(right.conv1, right.bn1, nn.ReLU(), right.conv2, right.bn2)

    def forward(self, x):
        return torch.relu(self.branch(x) + x)


@mistake("super().__init__() is missing or comes too late: it must run before the layers are assigned")
class NoSuperInit(nn.Module):
    def __init__(self, channels):
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)


@mistake("the shortcut is added twice, once inside the branch")
class AddedTwice(_Parts):
    def _joined(self, branch, x):
        return torch.relu(branch + x + x)


@mistake("the sum starts from torch.zeros on the CPU: take device and dtype from x")
class SumOnTheCPU(_Parts):
    def _joined(self, branch, x):
        total = torch.zeros(x.shape, dtype=x.dtype)
        total += branch + x
        return torch.relu(total)
