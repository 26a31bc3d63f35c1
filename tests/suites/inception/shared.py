"""What several suites of this topic share: the networks from torch's own layers, and scenarios."""

import torch
from torch import nn
from torch.nn import functional


class ConvBlock(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, c, f, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(c, f, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(f)

    def forward(self, x):
        return functional.relu(self.bn(self.conv(x)))


class InceptionA(nn.Module):
    """The lecture's block."""

    def __init__(self, c):
        super().__init__()
        self.branch1x1 = nn.Conv2d(c, 16, 1)
        self.branch5x5_1, self.branch5x5_2 = nn.Conv2d(c, 16, 1), nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_1, self.branch3x3_2 = nn.Conv2d(c, 16, 1), nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)
        self.branch_pool = nn.Conv2d(c, 24, 1)

    def forward(self, x):
        one = self.branch1x1(x)
        five = self.branch5x5_2(self.branch5x5_1(x))
        three = self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))
        pool = self.branch_pool(functional.conv2d(x, self.ninths(x), padding=1, groups=x.shape[1]))
        return torch.cat([one, five, three, pool], 1)

    def ninths(self, x):
        return torch.full((x.shape[1], 1, 3, 3), 1 / 9, dtype=x.dtype, device=x.device)


class InceptionNet(nn.Module):
    """The lecture's network."""

    def __init__(self, c, k, h, w):
        super().__init__()
        self.conv1, self.inception1 = nn.Conv2d(c, 10, 5), InceptionA(10)
        self.conv2, self.inception2 = nn.Conv2d(88, 20, 5), InceptionA(20)
        self.fc = nn.Linear(88 * ((h - 4) // 2 // 2 - 2) * ((w - 4) // 2 // 2 - 2), k)

    def forward(self, x):
        x = self.inception1(functional.max_pool2d(functional.relu(self.conv1(x)), 2))
        x = self.inception2(functional.max_pool2d(functional.relu(self.conv2(x)), 2))
        return self.fc(x.flatten(1))


class Inception(nn.Module):
    """GoogLeNet's block."""

    def __init__(self, c, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(c, c1, 1)
        self.branch2_reduce, self.branch2 = ConvBlock(c, c2[0], 1), ConvBlock(*c2, 3, 1, 1)
        self.branch3_reduce, self.branch3 = ConvBlock(c, c3[0], 1), ConvBlock(*c3, 5, 1, 2)
        self.branch4 = ConvBlock(c, c4, 1)

    def forward(self, x):
        one, three = self.branch1(x), self.branch2(self.branch2_reduce(x))
        five, pool = self.branch3(self.branch3_reduce(x)), self.branch4(functional.max_pool2d(x, 3, 1, 1))
        return torch.cat([one, three, five, pool], 1)


class AuxiliaryHead(nn.Module):
    """The classifier half way."""

    def __init__(self, c, k=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.reduce = ConvBlock(c, channels, 1)
        self.fc1, self.fc2 = nn.Linear(4 * channels, hidden), nn.Linear(hidden, k)
        self.dropout = dropout

    def forward(self, x):
        h = self.reduce(functional.adaptive_avg_pool2d(x, (2, 2))).flatten(1)
        return self.fc2(functional.dropout(functional.relu(self.fc1(h)), self.dropout, self.training))


class GoogLeNet(nn.Module):
    """The small GoogLeNet; a plain tuple while training."""

    def __init__(self, c=1, k=10, dropout=0.4):
        super().__init__()
        self.stem = ConvBlock(c, 8, 3, 1, 1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1, self.auxiliary2 = (
            AuxiliaryHead(16, k, dropout=dropout),
            AuxiliaryHead(24, k, dropout=dropout),
        )
        self.fc = nn.Linear(32, k)
        self.dropout = dropout

    def forward(self, x):
        first = self.inception1(self.stem(x))
        second = self.inception2(functional.max_pool2d(first, 3, 2, ceil_mode=True))
        third = self.inception3(functional.max_pool2d(second, 3, 2, ceil_mode=True))
        main = self.fc(functional.dropout(third.mean((2, 3)), self.dropout, self.training))
        return (main, self.auxiliary1(first), self.auxiliary2(second)) if self.training else main


def outputs_of(submission, name, args, states, x):
    """Return what a module makes of x in evaluation, under each of several partial states."""
    seen = []
    for state in states:
        module = getattr(submission, name)(*args).to(x.dtype).eval()
        module.load_state_dict({**module.state_dict(), **state}, strict=False)
        seen.append(module(x).detach())
    return seen


def attribute_of(submission, name, args, attribute):
    """Return an attribute of a new module."""
    return getattr(getattr(submission, name)(*args), attribute)


def filled(module, value):
    """Return a state with this number in every weight, 0 in every bias, and batch norms that change nothing."""
    state = {}
    for key, tensor in module.double().state_dict().items():
        quiet = {"bn.weight": 1.0, "bn.running_var": 1.0 - 1e-5, "bn.running_mean": 0.0, "bias": 0.0}
        number = next((quiet[end] for end in quiet if key.endswith(end)), value)
        if "num_batches_tracked" not in key:
            state[key] = torch.full_like(tensor, number)
    return state


def silenced(module, branches):
    """For each branch, given by the last layer in it, return the state in which all others give 0."""
    states = {}
    for branch in branches:
        states[branch] = filled(module, 0.1)
        for other in branches:
            if other != branch:
                weights = [key for key in states[branch] if key.startswith(f"{other}.") and "bn" not in key]
                states[branch] |= {key: torch.zeros_like(states[branch][key]) for key in weights}
    return states


def channels_that_are_not_0(y):
    """Return which channels hold a number other than 0, in words."""
    active = (y != 0).transpose(0, 1).flatten(1).any(1).nonzero().flatten().tolist()
    runs = []
    for channel in active:
        if runs and channel == runs[-1][1] + 1:
            runs[-1][1] = channel
        else:
            runs.append([channel, channel])
    return ", ".join(f"{first} to {last}" for first, last in runs) or "none"
