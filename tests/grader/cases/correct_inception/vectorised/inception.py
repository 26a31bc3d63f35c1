from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def need(ok, name):
    if not ok:
        raise ValueError(f"`{name}` is not right")


def pointwise_conv(x, weight, bias=None):
    need(x.ndim == 4, "x"), need(weight.ndim == 4 and weight.shape[1:] == (x.shape[1], 1, 1), "weight")
    need(bias is None or bias.shape == weight.shape[:1], "bias")
    y = torch.einsum("nchw,fcab->nfhw", x, weight)
    return y if bias is None else y + bias[:, None, None]


def multiplications(layer_spec):
    (c, *size), total = layer_spec[0], 0
    for f, k, s, p in layer_spec[1:]:
        size = [(side + 2 * p - k) // s + 1 for side in size]
        need(min(size) > 0, "layer_spec")
        c, total = f, total + f * size[0] * size[1] * c * k * k
    return total


def concat_branches(branches):
    need(len(branches) and all(b.ndim == 4 for b in branches), "branches")
    need(len({(b.shape[0], *b.shape[2:]) for b in branches}) == 1, "branches")
    return torch.cat(tuple(branches), 1).clone()


class InceptionA(nn.Module):
    out_channels = 88

    def __init__(self, in_channels):
        super().__init__()
        self.branch1x1, self.branch5x5_1 = nn.Conv2d(in_channels, 16, 1), nn.Conv2d(in_channels, 16, 1)
        self.branch3x3_1, self.branch_pool = nn.Conv2d(in_channels, 16, 1), nn.Conv2d(in_channels, 24, 1)
        self.branch5x5_2, self.branch3x3_2 = nn.Conv2d(16, 24, 5, padding=2), nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)

    def forward(self, x):
        # a 1x1 convolution without its bias, and an average may change places; the bias comes afterwards
        pooled = F.conv2d(x, self.branch_pool.weight)
        pooled = F.pad(pooled, (1, 1, 1, 1)).unfold(2, 3, 1).unfold(3, 3, 1).mean((-1, -2))
        return torch.cat(
            (
                self.branch1x1(x),
                self.branch5x5_2(self.branch5x5_1(x)),
                self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x))),
                pooled + self.branch_pool.bias[:, None, None],
            ),
            1,
        )


class InceptionNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = (image_size,) * 2 if isinstance(image_size, int) else image_size
        need(min(h, w) >= 16, "image_size")
        self.conv1, self.inception1 = nn.Conv2d(in_channels, 10, 5), InceptionA(10)
        self.conv2, self.inception2 = nn.Conv2d(88, 20, 5), InceptionA(20)
        self.fc = nn.Linear(88 * (h // 4 - 3) * (w // 4 - 3), num_classes)

    def forward(self, x):
        h = self.inception1(F.max_pool2d(self.conv1(x).relu(), 2))
        return self.fc(self.inception2(F.max_pool2d(self.conv2(h).relu(), 2)).flatten(1))


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return self.bn(self.conv(x)).clamp_min(0)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1, self.branch4 = ConvBlock(in_channels, c1, 1), ConvBlock(in_channels, c4, 1)
        self.branch2_reduce, self.branch2 = ConvBlock(in_channels, c2[0], 1), ConvBlock(*c2, 3, 1, 1)
        self.branch3_reduce, self.branch3 = ConvBlock(in_channels, c3[0], 1), ConvBlock(*c3, 5, 1, 2)
        self.out_channels = c1 + c2[1] + c3[1] + c4

    def forward(self, x):
        most = F.pad(x, (1, 1, 1, 1), value=float("-inf")).unfold(2, 3, 1).unfold(3, 3, 1).amax((-1, -2))
        return torch.cat(
            (
                self.branch1(x),
                self.branch2(self.branch2_reduce(x)),
                self.branch3(self.branch3_reduce(x)),
                self.branch4(most),
            ),
            1,
        )


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.reduce, self.drop = ConvBlock(in_channels, channels, 1), nn.Dropout(dropout)
        self.fc1, self.fc2 = nn.Linear(4 * channels, hidden), nn.Linear(hidden, num_classes)

    def forward(self, x):
        return self.fc2(self.drop(self.fc1(self.reduce(F.adaptive_avg_pool2d(x, 2)).flatten(1)).relu()))


class GoogLeNetOutput(NamedTuple):
    main: Tensor
    auxiliary1: Tensor
    auxiliary2: Tensor


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        self.stem, self.inception1 = ConvBlock(in_channels, 8, 3, padding=1), Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2, self.inception3 = Inception(16, 6, (4, 8), (2, 6), 4), Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1, self.auxiliary2 = (AuxiliaryHead(c, num_classes, dropout=dropout) for c in (16, 24))
        self.fc, self.drop = nn.Linear(32, num_classes), nn.Dropout(dropout)

    def forward(self, x):
        h1 = self.inception1(self.stem(x))
        h2 = self.inception2(F.max_pool2d(h1, 3, 2, ceil_mode=True))
        main = self.fc(self.drop(self.inception3(F.max_pool2d(h2, 3, 2, ceil_mode=True)).flatten(2).mean(2)))
        return GoogLeNetOutput(main, self.auxiliary1(h1), self.auxiliary2(h2)) if self.training else main


def auxiliary_loss(outputs, labels, weight=0.3):
    scores = torch.stack((outputs,) if isinstance(outputs, Tensor) else tuple(outputs))
    losses = -scores.log_softmax(-1).gather(-1, labels.expand(len(scores), -1)[..., None]).mean((1, 2))
    return losses[0] + weight * losses[1:].sum()


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model.to(device).train()
    adam, means = torch.optim.Adam(model.parameters(), lr), []
    for _ in range(epochs):
        order, total = torch.rand(len(x), generator=generator, dtype=torch.float64).argsort(), torch.zeros((), device=device)
        for images, labels in zip(x[order].split(batch_size), y[order].split(batch_size), strict=True):
            loss = auxiliary_loss(model(images.to(device)), labels.to(device))
            adam.zero_grad(), loss.backward(), adam.step()
            total += loss.detach() * len(labels)
        means.append((total / len(x)).item())
    return means


class MendedInception(nn.Module):
    def __init__(self, in_channels, reduced, channels):
        super().__init__()
        c, r, f = in_channels, reduced, channels
        self.branch1, self.branch_pool = nn.Conv2d(c, f, 1), nn.Conv2d(c, f, 1)
        self.reduce3, self.reduce5 = nn.Conv2d(c, r, 1), nn.Conv2d(c, r, 1)
        self.branch3, self.branch5 = nn.Conv2d(r, f, 3, padding=1), nn.Conv2d(r, f, 5, padding=2)

    def forward(self, x):
        first = self.branch1, self.reduce3, self.reduce5
        weight, bias = (torch.cat([getattr(m, name) for m in first]) for name in ("weight", "bias"))
        one, three, five = F.conv2d(x, weight, bias).relu().split([len(m.bias) for m in first], 1)
        pool = self.branch_pool(F.max_pool2d(x, 3, 1, 1)).relu()
        return torch.cat((one, self.branch3(three).relu(), self.branch5(five).relu(), pool), 1)


def check_pointwise_conv(pointwise_conv):
    g = torch.Generator().manual_seed(4)
    rand = lambda *shape: torch.randn(*shape, generator=g, dtype=torch.float64)
    for n, c, f, h, w in [(2, 5, 3, 4, 3), (2, 3, 3, 4, 5)]:
        for arguments in [(rand(n, c, h, w), rand(f, c, 1, 1), rand(f)), (rand(n, c, h, w), rand(f, c, 1, 1))]:
            mine = [a.clone().requires_grad_() for a in arguments]
            own = [a.clone().requires_grad_() for a in arguments]
            y, z = pointwise_conv(*mine), F.conv2d(*own)
            torch.testing.assert_close(y, z)
            assert y.requires_grad
            up = rand(n, f, h, w)
            y.backward(up)
            z.backward(up)
            for a, b in zip(mine, own):
                torch.testing.assert_close(a.detach(), b.detach())
                assert a.grad is not None
                torch.testing.assert_close(a.grad, b.grad)
