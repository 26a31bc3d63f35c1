from collections import namedtuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def pointwise_conv(x, weight, bias=None):
    if np.ndim(x.detach()) != 4:
        raise ValueError("x.ndim != 4")
    if weight.ndim != 4 or not np.array_equal(weight.shape[1:], [x.shape[1], 1, 1]):
        raise ValueError("weight.shape != (F, C, 1, 1)")
    if bias is not None and tuple(bias.shape) != (len(weight),):
        raise ValueError("bias.shape != (F,)")
    y = torch.swapaxes(torch.swapaxes(x, 1, 3) @ weight[:, :, 0, 0].T, 1, 3)
    if bias is not None:
        y = y + bias[:, np.newaxis, np.newaxis]
    return y


def multiplications(layer_spec):
    (channels, *size), total = layer_spec[0], 0
    size = np.array(size, dtype=object)  # Python's ints, which do not overflow
    for filters, k, stride, padding in layer_spec[1:]:
        room = size + 2 * padding - k
        if min(room) < 0:
            raise ValueError("layer_spec: kernel > image")
        size = room // stride + 1
        total = total + filters * np.prod(size) * channels * k**2
        channels = filters
    return int(total)


def concat_branches(branches):
    shapes = [tuple(b.shape) for b in branches]
    if len(shapes) == 0 or any(len(s) != 4 for s in shapes):
        raise ValueError("branches: none, or not of four axes")
    if len({s[:1] + s[2:] for s in shapes}) > 1:
        raise ValueError(f"branches: {shapes}")
    return torch.concatenate(tuple(branches), axis=1)


def relu(a):
    return a * (a > 0)


def pool(a, reduce):
    """2x2 windows with stride 2 by reshape; the odd edge goes."""
    n, c, h, w = a.shape
    h, w = h // 2, w // 2
    return reduce(a[:, :, : 2 * h, : 2 * w].reshape(n, c, h, 2, w, 2), (3, 5))


def mean3(a):
    """Mean over 3x3 windows, zeros at the border, as a sum of nine shifted images."""
    h, w = a.shape[-2:]
    padded = F.pad(a, [1] * 4)
    return sum(padded[..., i : i + h, j : j + w] for i, j in np.ndindex(3, 3)) / 9


def max3(a):
    h, w = a.shape[-2:]
    padded = F.pad(a, [1] * 4, value=-np.inf)
    shifted = [padded[..., i : i + h, j : j + w] for i, j in np.ndindex(3, 3)]
    return torch.stack(shifted).amax(axis=0)


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        nn.Module.__init__(self)
        for name, (a, b, k) in {
            "branch1x1": (in_channels, 16, 1),
            "branch3x3_1": (in_channels, 16, 1),
            "branch3x3_2": (16, 24, 3),
            "branch3x3_3": (24, 24, 3),
            "branch5x5_1": (in_channels, 16, 1),
            "branch5x5_2": (16, 24, 5),
            "branch_pool": (in_channels, 24, 1),
        }.items():
            self.__setattr__(name, nn.Conv2d(a, b, k, padding=k // 2))
        self.out_channels = int(np.array([16, 24, 24, 24]).sum())

    def forward(self, x):
        y = [self.branch1x1(x)]
        y += [self.branch5x5_2(self.branch5x5_1(x))]
        y += [self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))]
        y += [self.branch_pool(mean3(x))]
        return concat_branches(y)


class InceptionNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        nn.Module.__init__(self)
        size = np.ones(2, dtype=int) * image_size
        if np.any(size < 16):
            raise ValueError("image_size < 16")
        left = np.floor((np.floor((size - 4) / 2) - 4) / 2).astype(int)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 5), nn.Conv2d(88, 20, 5)
        self.inception1, self.inception2 = InceptionA(10), InceptionA(20)
        self.fc = nn.Linear(int(88 * np.prod(left)), num_classes)

    def forward(self, x):
        h = self.inception1(relu(pool(self.conv1(x), torch.amax)))
        h = self.inception2(relu(pool(self.conv2(h), torch.amax)))
        return self.fc(h.reshape(h.shape[0], -1))


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        nn.Module.__init__(self)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        nn.Module.__init__(self)
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce, self.branch2 = ConvBlock(in_channels, c2[0], 1), ConvBlock(*c2, 3, padding=1)
        self.branch3_reduce, self.branch3 = ConvBlock(in_channels, c3[0], 1), ConvBlock(*c3, 5, padding=2)
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.out_channels = int(np.cumsum([c1, c2[1], c3[1], c4])[-1])

    def forward(self, x):
        return concat_branches(
            [self.branch1(x), self.branch2(self.branch2_reduce(x)), self.branch3(self.branch3_reduce(x)), self.branch4(max3(x))]
        )


