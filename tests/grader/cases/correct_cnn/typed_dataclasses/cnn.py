"""Convolutional networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

IntOrPair: TypeAlias = int | tuple[int, int]


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    places = Axis(kernel_size, stride, padding, dilation).places(size)
    if places < 1:
        raise ValueError(f"kernel_size {kernel_size} (dilation {dilation}) is larger than {size} + 2 * {padding}")
    return places


@dataclass(frozen=True, slots=True)
class Axis:
    """A window along one axis."""

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def places(self, size: int) -> int:
        return (size + 2 * self.padding - self.dilation * (self.kernel - 1) - 1) // self.stride + 1

    def slices(self, size: int) -> Iterator[slice]:
        """For each pixel of the window the pixels of the padded axis that it meets."""
        reach = (self.places(size) - 1) * self.stride + 1
        for a in range(self.kernel):
            yield slice(a * self.dilation, a * self.dilation + reach, self.stride)


@dataclass(frozen=True, slots=True)
class Window:
    rows: Axis
    columns: Axis

    @classmethod
    def of(cls, kernel: IntOrPair, stride: IntOrPair = 1, padding: IntOrPair = 0, dilation: IntOrPair = 1) -> Window:
        rows, columns = zip(*(pair(value) for value in (kernel, stride, padding, dilation)), strict=True)
        return cls(Axis(*rows), Axis(*columns))

    def pad(self, x: Tensor, value: float = 0.0) -> Tensor:
        sides = [self.columns.padding] * 2 + [self.rows.padding] * 2
        return functional.pad(x, sides, value=value)

    def places(self, x: Tensor) -> tuple[int, int]:
        return self.rows.places(x.shape[-2]), self.columns.places(x.shape[-1])

    def layers(self, x: Tensor, border: float = 0.0) -> Tensor:
        """(..., kh * kw, H', W')"""
        padded = self.pad(x, border)
        found = [
            padded[..., rows, columns]
            for rows in self.rows.slices(x.shape[-2])
            for columns in self.columns.slices(x.shape[-1])
        ]
        return torch.stack(found, dim=-3)


def pair(value: IntOrPair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def corr2d(x: Tensor, k: Tensor) -> Tensor:
    pixels = Window.of((k.shape[0], k.shape[1])).layers(x)
    return torch.tensordot(k.reshape(-1), pixels, dims=1)


def corr2d_multi(x: Tensor, k: Tensor) -> Tensor:
    if k.shape[1] != x.shape[0]:
        raise ValueError(f"k must see {x.shape[0]} channels, not {k.shape[1]}")
    maps = [sum((corr2d(c, kernel) for c, kernel in zip(x, one, strict=True)), start=torch.zeros(()).to(x)) for one in k]
    return torch.stack(maps)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: IntOrPair = 1,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Tensor:
    n, channels = x.shape[:2]
    filters, per_group, kh, kw = weight.shape
    if channels % groups != 0 or filters % groups != 0:
        raise ValueError(f"groups must divide {channels} and {filters}, but is {groups}")
    if per_group != channels // groups:
        raise ValueError(f"weight must see {channels // groups} channels, not {per_group}")
    window = Window.of((kh, kw), stride, padding, dilation)
    pixels = window.layers(x).reshape(n, groups, per_group * kh * kw, -1)
    kernels = weight.reshape(1, groups, filters // groups, per_group * kh * kw)
    result = (kernels @ pixels).reshape(n, filters, *window.places(x))
    return result if bias is None else result + bias.reshape(1, filters, 1, 1)


def im2col(
    x: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair = 1,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
) -> Tensor:
    pixels = Window.of(kernel_size, stride, padding, dilation).layers(x)
    return pixels.flatten(1, 2).flatten(2)


def conv2d_im2col(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: IntOrPair = 1,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
) -> Tensor:
    filters, _, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    product = torch.matmul(weight.reshape(filters, -1), columns)
    if bias is not None:
        product = product + bias.unsqueeze(-1)
    return product.view(x.shape[0], filters, *Window.of((kh, kw), stride, padding, dilation).places(x))


def max_pool2d(x: Tensor, kernel_size: IntOrPair, stride: IntOrPair | None = None, padding: IntOrPair = 0) -> Tensor:
    window = Window.of(kernel_size, kernel_size if stride is None else stride, padding)
    return window.layers(x, border=float("-inf")).max(dim=-3).values


def avg_pool2d(
    x: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    count_include_pad: bool = True,
) -> Tensor:
    window = Window.of(kernel_size, kernel_size if stride is None else stride, padding)
    pixels = window.layers(x)
    if count_include_pad:
        return pixels.mean(dim=-3)
    inside = window.layers(torch.ones_like(x[0, 0])).sum(dim=-3)
    return pixels.sum(dim=-3) / inside


def bins(size: int, number: int) -> Iterator[range]:
    for i in range(number):
        yield range(i * size // number, -(-(i + 1) * size // number))


def adaptive_avg_pool2d(x: Tensor, output_size: IntOrPair) -> Tensor:
    for axis, number in zip((2, 3), pair(output_size), strict=True):
        means = [x.narrow(axis, b.start, len(b)).mean(dim=axis) for b in bins(x.shape[axis], number)]
        x = torch.stack(means, dim=axis)
    return x


class EdgeResponse(NamedTuple):
    kernel: Tensor
    response: Tensor


SOBEL: tuple[tuple[int, ...], ...] = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))


def edge_filter(image: Tensor, direction: str) -> EdgeResponse:
    rows = SOBEL if direction == "vertical" else tuple(zip(*SOBEL, strict=True))
    kernel = torch.tensor(rows, dtype=image.dtype, device=image.device)
    return EdgeResponse(kernel, corr2d(image, kernel))


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list[float]


@dataclass
class Descent:
    kernel: Tensor
    lr: float
    losses: list[float] = field(default_factory=list)

    def step(self, loss_of: Callable[[Tensor], Tensor]) -> None:
        self.kernel.requires_grad_(True)
        loss = loss_of(self.kernel)
        (slope,) = torch.autograd.grad(loss, self.kernel)
        self.losses.append(float(loss))
        self.kernel = self.kernel.detach() - self.lr * slope


def learn_filter(
    x: Tensor, y: Tensor, kernel_size: IntOrPair, lr: float, steps: int, generator: torch.Generator
) -> LearnedFilter:
    kh, kw = pair(kernel_size)
    shape = (x.shape[0], x.shape[1] - kh + 1, x.shape[2] - kw + 1)
    if tuple(y.shape) != shape:
        raise ValueError(f"y must be {shape}, not {tuple(y.shape)}")
    first = torch.randn(kh, kw, generator=generator, dtype=x.dtype).to(x.device)
    descent = Descent(first, lr)
    pixels = Window.of((kh, kw)).layers(x)
    for _ in range(steps):
        descent.step(lambda k: torch.mean((torch.einsum("k,mkij->mij", k.flatten(), pixels) - y) ** 2))
    return LearnedFilter(descent.kernel.detach(), descent.losses)


@dataclass(frozen=True, slots=True)
class Layer:
    kernel: int
    stride: int
    dilation: int = 1


def receptive_field(layers: Sequence[tuple[int, int] | tuple[int, int, int]]) -> int:
    field_, jump = 1, 1
    for layer in (Layer(*numbers) for numbers in layers):
        field_ += layer.dilation * (layer.kernel - 1) * jump
        jump *= layer.stride
    return field_


def count_parameters(model: nn.Module) -> int:
    sizes: dict[int, int] = {id(p): p.numel() for p in model.parameters() if p.requires_grad}
    return sum(sizes.values())


class BatchNorm2d(nn.Module):
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.weight = nn.Parameter(torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    @torch.no_grad()
    def track(self, x: Tensor) -> None:
        self.num_batches_tracked += 1
        share = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        for running, new in (
            (self.running_mean, x.mean(dim=(0, 2, 3))),
            (self.running_var, x.var(dim=(0, 2, 3), correction=1)),
        ):
            running.mul_(1 - share).add_(new, alpha=share)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.track(x)
            centred = x - x.mean(dim=(0, 2, 3), keepdim=True)
            var = centred.square().mean(dim=(0, 2, 3), keepdim=True)
        else:
            centred = x - self.running_mean.view(1, -1, 1, 1)
            var = self.running_var.view(1, -1, 1, 1)
        normal = centred / torch.sqrt(var + self.eps)
        return normal * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)


def shift(x: Tensor, dy: int, dx: int) -> Tensor:
    for axis, step in ((-2, dy), (-1, dx)):
        size = x.shape[axis]
        step = max(-size, min(size, step))
        zeros = torch.zeros_like(x.narrow(axis, 0, abs(step)))
        kept = x.narrow(axis, max(-step, 0), size - abs(step))
        x = torch.cat([zeros, kept] if step > 0 else [kept, zeros], dim=axis)
    return x


def equivariance_error(
    f: Callable[[Tensor], Tensor], x: Tensor, dy: int, dx: int, border: int = 0, stride: int = 1
) -> float:
    if dy % stride != 0 or dx % stride != 0:
        raise ValueError(f"stride must divide dy and dx: {stride}, {dy}, {dx}")
    with torch.no_grad():
        first, second = f(x), f(shift(x, dy, dx))
    inner = [(border, size - border) for size in first.shape[2:]]
    for axis, step, (low, high) in zip((2, 3), (dy // stride, dx // stride), inner, strict=True):
        start, end = max(low, low + step), min(high, high + step)
        second = second.narrow(axis, start, end - start)
        first = first.narrow(axis, start - step, end - start)
    return float((second - first).abs().amax())


Shrink: TypeAlias = Callable[[int], int]


def left(image_size: IntOrPair, *steps: Axis) -> int:
    h, w = pair(image_size)
    for step in steps:
        h, w = step.places(h), step.places(w)
    return h * w


class SimpleCNN(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10, image_size: IntOrPair = 28) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        pixels = left(image_size, Axis(5), Axis(2, 2), Axis(5), Axis(2, 2))
        self.fc = nn.Linear(20 * pixels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        h = torch.max_pool2d(torch.relu(self.conv2(h)), 2)
        scores: Tensor = self.fc(h.flatten(1))
        return scores


class LeNet(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10, image_size: IntOrPair = 28) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * left(image_size, Axis(5, padding=2), Axis(2, 2), Axis(5), Axis(2, 2)), 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def features(self, x: Tensor) -> Tensor:
        h = functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        return functional.avg_pool2d(torch.tanh(self.conv2(h)), 2)

    def forward(self, x: Tensor) -> Tensor:
        h = self.features(x).flatten(1)
        h = torch.tanh(self.fc2(torch.tanh(self.fc1(h))))
        scores: Tensor = self.fc3(h)
        return scores


def vgg_block(num_convs: int, in_channels: int, out_channels: int) -> nn.Sequential:
    def modules() -> Iterator[nn.Module]:
        for inputs in (in_channels, *[out_channels] * (num_convs - 1)):
            yield nn.Conv2d(inputs, out_channels, kernel_size=3, padding=1)
            yield nn.ReLU()
        yield nn.MaxPool2d(kernel_size=2)

    return nn.Sequential(*modules())


class AlexNet(nn.Module):
    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        image_size: IntOrPair = 28,
        width: int = 8,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 5, padding=2)
        self.conv2 = nn.Conv2d(width, 3 * width, 5, padding=2)
        self.conv3 = nn.Conv2d(3 * width, 6 * width, 3, padding=1)
        self.conv4 = nn.Conv2d(6 * width, 4 * width, 3, padding=1)
        self.conv5 = nn.Conv2d(4 * width, 4 * width, 3, padding=1)
        hidden = 64 * width
        self.fc1 = nn.Linear(4 * width * left(image_size, *[Axis(3, 2)] * 3), hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, num_classes)
        self.dropout = nn.Dropout(dropout)
        self.pool = nn.MaxPool2d(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = self.pool(torch.relu(self.conv1(x)))
        h = self.pool(torch.relu(self.conv2(h)))
        h = torch.relu(self.conv4(torch.relu(self.conv3(h))))
        h = self.pool(torch.relu(self.conv5(h))).flatten(1)
        for layer in (self.fc1, self.fc2):
            h = self.dropout(torch.relu(layer(h)))
        scores: Tensor = self.fc3(h)
        return scores


@dataclass(slots=True)
class MeanLoss:
    total: float = 0.0
    samples: int = 0

    def add(self, loss: Tensor, samples: int) -> None:
        self.total += loss.item() * samples
        self.samples += samples

    def __float__(self) -> float:
        return self.total / self.samples


def train_cnn(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    device: torch.device | str,
    epochs: int,
    lr: float,
    momentum: float = 0.5,
) -> list[float]:
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)

    def one_epoch() -> float:
        mean = MeanLoss()
        model.train()
        for images, labels in loader:
            scores = model(images.to(device))
            loss = functional.cross_entropy(scores, labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            mean.add(loss.detach(), labels.shape[0])
        return float(mean)

    return [one_epoch() for _ in range(epochs)]


class TranslationTest(NamedTuple):
    right: dict[str, list[int]]
    accuracies: dict[str, list[float]]
    steadiest: str


@dataclass(frozen=True)
class Shown:
    images: Tensor
    labels: Tensor

    @classmethod
    def at(cls, x: Tensor, y: Tensor, distance: int) -> Shown:
        if not distance:
            return cls(x, y)
        steps = [(-distance, 0), (distance, 0), (0, -distance), (0, distance)]
        return cls(torch.cat([shift(x, dy, dx) for dy, dx in steps]), torch.cat([y] * 4))

    def read_by(self, model: nn.Module, batch_size: int) -> int:
        right = 0
        for start in range(0, len(self.images), batch_size):
            rows = slice(start, start + batch_size)
            right += int(torch.sum(model(self.images[rows]).argmax(dim=1) == self.labels[rows]))
        return right


def translation_test(
    models: dict[str, nn.Module], x: Tensor, y: Tensor, distances: Sequence[int], batch_size: int = 64
) -> TranslationTest:
    sets = [Shown.at(x, y, distance) for distance in distances]
    right: dict[str, list[int]] = {}
    for name, model in models.items():
        modes = {module: module.training for module in model.modules()}
        model.eval()
        with torch.no_grad():
            right[name] = [shown.read_by(model, batch_size) for shown in sets]
        for module, mode in modes.items():
            module.training = mode
    accuracies = {
        name: [count / len(shown.images) for count, shown in zip(counts, sets)] for name, counts in right.items()
    }
    falls = {name: line[0] - line[-1] for name, line in accuracies.items()}
    return TranslationTest(right, accuracies, min(falls, key=lambda name: falls[name]))
