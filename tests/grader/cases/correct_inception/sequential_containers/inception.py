from collections import OrderedDict, namedtuple

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Lambda(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


def pointwise_conv(x, weight, bias=None):
    if x.ndim != 4:
        raise ValueError("x must have four axes")
    n, c, h, w = x.shape
    if weight.ndim != 4 or tuple(weight.shape[1:]) != (c, 1, 1):
        raise ValueError("weight must be (F, C, 1, 1)")
    f = weight.shape[0]
    if bias is not None and tuple(bias.shape) != (f,):
        raise ValueError("bias must be (F,)")
    matrix = weight.reshape(1, f, c).expand(n, f, c)
    pixels = x.reshape(n, c, h * w)
    if bias is None:
        return torch.bmm(matrix, pixels).reshape(n, f, h, w)
    return torch.baddbmm(bias.reshape(1, f, 1), matrix, pixels).reshape(n, f, h, w)


def multiplications(layer_spec):
    layer_spec = list(layer_spec)
    channels, height, width = layer_spec.pop(0)
    costs = []
    while layer_spec:
        filters, k, stride, padding = layer_spec.pop(0)
        if k > min(height, width) + 2 * padding:
            raise ValueError(f"layer_spec: a kernel of {k} does not fit")
        height, width = [(side + 2 * padding - k) // stride + 1 for side in (height, width)]
        costs.append(filters * height * width * channels * k**2)
        channels = filters
    return sum(costs)


def concat_branches(branches):
    if not branches:
        raise ValueError("branches is empty")
    first = branches[0]
    for b in branches:
        if b.dim() != 4 or b.size(0) != first.size(0) or b.size()[2:] != first.size()[2:]:
            raise ValueError("branches do not fit together")
    return torch.concat(list(branches), 1)


class Parallel(nn.ModuleList):
    """Modules on the same input, whose channels are put behind one another."""

    def forward(self, x):
        return concat_branches([branch(x) for branch in self])


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.add_module("branch1x1", nn.Conv2d(in_channels, 16, 1))
        self.add_module("branch5x5_1", nn.Conv2d(in_channels, 16, 1))
        self.add_module("branch5x5_2", nn.Conv2d(16, 24, 5, padding=2))
        self.add_module("branch3x3_1", nn.Conv2d(in_channels, 16, 1))
        self.add_module("branch3x3_2", nn.Conv2d(16, 24, 3, padding=1))
        self.add_module("branch3x3_3", nn.Conv2d(24, 24, 3, padding=1))
        self.add_module("branch_pool", nn.Conv2d(in_channels, 24, 1))
        self.add_module("pool", nn.AvgPool2d(3, 1, 1))
        self.out_channels = 88

    def forward(self, x):
        five = nn.Sequential(self.branch5x5_1, self.branch5x5_2)
        three = nn.Sequential(self.branch3x3_1, self.branch3x3_2, self.branch3x3_3)
        pool = nn.Sequential(self.pool, self.branch_pool)
        return Parallel([self.branch1x1, five, three, pool])(x)


class InceptionNet(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        sides = [image_size] * 2 if isinstance(image_size, int) else list(image_size)
        if any(side < 16 for side in sides):
            raise ValueError("image_size below 16")
        for _ in range(2):
            sides = [(side - 4) // 2 for side in sides]
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(in_channels, 10, 5),
                pool1=nn.MaxPool2d(2),
                relu1=nn.ReLU(),
                inception1=InceptionA(10),
                conv2=nn.Conv2d(88, 20, 5),
                pool2=nn.MaxPool2d(2),
                relu2=nn.ReLU(),
                inception2=InceptionA(20),
                flatten=nn.Flatten(),
                fc=nn.Linear(88 * sides[0] * sides[1], num_classes),
            )
        )


class ConvBlock(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        super().__init__(OrderedDict(conv=conv, bn=nn.BatchNorm2d(out_channels), relu=nn.ReLU(inplace=True)))


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce = ConvBlock(in_channels, c2[0], 1)
        self.branch2 = ConvBlock(c2[0], c2[1], 3, padding=1)
        self.branch3_reduce = ConvBlock(in_channels, c3[0], 1)
        self.branch3 = ConvBlock(c3[0], c3[1], 5, padding=2)
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.out_channels = c1 + c2[1] + c3[1] + c4

    def forward(self, x):
        rows = [
            [self.branch1],
            [self.branch2_reduce, self.branch2],
            [self.branch3_reduce, self.branch3],
            [self.pool, self.branch4],
        ]
        return Parallel([nn.Sequential(*row) for row in rows])(x)


class AuxiliaryHead(nn.Sequential):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(2)
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
        parts = OrderedDict()
        parts["stem"] = ConvBlock(in_channels, 8, 3, padding=1)
        parts["inception1"] = Inception(8, 4, (4, 6), (2, 4), 2)
        parts["inception2"] = Inception(16, 6, (4, 8), (2, 6), 4)
        parts["inception3"] = Inception(24, 8, (6, 12), (4, 8), 4)
        parts["auxiliary1"] = AuxiliaryHead(16, num_classes, dropout=dropout)
        parts["auxiliary2"] = AuxiliaryHead(24, num_classes, dropout=dropout)
        parts["fc"] = nn.Linear(32, num_classes)
        for name, part in parts.items():
            self.add_module(name, part)
        self.shrink = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.tail = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout))

    def forward(self, x):
        features = []
        for block in (self.inception1, self.inception2, self.inception3):
            x = block(self.shrink(features[-1]) if features else self.stem(x))
            features.append(x)
        main = self.fc(self.tail(x))
        if not self.training:
            return main
        return GoogLeNetOutput(main, self.auxiliary1(features[0]), self.auxiliary2(features[1]))


def auxiliary_loss(outputs, labels, weight=0.3):
    criterion = nn.CrossEntropyLoss()
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    losses = torch.stack([criterion(scores, labels) for scores in outputs])
    weights = torch.full_like(losses, weight)
    weights[0] = 1
    return losses @ weights


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=generator)
    model = model.to(device)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        running = 0.0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            loss = auxiliary_loss(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item() * images.size(0)
        history.append(running / len(loader.dataset))
    return history
