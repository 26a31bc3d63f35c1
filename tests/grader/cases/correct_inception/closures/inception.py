from functools import partial, reduce
from itertools import accumulate
from operator import add
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn


def demand(name):
    def check(condition, why):
        if not condition:
            raise ValueError(f"{name}: {why}")

    return check


def pointwise_conv(x, weight, bias=None):
    demand("x")(x.dim() == 4, "four axes are needed")
    demand("weight")(weight.dim() == 4 and weight.shape[1:] == (x.shape[1], 1, 1), "not (F, C, 1, 1)")
    demand("bias")(bias is None or bias.shape == weight.shape[:1], "not (F,)")
    rows = F.linear(x.movedim(1, -1), weight.flatten(1), bias)
    return rows.movedim(-1, 1)


def multiplications(layer_spec):
    check = demand("layer_spec")

    def places(side, k, stride, padding):
        check(k <= side + 2 * padding, "a kernel is larger than its image")
        return (side + 2 * padding - k) // stride + 1

    def layer(image, spec):
        c, h, w, _ = image
        f, k, *way = spec
        h, w = places(h, k, *way), places(w, k, *way)
        return f, h, w, f * h * w * c * k * k

    image, *layers = layer_spec
    return sum(cost for *_, cost in accumulate(layers, layer, initial=(*image, 0)))


def concat_branches(branches):
    check = demand("branches")
    check(len(branches) > 0, "there is none")
    check(all(b.ndim == 4 for b in branches), "one has not four axes")
    check(len({(b.shape[0], *b.shape[2:]) for b in branches}) == 1, "N, H or W differ")
    return torch.cat(tuple(branches), dim=1)


def chain(*layers):
    return lambda x: reduce(lambda h, layer: layer(h), layers, x)


def side_by_side(*branches):
    return lambda x: concat_branches([branch(x) for branch in branches])


average = nn.AvgPool2d(3, stride=1, padding=1)
largest = nn.MaxPool2d(3, stride=1, padding=1)
halved = nn.MaxPool2d(2)
halved_up = nn.MaxPool2d(3, 2, ceil_mode=True)


class InceptionA(nn.Module):
    out_channels = 88

    def __init__(self, in_channels):
        super().__init__()
        into = partial(nn.Conv2d, in_channels, kernel_size=1)
        self.branch_pool = into(24)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding="same")
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding="same")
        self.branch3x3_1 = into(16)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding="same")
        self.branch5x5_1 = into(16)
        self.branch1x1 = into(16)

    def forward(self, x):
        return side_by_side(
            self.branch1x1,
            chain(self.branch5x5_1, self.branch5x5_2),
            chain(self.branch3x3_1, self.branch3x3_2, self.branch3x3_3),
            chain(average, self.branch_pool),
        )(x)


class InceptionNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        sides = (image_size,) * 2 if isinstance(image_size, int) else image_size
        demand("image_size")(min(sides) >= 16, "16 at least")
        h, w = (((side - 4) // 2 - 4) // 2 for side in sides)
        self.fc = nn.Linear(InceptionA.out_channels * h * w, num_classes)
        self.inception1, self.inception2 = map(InceptionA, (10, 20))
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.conv2 = nn.Conv2d(88, 20, 5)

    def forward(self, x):
        return chain(
            self.conv1, halved, F.relu, self.inception1, self.conv2, halved, F.relu, self.inception2, nn.Flatten(), self.fc
        )(x)


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.bn = nn.BatchNorm2d(out_channels)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)

    def forward(self, x):
        return chain(self.conv, self.bn, F.relu_)(x)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        one = partial(ConvBlock, in_channels, kernel_size=1)
        self.branch1, self.branch4 = map(one, (c1, c4))
        self.branch2_reduce, self.branch3_reduce = map(one, (c2[0], c3[0]))
        self.branch2 = ConvBlock(*c2, kernel_size=3, padding=1)
        self.branch3 = ConvBlock(*c3, kernel_size=5, padding=2)
        self.out_channels = reduce(add, (c1, c2[1], c3[1], c4))

    def forward(self, x):
        second, third = chain(self.branch2_reduce, self.branch2), chain(self.branch3_reduce, self.branch3)
        return side_by_side(self.branch1, second, third, chain(largest, self.branch4))(x)


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.fc2 = nn.Linear(hidden, num_classes)
        self.fc1 = nn.Linear(4 * channels, hidden)
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.drop = partial(F.dropout, p=dropout)

    def forward(self, x):
        pooled = partial(F.adaptive_avg_pool2d, output_size=2)
        drop = partial(self.drop, training=self.training)
        return chain(pooled, self.reduce, nn.Flatten(), self.fc1, F.relu, drop, self.fc2)(x)


class GoogLeNetOutput(NamedTuple):
    main: torch.Tensor
    auxiliary1: torch.Tensor
    auxiliary2: torch.Tensor


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        self.fc = nn.Linear(32, num_classes)
        head = partial(AuxiliaryHead, num_classes=num_classes, dropout=dropout)
        self.auxiliary1, self.auxiliary2 = map(head, (16, 24))
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        first = chain(self.stem, self.inception1)(x)
        second = chain(halved_up, self.inception2)(first)
        third = chain(halved_up, self.inception3)(second)
        main = chain(partial(torch.mean, dim=(2, 3)), self.dropout, self.fc)(third)
        return GoogLeNetOutput(main, self.auxiliary1(first), self.auxiliary2(second)) if self.training else main


def auxiliary_loss(outputs, labels, weight=0.3):
    def one(scores):
        return F.cross_entropy(scores, labels)

    if torch.is_tensor(outputs):
        return one(outputs)
    main, *heads = map(one, outputs)
    return main + weight * sum(heads)


def stepper(model, optimizer, device):
    def step(x, y):
        optimizer.zero_grad()
        loss = auxiliary_loss(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model.to(device).train()
    step, n = stepper(model, torch.optim.Adam(model.parameters(), lr), device), len(x)

    def epoch(_):
        order = torch.randperm(n, generator=generator)
        return sum(len(rows) * step(x[rows], y[rows]) for rows in order.split(batch_size)) / n

    return [*map(epoch, range(epochs))]
