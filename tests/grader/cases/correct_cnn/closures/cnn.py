import math
from functools import reduce
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def both(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"kernel_size {kernel_size} does not fit")
    return room // stride + 1


def windowed(kernel_size, stride=1, padding=0, dilation=1, fill=0.0):
    """Return a function from images to their windows, (N, C, H', W', kh, kw)."""
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = map(both, (kernel_size, stride, padding, dilation))

    def windows(x):
        xp = F.pad(x, (pw, pw, ph, ph), value=fill)
        tall = xp.unfold(2, dh * (kh - 1) + 1, sh)
        wide = tall.unfold(3, dw * (kw - 1) + 1, sw)
        return wide[..., ::dh, ::dw]

    return windows


def corr2d(x, k):
    return (windowed(tuple(k.shape))(x[None, None])[0, 0] * k).sum((-2, -1))


def corr2d_multi(x, k):
    if k.shape[1] != len(x):
        raise ValueError(f"k sees {k.shape[1]} channels, x has {len(x)}")
    return torch.tensordot(k, windowed(tuple(k.shape[2:]))(x[None])[0], dims=([1, 2, 3], [0, 3, 4]))


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    c, f = x.shape[1], len(weight)
    if c % groups or f % groups:
        raise ValueError(f"groups {groups} divides not both {c} and {f}")
    if weight.shape[1] != c // groups:
        raise ValueError(f"weight has {weight.shape[1]} channels, not {c // groups}")
    cut = windowed(tuple(weight.shape[2:]), stride, padding, dilation)

    def one(part, filters):
        return torch.tensordot(cut(part), filters, dims=([1, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2)

    y = torch.cat([*map(one, x.chunk(groups, 1), weight.chunk(groups))], 1)
    return y if bias is None else y + bias.reshape(-1, 1, 1)


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    windows = windowed(kernel_size, stride, padding, dilation)(x)
    return windows.permute(0, 1, 4, 5, 2, 3).flatten(4).flatten(1, 3)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    kh, kw = weight.shape[2:]
    sizes = zip(x.shape[2:], (kh, kw), *map(both, (stride, padding, dilation)))
    places = [conv_output_size(*each) for each in sizes]
    y = weight.flatten(1) @ im2col(x, (kh, kw), stride, padding, dilation)
    y = y.unflatten(2, places)
    return y if bias is None else y + bias[:, None, None]


def pooling(reducer, fill=0.0):
    def pool(x, kernel_size, stride=None, padding=0):
        return reducer(windowed(kernel_size, kernel_size if stride is None else stride, padding, 1, fill)(x))

    return pool


def max_pool2d(x, kernel_size, stride=None, padding=0):
    return pooling(lambda w: w.amax((-2, -1)), -math.inf)(x, kernel_size, stride, padding)


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    if count_include_pad:
        return pooling(lambda w: w.mean((-2, -1)))(x, kernel_size, stride, padding)
    total = pooling(lambda w: w.sum((-2, -1)))
    inside = torch.ones_like(x[:1, :1])
    return total(x, kernel_size, stride, padding) / total(inside, kernel_size, stride, padding)


def adaptive_avg_pool2d(x, output_size):
    def bins(size, number):
        return [slice(i * size // number, -(-(i + 1) * size // number)) for i in range(number)]

    rows, columns = map(bins, x.shape[2:], both(output_size))
    return torch.stack([torch.stack([x[:, :, r, c].mean((2, 3)) for c in columns], -1) for r in rows], -2)


class EdgeResponse(NamedTuple):
    kernel: Tensor
    response: Tensor


def edge_filter(image, direction):
    vertical = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    kernel = {"vertical": vertical, "horizontal": vertical.T}[direction]
    return EdgeResponse(kernel, corr2d(image, kernel))


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list[float]


def learn_filter(x, y, kernel_size, lr, steps, generator):
    kh, kw = both(kernel_size)
    if y.shape != (len(x), x.shape[1] - kh + 1, x.shape[2] - kw + 1):
        raise ValueError(f"y is {tuple(y.shape)}")
    windows = windowed((kh, kw))(x[:, None])

    def loss_of(k):
        return ((windows * k).sum((-2, -1))[:, 0] - y).square().mean()

    slope = torch.func.grad_and_value(loss_of)
    k, losses = torch.randn(kh, kw, generator=generator, dtype=x.dtype).to(x.device), []
    for _ in range(steps):
        g, loss = slope(k)
        k, losses = k - lr * g, losses + [loss.item()]
    return LearnedFilter(k.detach(), losses)


def receptive_field(layers):
    def back(field, layer):
        k, s, d = (*layer, 1)[:3]
        return (field - 1) * s + d * (k - 1) + 1

    return reduce(back, reversed(layers), 1)


def count_parameters(model):
    return sum(map(Tensor.numel, filter(lambda p: p.requires_grad, model.parameters())))


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        for name, fill in (("bias", torch.zeros), ("weight", torch.ones)):
            self.register_parameter(name, nn.Parameter(fill(num_features)))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))

    def follow(self, mean, var, many):
        self.num_batches_tracked.add_(1)
        share = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean.detach(), share)
        self.running_var.lerp_(var.detach() * (many / (many - 1)), share)

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            var, mean = torch.var_mean(x, (0, 2, 3), correction=0)
            self.follow(mean, var, x.numel() // x.shape[1])
        scale = self.weight / (var + self.eps).sqrt()
        return (x - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]


def shift(x, dy, dx):
    h, w = x.shape[-2:]
    dy, dx = max(-h, min(dy, h)), max(-w, min(dx, w))
    return F.pad(x, (dx, -dx, dy, -dy))


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    if dy % stride or dx % stride:
        raise ValueError(f"stride {stride} does not divide {dy} and {dx}")

    def overlap(size, step):
        low, high = border, size - border
        return slice(max(low, low + step), min(high, high + step)), slice(max(low, low - step), min(high, high - step))

    with torch.no_grad():
        y, z = f(x), f(shift(x, dy, dx))
    (zi, yi), (zj, yj) = overlap(y.shape[2], dy // stride), overlap(y.shape[3], dx // stride)
    return (z[:, :, zi, zj] - y[:, :, yi, yj]).abs().max().item()


def run(module, plan, x):
    for name in plan.split():
        x = module.acts[name](x) if name in module.acts else getattr(module, name)(x)
    return x


def left(side, *layers):
    return reduce(lambda s, layer: conv_output_size(s, *layer), layers, side)


class SimpleCNN(nn.Module):
    acts = {"relu": F.relu, "pool": lambda x: F.max_pool2d(x, 2), "flat": lambda x: x.flatten(1)}

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = (left(side, (5,), (2, 2), (5,), (2, 2)) for side in both(image_size))
        self.fc = nn.Linear(20 * h * w, num_classes)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.conv1 = nn.Conv2d(in_channels, 10, 5)

    def forward(self, x):
        return run(self, "conv1 relu pool conv2 relu pool flat fc", x)


class LeNet(nn.Module):
    acts = {"tanh": torch.tanh, "pool": lambda x: F.avg_pool2d(x, 2), "flat": lambda x: x.flatten(1)}

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = (left(side, (5, 1, 2), (2, 2), (5,), (2, 2)) for side in both(image_size))
        widths = [16 * h * w, 120, 84, num_classes]
        for i in range(3):
            self.add_module(f"fc{i + 1}", nn.Linear(widths[i], widths[i + 1]))
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 6, 5, padding=2), nn.Conv2d(6, 16, 5)

    def forward(self, x):
        return run(self, "conv1 tanh pool conv2 tanh pool flat fc1 tanh fc2 tanh fc3", x)


def vgg_block(num_convs, in_channels, out_channels):
    def pair(i):
        return nn.Conv2d(out_channels if i else in_channels, out_channels, 3, padding=1), nn.ReLU()

    return nn.Sequential(*sum(map(pair, range(num_convs)), ()), nn.MaxPool2d(2))


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__()
        inputs = [in_channels] + [f for _, f in config]
        self.blocks = nn.Sequential(*map(lambda c, pair: vgg_block(pair[0], c, pair[1]), inputs, config))
        sides = (image_size, image_size) if isinstance(image_size, int) else image_size
        left = [side // 2 ** len(config) for side in sides]
        self.fc1 = nn.Linear(inputs[-1] * left[0] * left[1], hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x):
        steps = [self.blocks, lambda x: x.flatten(1), self.fc1, F.relu, self.fc2]
        for step in steps:
            x = step(x)
        return x


class AlexNet(nn.Module):
    acts = {"relu": F.relu, "pool": lambda x: F.max_pool2d(x, 3, 2), "flat": lambda x: x.flatten(1)}

    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        channels = [in_channels, width, 3 * width, 6 * width, 4 * width, 4 * width]
        for i, k in enumerate((5, 5, 3, 3, 3)):
            setattr(self, f"conv{i + 1}", nn.Conv2d(channels[i], channels[i + 1], k, padding=k // 2))
        h, w = (left(side, *[(3, 2)] * 3) for side in both(image_size))
        features = [4 * width * h * w, 64 * width, 64 * width, num_classes]
        for i in range(3):
            setattr(self, f"fc{i + 1}", nn.Linear(features[i], features[i + 1]))
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = run(self, "conv1 relu pool conv2 relu pool conv3 relu conv4 relu conv5 relu pool flat", x)
        return run(self, "fc1 relu drop fc2 relu drop fc3", x)


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model.to(device).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)

    def step(x, y):
        loss = F.cross_entropy(model(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item() * len(y), len(y)

    def epoch():
        sums, counts = zip(*(step(x, y) for x, y in loader))
        return sum(sums) / sum(counts)

    return [epoch() for _ in range(epochs)]


TranslationTest = NamedTuple("TranslationTest", [("right", dict), ("accuracies", dict), ("steadiest", str)])


def translation_test(models, x, y, distances, batch_size=64):
    def moves(d):
        yield from ((0, 0),) if d == 0 else ((-d, 0), (d, 0), (0, -d), (0, d))

    def reader(model):
        def count(d):
            total = 0
            for move in moves(d):
                for images, labels in zip(shift(x, *move).split(batch_size), y.split(batch_size)):
                    total += torch.count_nonzero(model(images).argmax(-1) == labels).item()
            return total

        return count

    def still(model, work):
        modes = [module.training for module in model.modules()]
        try:
            with torch.inference_mode():
                return work(reader(model.eval()))
        finally:
            for module, mode in zip(model.modules(), modes):
                module.training = mode

    right = {name: still(model, lambda count: [count(d) for d in distances]) for name, model in models.items()}
    shown = [len(x) * len(list(moves(d))) for d in distances]
    accuracies = {name: [a / b for a, b in zip(counts, shown)] for name, counts in right.items()}
    return TranslationTest(right, accuracies, min(models, key=lambda n: accuracies[n][0] - accuracies[n][-1]))
