import functools
import itertools
import operator
from collections import namedtuple

import torch
from torch import nn


class Parallel(nn.Module):
    """A helper without weights of its own: functions side by side, behind one another along the channels."""

    def __init__(self, *paths):
        super().__init__()
        self.paths = paths

    def forward(self, x):
        return concat_branches([path(x) for path in self.paths])


def chain(*steps):
    return lambda x: functools.reduce(lambda h, step: step(h), steps, x)


def pointwise_conv(x, weight, bias=None):
    if x.dim() != 4:
        raise ValueError("x should be (N, C, H, W)")
    if weight.dim() != 4 or weight.shape[1] != x.shape[1] or weight.shape[2:] != (1, 1):
        raise ValueError("weight should be (F, C, 1, 1)")
    if bias is not None and bias.shape != (weight.shape[0],):
        raise ValueError("bias should be (F,)")
    y = nn.functional.linear(x.permute(0, 2, 3, 1), weight.flatten(1), bias)
    return y.permute(0, 3, 1, 2).contiguous()


def multiplications(layer_spec):
    def convolve(state, layer):
        total, channels, *sides = state
        filters, kernel, stride, padding = layer
        sides = [side + 2 * padding for side in sides]
        if min(sides) < kernel:
            raise ValueError("layer_spec has a kernel that does not fit")
        sides = [(side - kernel) // stride + 1 for side in sides]
        cost = functools.reduce(operator.mul, [filters, *sides, channels, kernel, kernel])
        return (total + cost, filters, *sides)

    image, *layers = layer_spec
    return functools.reduce(convolve, layers, (0, *image))[0]


def concat_branches(branches):
    if not len(branches):
        raise ValueError("branches should hold one tensor at least")
    if any(branch.dim() != 4 for branch in branches):
        raise ValueError("branches should have four axes each")
    shapes = [branch.shape[:1] + branch.shape[2:] for branch in branches]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError("branches should agree in N, H and W")
    channels = itertools.chain.from_iterable(branch.unbind(1) for branch in branches)
    return torch.stack(list(channels), 1)


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        one = functools.partial(nn.Conv2d, in_channels, kernel_size=1)
        self.add_module("branch_pool", one(24))
        self.add_module("branch1x1", one(16))
        self.add_module("branch5x5_1", one(16))
        self.add_module("branch5x5_2", nn.Conv2d(16, 24, 5, padding="same"))
        self.add_module("branch3x3_1", one(16))
        self.add_module("branch3x3_2", nn.Conv2d(16, 24, 3, padding="same"))
        self.add_module("branch3x3_3", nn.Conv2d(24, 24, 3, padding="same"))
        self.mean = nn.AvgPool2d(3, stride=1, padding=1)

    @property
    def out_channels(self):
        last = (self.branch1x1, self.branch5x5_2, self.branch3x3_3, self.branch_pool)
        return sum(layer.out_channels for layer in last)

    def forward(self, x):
        paths = (
            self.branch1x1,
            chain(self.branch5x5_1, self.branch5x5_2),
            chain(self.branch3x3_1, self.branch3x3_2, self.branch3x3_3),
            chain(self.mean, self.branch_pool),
        )
        return Parallel(*paths)(x)


class InceptionNet(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        sides = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        if min(sides) < 16:
            raise ValueError("image_size should be 16 at least")
        left = [functools.reduce(lambda s, _: (s - 4) // 2, range(2), side) for side in sides]
        super().__init__()
        for name, module in (
            ("conv1", nn.Conv2d(in_channels, 10, 5)),
            ("pool1", nn.MaxPool2d(2)),
            ("relu1", nn.ReLU()),
            ("inception1", InceptionA(10)),
            ("conv2", nn.Conv2d(88, 20, 5)),
            ("pool2", nn.MaxPool2d(2)),
            ("relu2", nn.ReLU()),
            ("inception2", InceptionA(20)),
            ("flatten", nn.Flatten()),
            ("fc", nn.Linear(88 * left[0] * left[1], num_classes)),
        ):
            self.add_module(name, module)


class ConvBlock(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce, self.branch2 = ConvBlock(in_channels, c2[0], 1), ConvBlock(c2[0], c2[1], 3, padding=1)
        self.branch3_reduce, self.branch3 = ConvBlock(in_channels, c3[0], 1), ConvBlock(c3[0], c3[1], 5, padding=2)
        self.pool = nn.MaxPool2d(3, 1, 1)
        self.branch4 = ConvBlock(in_channels, c4, 1)

    out_channels = property(
        lambda self: sum(b.conv.out_channels for b in (self.branch1, self.branch2, self.branch3, self.branch4))
    )

    def forward(self, x):
        return Parallel(
            self.branch1,
            chain(self.branch2_reduce, self.branch2),
            chain(self.branch3_reduce, self.branch3),
            chain(self.pool, self.branch4),
        )(x)


class AuxiliaryHead(nn.Sequential):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(4 * channels, hidden)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, num_classes)


GoogLeNetOutput = namedtuple("GoogLeNetOutput", "main auxiliary1 auxiliary2")


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        head = functools.partial(AuxiliaryHead, num_classes=num_classes, dropout=dropout)
        self.auxiliary2, self.auxiliary1 = head(24), head(16)
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout))
        self.fc = nn.Linear(32, num_classes)

    def forward(self, x):
        blocks = (
            chain(self.stem, self.inception1),
            chain(self.pool, self.inception2),
            chain(self.pool, self.inception3, self.mean, self.fc),
        )
        h1, h2, main = itertools.islice(itertools.accumulate(blocks, lambda h, f: f(h), initial=x), 1, None)
        if not self.training:
            return main
        heads = [head(h) for head, h in ((self.auxiliary2, h2), (self.auxiliary1, h1))]
        return GoogLeNetOutput(main, *reversed(heads))


def auxiliary_loss(outputs, labels, weight=0.3):
    criterion = functools.partial(nn.CrossEntropyLoss(), target=labels)
    if torch.is_tensor(outputs):
        return criterion(outputs)
    main, *heads = map(criterion, outputs)
    return functools.reduce(lambda loss, head: torch.add(loss, head, alpha=weight), heads, main)


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model = model.to(device)
    dataset = torch.utils.data.TensorDataset(x, y)
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=batch_size, shuffle=True, generator=generator, drop_last=False
    )
    optimizer = torch.optim.Adam(list(model.parameters()), lr=lr)

    def step(batch):
        images, labels = (part.to(device) for part in batch)
        optimizer.zero_grad()
        loss = auxiliary_loss(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item() * len(labels)

    def epoch(_):
        model.train()
        return sum(map(step, loader)) / len(dataset)

    return list(map(epoch, range(epochs)))


class MendedInception(nn.Module):
    def __init__(self, in_channels, reduced, channels):
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, channels, 1)
        self.reduce3 = nn.Conv2d(in_channels, reduced, 1)
        self.reduce5 = nn.Conv2d(in_channels, reduced, 1)
        self.branch3 = nn.Conv2d(reduced, channels, 3, padding="same")
        self.branch5 = nn.Conv2d(reduced, channels, 5, padding="same")
        self.branch_pool = nn.Conv2d(in_channels, channels, 1)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x):
        paths = [
            (self.branch1,),
            (self.reduce3, self.relu, self.branch3),
            (self.reduce5, self.relu, self.branch5),
            (self.pool, self.branch_pool),
        ]
        outputs = [self.relu(functools.reduce(lambda y, layer: layer(y), path, x)) for path in paths]
        return torch.cat(outputs, dim=1)