def bins(n):
    """Where the two bins of an axis begin and end."""
    edges = np.arange(3) * n / 2
    return [(int(np.floor(edges[i])), int(np.ceil(edges[i + 1]))) for i in range(2)]


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        nn.Module.__init__(self)
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1, self.fc2 = nn.Linear(4 * channels, hidden), nn.Linear(hidden, num_classes)
        self.keep = 1 - dropout

    def drop(self, h):
        if not self.training or self.keep == 1:
            return h
        if self.keep == 0:
            return h * 0
        return h * (torch.rand_like(h) < self.keep) / self.keep

    def forward(self, x):
        rows, columns = bins(x.shape[2]), bins(x.shape[3])
        means = [[x[:, :, a:b, c:d].mean(axis=(2, 3)) for c, d in columns] for a, b in rows]
        h = torch.stack([torch.stack(row, axis=-1) for row in means], axis=-2)
        h = self.drop(relu(self.fc1(self.reduce(h).reshape(len(x), -1))))
        return self.fc2(h)


GoogLeNetOutput = namedtuple("GoogLeNetOutput", ("main", "auxiliary1", "auxiliary2"))


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        nn.Module.__init__(self)
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1 = AuxiliaryHead(16, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(24, num_classes, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(32, num_classes)

    def forward(self, x):
        h1 = self.inception1(self.stem(x))
        h2 = self.inception2(F.max_pool2d(h1, 3, 2, ceil_mode=True))
        h3 = self.inception3(F.max_pool2d(h2, 3, 2, ceil_mode=True))
        main = self.fc(self.dropout(h3.mean(axis=(2, 3))))
        return GoogLeNetOutput(main, self.auxiliary1(h1), self.auxiliary2(h2)) if self.training else main


def cross_entropy(scores, labels):
    shifted = scores - scores.amax(axis=1, keepdims=True).detach()
    log_z = torch.log(torch.exp(shifted).sum(axis=1))
    return (log_z - shifted[torch.arange(len(labels)), labels]).mean()


def auxiliary_loss(outputs, labels, weight=0.3):
    if torch.is_tensor(outputs):
        outputs = (outputs,)
    losses = [cross_entropy(scores, labels) for scores in outputs]
    return losses[0] + weight * sum(losses[1:])


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model.train()
    model.to(device)
    opt = torch.optim.Adam(model.parameters(), lr)
    n = len(x)
    losses = np.zeros((epochs, n))
    for epoch in range(epochs):
        order = torch.randperm(n, generator=generator).numpy()
        for idx in np.split(order, range(batch_size, n, batch_size)):
            opt.zero_grad()
            loss = auxiliary_loss(model(x[idx].to(device)), y[idx].to(device))
            loss.backward()
            opt.step()
            losses[epoch, idx] = loss.item()
    return losses.mean(axis=1).tolist()


def check_pointwise_conv(pointwise_conv):
    rs = np.random.RandomState(3)
    for n, c, f, h, w in ((2, 3, 5, 4, 5), (3, 4, 4, 2, 3), (2, 1, 3, 3, 2)):
        x, k, b = rs.randn(n, c, h, w), rs.randn(f, c, 1, 1), rs.randn(f)
        plain = np.einsum("fc,nchw->nfhw", k[:, :, 0, 0], x)
        up = rs.randn(n, f, h, w)
        for bias in (None, b):
            tensors = [torch.tensor(a, requires_grad=True) for a in (x, k) + (() if bias is None else (bias,))]
            y = pointwise_conv(*tensors, None) if bias is None else pointwise_conv(*tensors)
            want = plain if bias is None else plain + bias[None, :, None, None]
            assert y.detach().numpy().dtype == np.float64
            assert y.shape == want.shape
            np.testing.assert_allclose(y.detach().numpy(), want, rtol=1e-7, atol=1e-9)
            for t, a in zip(tensors, (x, k, b)):
                np.testing.assert_array_equal(t.detach().numpy(), a)
            assert y.requires_grad
            y.backward(torch.tensor(up))
            grads = (
                np.einsum("fc,nfhw->nchw", k[:, :, 0, 0], up),
                np.einsum("nfhw,nchw->fc", up, x)[:, :, None, None],
                up.sum(axis=(0, 2, 3)),
            )
            for t, g in zip(tensors, grads):
                assert t.grad is not None
                np.testing.assert_allclose(t.grad.numpy(), g, rtol=1e-7, atol=1e-9)
        short = pointwise_conv(torch.tensor(x), torch.tensor(k))
        np.testing.assert_allclose(short.numpy(), plain, rtol=1e-7, atol=1e-9)
