import functools
import itertools
import operator
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn


@dataclass(frozen=True)
class Axis:
    """One axis of a sliding window."""

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    blame: str = "kernel_size"

    def __post_init__(self):
        for value, least, name in (
            (self.kernel, 1, "kernel_size"),
            (self.stride, 1, "stride"),
            (self.padding, 0, "padding"),
            (self.dilation, 1, "dilation"),
        ):
            if value < least:
                raise ValueError(f"{name} should be >= {least}, got {value}")
        if self.room < 0:
            raise ValueError(f"{self.blame} does not fit into the padded image")

    @property
    def room(self):
        return self.size + 2 * self.padding - self.dilation * (self.kernel - 1) - 1

    @property
    def places(self):
        return self.room // self.stride + 1

    def indices(self):
        """(places, kernel): the pixel of the padded axis that each position meets."""
        starts = torch.arange(self.places) * self.stride
        return starts[:, None] + torch.arange(self.kernel) * self.dilation


def pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def axes(x, kernel, stride=1, padding=0, dilation=1, blame="kernel_size"):
    options = map(pair, (kernel, stride, padding, dilation))
    sizes = zip(x.shape[2:], *options)
    return [Axis(*numbers, blame=blame) for numbers in sizes]


def framed(x, rows, cols, value=0.0):
    return nn.ConstantPad2d((cols.padding, cols.padding, rows.padding, rows.padding), value)(x)


def patches(x, rows, cols, value=0.0):
    """(N, C, H', kh, W', kw) by advanced indexing."""
    i = rows.indices().to(x.device)
    j = cols.indices().to(x.device)
    return framed(x, rows, cols, value)[:, :, i[:, :, None, None], j]


def four_axes(function):
    @functools.wraps(function)
    def checked(x, *args, **kwargs):
        if x.dim() != 4:
            raise ValueError(f"x should have four axes, got {tuple(x.shape)}")
        return function(x, *args, **kwargs)

    return checked


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    if size < 1:
        raise ValueError("size should be >= 1")
    return Axis(size, kernel_size, stride, padding, dilation).places


def corr2d(x, k):
    if x.dim() != 2:
        raise ValueError("x should be a matrix")
    if k.dim() != 2:
        raise ValueError("k should be a matrix")
    rows, cols = (Axis(s, t, blame="k") for s, t in zip(x.shape, k.shape))
    cut = patches(x[None, None], rows, cols)[0, 0]
    return torch.tensordot(cut, k, dims=([1, 3], [0, 1]))


def corr2d_multi(x, k):
    if x.dim() != 3:
        raise ValueError("x should be (C, H, W)")
    if k.dim() != 4 or k.shape[1] != x.shape[0]:
        raise ValueError("k should be (F, C, kh, kw)")
    one = functools.partial(map, corr2d, x)
    return torch.stack([functools.reduce(operator.add, one(kernels)) for kernels in k])


