"""Inception networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

Pair: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Image:
    channels: int
    height: int
    width: int

    @property
    def pixels(self) -> int:
        return self.height * self.width

    @property
    def numbers(self) -> int:
        return self.channels * self.pixels


@dataclass(frozen=True, slots=True)
class Layer:
    filters: int
    kernel: int
    stride: int = 1
    padding: int = 0

    def _places(self, side: int) -> int:
        room = side + 2 * self.padding - self.kernel
        if room < 0:
            raise ValueError(f"layer_spec: the kernel {self.kernel} is larger than {side} pixels with their padding")
        return room // self.stride + 1

    def of(self, image: Image) -> Image:
        return Image(self.filters, self._places(image.height), self._places(image.width))

    def cost(self, image: Image) -> int:
        return self.of(image).numbers * image.channels * self.kernel**2


def pointwise_conv(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if x.ndim != 4:
        raise ValueError(f"x must have four axes, not {x.ndim}")
    if weight.ndim != 4 or weight.shape[1:] != (x.shape[1], 1, 1):
        raise ValueError(f"weight must be (F, {x.shape[1]}, 1, 1), not {tuple(weight.shape)}")
    if bias is not None and bias.shape != (weight.shape[0],):
        raise ValueError(f"bias must be ({weight.shape[0]},), not {tuple(bias.shape)}")
    product: Tensor = torch.tensordot(weight.flatten(1), x, dims=([1], [1]))  # (F, N, H, W)
    result = product.transpose(0, 1)
    return result if bias is None else result + bias.view(-1, 1, 1)


def multiplications(layer_spec: Sequence[Sequence[int]]) -> int:
    head, *rest = layer_spec
    image, total = Image(*head), 0
    for spec in rest:
        layer = Layer(*spec)
        total += layer.cost(image)
        image = layer.of(image)
    return total


def concat_branches(branches: Sequence[Tensor]) -> Tensor:
    if not branches:
        raise ValueError("branches must not be empty")
    if any(branch.ndim != 4 for branch in branches):
        raise ValueError("branches must have four axes each")
    places = {(branch.shape[0], branch.shape[2], branch.shape[3]) for branch in branches}
    if len(places) != 1:
        raise ValueError(f"branches must agree in N, H and W: {sorted(places)}")
    return torch.cat(list(branches), dim=1)


class Branches(nn.Module, ABC):
    """A block of several branches that read the same input."""

    out_channels: int

    @abstractmethod
    def branches(self, x: Tensor) -> Iterable[Tensor]: ...

    def forward(self, x: Tensor) -> Tensor:
        return concat_branches(tuple(self.branches(x)))


class InceptionA(Branches):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.out_channels = 16 + 3 * 24
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_1 = nn.Conv2d(in_channels, 16, 1)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)
        self.branch_pool = nn.Conv2d(in_channels, 24, 1)

    def branches(self, x: Tensor) -> Iterator[Tensor]:
        yield self.branch1x1(x)
        yield self.branch5x5_2(self.branch5x5_1(x))
        yield self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))
        # both the mean and the 1x1 convolution are linear; their order is free but for the bias at the border
        yield self.branch_pool(functional.avg_pool2d(x, kernel_size=3, stride=1, padding=1, count_include_pad=True))


class InceptionNet(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10, image_size: int | Pair = 28) -> None:
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        if height < 16 or width < 16:
            raise ValueError(f"image_size must be at least 16, not {image_size}")
        image = Image(in_channels, height, width)
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.inception1 = InceptionA(10)
        self.conv2 = nn.Conv2d(self.inception1.out_channels, 20, 5)
        self.inception2 = InceptionA(20)
        for layer in (Layer(10, 5), Layer(88, 2, 2), Layer(20, 5), Layer(88, 2, 2)):
            image = layer.of(image)
        self.fc = nn.Linear(image.numbers, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        h = self.inception1(torch.relu(torch.max_pool2d(self.conv1(x), 2)))
        h = self.inception2(torch.relu(torch.max_pool2d(self.conv2(h), 2)))
        scores: Tensor = self.fc(h.flatten(start_dim=1))
        return scores


class ConvBlock(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class Inception(Branches):
    def __init__(self, in_channels: int, c1: int, c2: Pair, c3: Pair, c4: int) -> None:
        super().__init__()
        (narrow2, wide2), (narrow3, wide3) = c2, c3
        self.out_channels = sum((c1, wide2, wide3, c4))
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce = ConvBlock(in_channels, narrow2, 1)
        self.branch2 = ConvBlock(narrow2, wide2, 3, padding=1)
        self.branch3_reduce = ConvBlock(in_channels, narrow3, 1)
        self.branch3 = ConvBlock(narrow3, wide3, 5, padding=2)
        self.branch4 = ConvBlock(in_channels, c4, 1)

    def branches(self, x: Tensor) -> Iterator[Tensor]:
        yield self.branch1(x)
        yield self.branch2(self.branch2_reduce(x))
        yield self.branch3(self.branch3_reduce(x))
        yield self.branch4(torch.max_pool2d(x, 3, 1, 1))


class AuxiliaryHead(nn.Module):
    def __init__(
        self,
        in_channels: int,
        num_classes: int = 10,
        channels: int = 8,
        hidden: int = 16,
        dropout: float = 0.7,
    ) -> None:
        super().__init__()
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1 = nn.Linear(channels * 2 * 2, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        self.p = dropout

    def forward(self, x: Tensor) -> Tensor:
        pooled = functional.adaptive_avg_pool2d(x, 2)
        rows: Tensor = self.reduce(pooled).flatten(1)
        hidden = functional.dropout(torch.relu(self.fc1(rows)), self.p, training=self.training)
        scores: Tensor = self.fc2(hidden)
        return scores


class GoogLeNetOutput(NamedTuple):
    main: Tensor
    auxiliary1: Tensor
    auxiliary2: Tensor


class GoogLeNet(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10, dropout: float = 0.4) -> None:
        super().__init__()
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1 = AuxiliaryHead(self.inception1.out_channels, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(self.inception2.out_channels, num_classes, dropout=dropout)
        self.fc = nn.Linear(self.inception3.out_channels, num_classes)
        self.p = dropout

    def features(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h1: Tensor = self.inception1(self.stem(x))
        h2: Tensor = self.inception2(self.shrink(h1))
        h3: Tensor = self.inception3(self.shrink(h2))
        return h1, h2, h3

    @staticmethod
    def shrink(x: Tensor) -> Tensor:
        return torch.max_pool2d(x, kernel_size=3, stride=2, ceil_mode=True)

    def forward(self, x: Tensor) -> GoogLeNetOutput | Tensor:
        h1, h2, h3 = self.features(x)
        means = h3.mean(dim=(-2, -1))
        main: Tensor = self.fc(functional.dropout(means, self.p, training=self.training))
        if not self.training:
            return main
        return GoogLeNetOutput(main, self.auxiliary1(h1), self.auxiliary2(h2))


def auxiliary_loss(outputs: Tensor | Sequence[Tensor], labels: Tensor, weight: float = 0.3) -> Tensor:
    match outputs:
        case Tensor():
            return functional.cross_entropy(outputs, labels)
        case (main, *heads):
            losses = (functional.cross_entropy(head, labels) for head in heads)
            return sum((weight * loss for loss in losses), start=functional.cross_entropy(main, labels))


@dataclass(frozen=True, slots=True)
class Samples:
    x: Tensor
    y: Tensor

    def batches(self, size: int, generator: torch.Generator, device: torch.device) -> Iterator[Samples]:
        order = torch.randperm(len(self), generator=generator)
        for rows in order.split(size):
            yield Samples(self.x[rows].to(device), self.y[rows].to(device))

    def __len__(self) -> int:
        return self.x.shape[0]


@dataclass(slots=True)
class Trainer:
    model: nn.Module
    optimizer: torch.optim.Optimizer

    def step(self, batch: Samples) -> float:
        self.optimizer.zero_grad(set_to_none=False)
        loss = auxiliary_loss(self.model(batch.x), batch.y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def epoch(self, batches: Iterable[Samples]) -> float:
        self.model.train()
        steps = [(len(batch), self.step(batch)) for batch in batches]
        return sum(size * loss for size, loss in steps) / sum(size for size, _ in steps)


def train_inception(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    device: torch.device,
    generator: torch.Generator,
) -> list[float]:
    model.to(device)
    samples = Samples(x, y)
    trainer = Trainer(model, torch.optim.Adam(model.parameters(), lr=lr))
    return [trainer.epoch(samples.batches(batch_size, generator, device)) for _ in range(epochs)]