@four_axes
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if weight.dim() != 4:
        raise ValueError("weight should have four axes")
    filters, share, *kernel = weight.shape
    if groups < 1 or x.shape[1] % groups or filters % groups:
        raise ValueError("groups should divide channels and filters")
    if share * groups != x.shape[1]:
        raise ValueError("weight should have C / groups channels")
    if bias is not None and bias.shape != (filters,):
        raise ValueError("bias should be (F,)")
    rows, cols = axes(x, tuple(kernel), stride, padding, dilation, blame="weight")
    cut = patches(x, rows, cols).permute(1, 3, 5, 0, 2, 4)
    columns = cut.reshape(groups, share * kernel[0] * kernel[1], -1)
    product = torch.bmm(weight.reshape(groups, filters // groups, -1), columns)
    y = product.reshape(filters, x.shape[0], rows.places, cols.places).transpose(0, 1)
    return y if bias is None else y + bias.view(-1, 1, 1)


@four_axes
def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    rows, cols = axes(x, kernel_size, stride, padding, dilation)
    cut = patches(x, rows, cols).permute(0, 1, 3, 5, 2, 4)
    return cut.reshape(x.shape[0], x.shape[1] * rows.kernel * cols.kernel, rows.places * cols.places)


@four_axes
def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if weight.dim() != 4 or weight.shape[1] != x.shape[1]:
        raise ValueError("weight should be (F, C, kh, kw)")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias should be (F,)")
    kernel = tuple(weight.shape[2:])
    rows, cols = axes(x, kernel, stride, padding, dilation, blame="weight")
    columns = im2col(x, kernel, stride, padding, dilation)
    y = nn.functional.linear(columns.transpose(1, 2), weight.reshape(len(weight), -1), bias)
    return y.transpose(1, 2).reshape(len(x), len(weight), rows.places, cols.places)


def pool_axes(x, kernel_size, stride, padding):
    kernel, padding = pair(kernel_size), pair(padding)
    steps = kernel if stride is None else pair(stride)
    if min(kernel) >= 1 and any(p > k / 2 for p, k in zip(padding, kernel)):
        raise ValueError("padding should be at most half of the window")
    return axes(x, kernel, steps, padding)


@four_axes
def max_pool2d(x, kernel_size, stride=None, padding=0):
    rows, cols = pool_axes(x, kernel_size, stride, padding)
    return patches(x, rows, cols, float("-inf")).max(dim=5).values.max(dim=3).values


@four_axes
def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    rows, cols = pool_axes(x, kernel_size, stride, padding)
    if count_include_pad:
        return patches(x, rows, cols).mean((3, 5))

    def inside(axis):
        where = axis.indices() - axis.padding
        return ((where >= 0) & (where < axis.size)).sum(1).to(x.device, x.dtype)

    return patches(x, rows, cols).sum((3, 5)) / torch.outer(inside(rows), inside(cols))


@four_axes
def adaptive_avg_pool2d(x, output_size):
    bins = pair(output_size)
    if min(bins) < 1:
        raise ValueError("output_size should be >= 1")
    cuts = [
        [slice(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
        for size, count in zip(x.shape[2:], bins)
    ]
    means = [x[:, :, a, b].flatten(2).mean(2) for a, b in itertools.product(*cuts)]
    return torch.stack(means, 2).unflatten(2, bins)


EdgeResponse = NamedTuple("EdgeResponse", [("kernel", torch.Tensor), ("response", torch.Tensor)])
LearnedFilter = NamedTuple("LearnedFilter", [("kernel", torch.Tensor), ("losses", list)])

SOBEL = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
KERNELS = {"vertical": SOBEL, "horizontal": tuple(zip(*SOBEL))}


def edge_filter(image, direction):
    if direction not in KERNELS:
        raise ValueError(f"direction should be one of {sorted(KERNELS)}")
    if image.dim() != 2 or min(image.shape) < 3:
        raise ValueError("image should be (H, W), both at least 3")
    kernel = torch.tensor(KERNELS[direction], dtype=image.dtype, device=image.device)
    return EdgeResponse(response=corr2d(image, kernel), kernel=kernel)


def learn_filter(x, y, kernel_size, lr, steps, generator):
    if x.dim() != 3:
        raise ValueError("x should be (M, H, W)")
    kernel = pair(kernel_size)
    rows, cols = axes(x[:, None], kernel)
    if tuple(y.shape) != (len(x), rows.places, cols.places):
        raise ValueError("y should be what the kernel made of x")
    if steps < 0:
        raise ValueError("steps should not be negative")
    layer = nn.utils.skip_init(nn.Conv2d, 1, 1, kernel, bias=False, device=x.device, dtype=x.dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.empty(1, 1, *kernel).uniform_(-0.5, 0.5, generator=generator))
    criterion, optimizer = nn.MSELoss(), torch.optim.SGD(layer.parameters(), lr=lr)

    def step():
        optimizer.zero_grad()
        loss = criterion(layer(x.detach()[:, None])[:, 0], y.detach())
        loss.backward()
        return loss

    with torch.enable_grad():
        losses = [optimizer.step(step).item() for _ in range(steps)]
    return LearnedFilter(layer.weight.detach()[0, 0], losses)


def receptive_field(layers):
    def grow(state, layer):
        field, jump = state
        if not 2 <= len(layer) <= 3 or any(number < 1 for number in layer):
            raise ValueError("layers should be (kernel, stride[, dilation]), all >= 1")
        kernel, stride, dilation = (*layer, 1)[:3]
        return field + dilation * (kernel - 1) * jump, jump * stride

    return functools.reduce(grow, layers, (1, 1))[0]


def count_parameters(model):
    return sum(map(torch.numel, filter(operator.attrgetter("requires_grad"), model.parameters())))


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        for name, start in (("weight", 1.0), ("bias", 0.0)):
            self.register_parameter(name, nn.Parameter(torch.full((num_features,), start)))
        for name, start in (("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((num_features,), start))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    @torch.no_grad()
    def track(self, mean, variance):
        """New tensors in place of the old buffers."""
        self.num_batches_tracked = self.num_batches_tracked + 1
        share = self.momentum
        if share is None:
            share = 1 / self.num_batches_tracked.item()
        for name, new in (("running_mean", mean), ("running_var", variance)):
            setattr(self, name, (1 - share) * getattr(self, name) + share * new)

    def forward(self, x):
        if x.dim() != 4 or x.shape[1] != self.weight.numel():
            raise ValueError("x should be (N, C, H, W)")
        mean, variance = self.running_mean, self.running_var
        if self.training:
            crowd = x.transpose(0, 1).flatten(1)
            count = crowd.shape[1]
            if count < 2:
                raise ValueError("x should have two values in each channel at least")
            mean, variance = crowd.mean(1), crowd.var(1, unbiased=False)
            self.track(mean.detach(), variance.detach() * count / (count - 1))
        mean, variance, weight, bias = (v[None, :, None, None] for v in (mean, variance, self.weight, self.bias))
        return torch.addcmul(bias, (x - mean) / (variance + self.eps).sqrt(), weight)


def shift(x, dy, dx):
    for axis, move in ((-2, dy), (-1, dx)):
        size = x.shape[axis]
        move = max(-size, min(size, move))
        place = torch.arange(size, device=x.device) - move
        outside = (place < 0) | (place >= size)
        x = torch.roll(x, move, axis).masked_fill(outside[:, None] if axis == -2 else outside, 0)
    return x


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    steps = []
    for move in (dy, dx):
        step, rest = divmod(move, stride)
        if rest:
            raise ValueError("stride should divide the shift")
        steps.append(step)
    with torch.no_grad():
        y, z = f(x), f(shift(x, dy, dx))
    here, there = [...], [...]
    for size, step in zip(y.shape[2:], steps):
        first = border + max(step, 0)
        last = size - border + min(step, 0)
        if first >= last:
            raise ValueError("border should leave some pixels")
        here.append(slice(first, last))
        there.append(slice(first - step, last - step))
    return torch.dist(z[tuple(here)], y[tuple(there)], p=float("inf")).item()


def shrunk(image_size, smallest, *layers):
    """The product of what is left of both sides."""
    sides = pair(image_size)
    if min(sides) < smallest:
        raise ValueError(f"image_size should be at least {smallest}")

    def through(side):
        for layer in layers:
            side = conv_output_size(side, *layer)
        return side

    return operator.mul(*map(through, sides))


class SimpleCNN(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        left = shrunk(image_size, 16, (5,), (2, 2), (5,), (2, 2))
        layers = OrderedDict(
            conv1=nn.Conv2d(in_channels, 10, kernel_size=5),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(10, 20, kernel_size=5),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            fc=nn.Linear(20 * left, num_classes),
        )
        super().__init__(layers)


class LeNet(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        left = shrunk(image_size, 12, (5, 1, 2), (2, 2), (5,), (2, 2))
        widths = [16 * left, 120, 84, num_classes]
        for number, conv in enumerate((nn.Conv2d(in_channels, 6, 5, padding=2), nn.Conv2d(6, 16, 5)), 1):
            self.add_module(f"conv{number}", conv)
            self.add_module(f"squash{number}", nn.Tanh())
            self.add_module(f"mean{number}", nn.AvgPool2d(2))
        self.add_module("flat", nn.Flatten())
        for number, (wide, narrow) in enumerate(itertools.pairwise(widths), 1):
            self.add_module(f"fc{number}", nn.Linear(wide, narrow))
            if number < 3:
                self.add_module(f"bend{number}", nn.Tanh())


def vgg_block(num_convs, in_channels, out_channels):
    if num_convs < 1:
        raise ValueError("num_convs should be >= 1")
    channels = itertools.pairwise([in_channels, *itertools.repeat(out_channels, num_convs)])
    rows = ((nn.Conv2d(c, f, kernel_size=3, padding=1), nn.ReLU()) for c, f in channels)
    return nn.Sequential(*itertools.chain.from_iterable(rows), nn.MaxPool2d(2, 2))


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__()
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        inputs = [in_channels, *(channels for _, channels in config)]
        self.blocks = nn.Sequential(*(vgg_block(n, c, f) for c, (n, f) in zip(inputs, config)))
        self.fc1 = nn.Linear(inputs[-1] * (h >> len(config)) * (w >> len(config)), hidden)
        self.act = nn.ReLU()
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(self.blocks(x).flatten(1))))


class Drop(nn.Module):
    """Dropout by hand, from torch's own generator."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, x):
        if not self.training or self.share == 0:
            return x
        if self.share == 1:
            return x * 0
        return x * (torch.rand_like(x) >= self.share) / (1 - self.share)


class AlexNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        left = shrunk(image_size, 15, (3, 2), (3, 2), (3, 2))
        channels = [in_channels, *(factor * width for factor in (1, 3, 6, 4, 4))]
        for number, (c, f) in enumerate(itertools.pairwise(channels), 1):
            kernel = 5 if number <= 2 else 3
            self.add_module(f"conv{number}", nn.Conv2d(c, f, kernel, padding=kernel // 2))
        features = [4 * width * left, 64 * width, 64 * width, num_classes]
        for number, (d, e) in enumerate(itertools.pairwise(features), 1):
            self.add_module(f"fc{number}", nn.Linear(d, e))
        self.relu, self.pool, self.drop = nn.ReLU(), nn.MaxPool2d(3, 2), Drop(dropout)

    def forward(self, x):
        plan = "conv1 relu pool conv2 relu pool conv3 relu conv4 relu conv5 relu pool"
        x = functools.reduce(lambda h, name: getattr(self, name)(h), plan.split(), x)
        plan = "fc1 relu drop fc2 relu drop fc3"
        return functools.reduce(lambda h, name: getattr(self, name)(h), plan.split(), torch.flatten(x, 1))


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model = model.to(device)
    speed = {}

    def step(x, y):
        model.zero_grad(set_to_none=True)
        loss = nn.CrossEntropyLoss()(model(x.to(device)), y.to(device))
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    speed[p] = momentum * speed.get(p, torch.zeros_like(p)) + p.grad
                    p.sub_(lr * speed[p])
        return loss.item(), y.shape[0]

    def epoch(_):
        model.train()
        losses, counts = zip(*itertools.starmap(step, loader))
        return sum(map(operator.mul, losses, counts)) / sum(counts)

    return list(map(epoch, range(epochs)))


class MendedConvNorm(nn.Module):
    def __init__(self, in_channels, out_channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum = momentum
        self.eps = eps
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False)
        self.weight = nn.Parameter(torch.ones(out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.register_buffer("running_mean", torch.zeros(out_channels))
        self.register_buffer("running_var", torch.ones(out_channels))

    def forward(self, x):
        h = self.conv(x)
        if self.training:
            mean = h.mean(dim=(0, 2, 3))
            variance = h.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                unbiased = h.var(dim=(0, 2, 3), unbiased=True)
                self.running_mean.copy_((1 - self.momentum) * self.running_mean + self.momentum * mean)
                self.running_var.copy_((1 - self.momentum) * self.running_var + self.momentum * unbiased)
        else:
            mean, variance = self.running_mean, self.running_var
        h = (h - mean.view(1, -1, 1, 1)) / torch.sqrt(variance.view(1, -1, 1, 1) + self.eps)
        h = h * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)
        return torch.relu(h)


class MendedNet(nn.Module):
    def __init__(self, in_channels, widths, num_classes, image_size, dropout=0.5):
        super().__init__()
        self.convs = nn.Sequential()
        height, width = image_size
        channels = in_channels
        for out_channels in widths:
            self.convs.append(nn.Conv2d(channels, out_channels, 3, padding="same"))
            channels = out_channels
            height, width = height // 2, width // 2
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Linear(channels * height * width, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = self.pool(self.relu(conv(x)))
        x = x.view(x.size(0), -1)
        x = self.dropout(x)
        return self.fc(x)
