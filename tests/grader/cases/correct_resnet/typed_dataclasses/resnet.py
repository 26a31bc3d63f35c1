"""Residual networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple, Protocol, Self, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

SMALLEST: Final = 16
Norm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d


class BlockMaker(Protocol):
    expansion: int

    def __call__(self, in_channels: int, channels: int, stride: int, /) -> nn.Module: ...


@dataclass(frozen=True)
class Window:
    """A square window that slides."""

    size: int
    stride: int = 1
    padding: int = 0

    def conv(self, inputs: int, outputs: int, *, bias: bool = False) -> nn.Conv2d:
        return nn.Conv2d(inputs, outputs, self.size, stride=self.stride, padding=self.padding, bias=bias)

    def places(self, pixels: int) -> int:
        return (pixels + 2 * self.padding - self.size) // self.stride + 1


class Residual(nn.Module, ABC):
    """What all blocks have in common: a branch and a shortcut that are added up."""

    expansion: ClassVar[int] = 1

    @abstractmethod
    def branch(self, x: Tensor) -> Tensor: ...

    @property
    @abstractmethod
    def last(self) -> nn.Conv2d | nn.BatchNorm2d: ...

    def shortcut(self, x: Tensor) -> Tensor:
        return x

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.shortcut(x) + self.branch(x))


class TwoConvolutions(Residual):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Window(3, stride, 1).conv(inputs, outputs)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = Window(3, 1, 1).conv(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)

    def branch(self, x: Tensor) -> Tensor:
        h: Tensor = torch.relu(self.bn1(self.conv1(x)))
        out: Tensor = self.bn2(self.conv2(h))
        return out

    @property
    def last(self) -> nn.BatchNorm2d:
        return self.bn2


class ResidualBlock(TwoConvolutions):
    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, 1)


class DownsampleBlock(TwoConvolutions):
    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.downsample = projection(in_channels, out_channels, stride)

    def shortcut(self, x: Tensor) -> Tensor:
        out: Tensor = self.downsample(x)
        return out


def projection(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(Window(1, stride).conv(inputs, outputs), nn.BatchNorm2d(outputs))


def basic_block(in_channels: int, channels: int, stride: int = 1) -> nn.Module:
    """Return the block of ResNet-18 and ResNet-34, made of yours; it is given, and no task."""
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(Residual):
    expansion: ClassVar[int] = 4
    downsample: nn.Sequential | None

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        outputs = channels * self.expansion
        self.conv1 = Window(1).conv(in_channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = Window(3, stride, 1).conv(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = Window(1).conv(channels, outputs)
        self.bn3 = nn.BatchNorm2d(outputs)
        fits = stride == 1 and in_channels == outputs
        self.register_module("downsample", None if fits else projection(in_channels, outputs, stride))

    def branch(self, x: Tensor) -> Tensor:
        narrow = torch.relu(self.bn1(self.conv1(x)))
        worked = torch.relu(self.bn2(self.conv2(narrow)))
        out: Tensor = self.bn3(self.conv3(worked))
        return out

    def shortcut(self, x: Tensor) -> Tensor:
        return x if self.downsample is None else self.downsample(x)

    @property
    def last(self) -> nn.BatchNorm2d:
        return self.bn3


class PreActivationBlock(Residual):
    expansion: ClassVar[int] = 1
    downsample: nn.Conv2d | None

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = Window(3, stride, 1).conv(in_channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = Window(3, 1, 1).conv(channels, channels)
        fits = stride == 1 and in_channels == channels
        self.register_module("downsample", None if fits else Window(1, stride).conv(in_channels, channels))

    def branch(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv2(torch.relu(self.bn2(self.conv1(x))))
        return out

    def forward(self, x: Tensor) -> Tensor:
        active = torch.relu(self.bn1(x))
        identity = x if self.downsample is None else self.downsample(active)
        return identity + self.branch(active)

    @property
    def last(self) -> nn.Conv2d:
        return self.conv2


def zero_init_residual_(model: nn.Module) -> nn.Module:
    blocks: Iterator[Residual] = (module for module in model.modules() if isinstance(module, Residual))
    for block in blocks:
        block.last.weight.data.zero_()
    return model


def make_stage(block: BlockMaker, in_channels: int, channels: int, num_blocks: int, stride: int) -> nn.Sequential:
    if num_blocks < 1:
        raise ValueError(f"num_blocks must be at least 1, not {num_blocks}")

    def blocks() -> Iterator[nn.Module]:
        yield block(in_channels, channels, stride)
        for _ in range(1, num_blocks):
            yield block(channels * block.expansion, channels, 1)

    return nn.Sequential(*blocks())


class ResNet(nn.Module):
    def __init__(
        self,
        block: BlockMaker,
        layers: Sequence[int],
        num_classes: int = 1000,
        width: int = 64,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        if len(layers) == 0:
            raise ValueError("layers must not be empty")
        self.conv1 = Window(7, 2, 3).conv(in_channels, width)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for index, number in enumerate(layers):
            inner = width * 2**index
            self.add_module(f"layer{index + 1}", make_stage(block, inputs, inner, number, 1 if index == 0 else 2))
            inputs = inner * block.expansion
        self.fc = nn.Linear(inputs, num_classes)

    def stages(self) -> Iterator[nn.Module]:
        for name, module in self.named_children():
            if name.startswith("layer"):
                yield module

    def forward(self, x: Tensor) -> Tensor:
        h = torch.relu(self.bn1(self.conv1(x)))
        h = torch.max_pool2d(h, 3, 2, 1)
        for stage in self.stages():
            h = stage(h)
        scores: Tensor = self.fc(h.flatten(2).mean(-1))
        return scores


class MnistResNet(nn.Module):
    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        if min(height, width) < SMALLEST:
            raise ValueError(f"image_size must be at least {SMALLEST}, not {image_size!r}")
        way = [Window(5), Window(2, 2)] * 2
        for window in way:
            height, width = window.places(height), window.places(width)
        self.conv1 = Window(5).conv(in_channels, 16, bias=True)
        self.block1 = ResidualBlock(16)
        self.conv2 = Window(5).conv(16, 32, bias=True)
        self.block2 = ResidualBlock(32)
        self.fc = nn.Linear(32 * height * width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        h = self.block1(torch.max_pool2d(torch.relu(self.conv1(x)), 2))
        h = self.block2(torch.max_pool2d(torch.relu(self.conv2(h)), 2))
        scores: Tensor = self.fc(torch.flatten(h, start_dim=1))
        return scores


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Let a model be used, and put its gradients and buffers back."""
    gradients = [(p, p.grad) for p in model.parameters()]
    buffers = [(b, b.detach().clone()) for b in model.buffers()]
    try:
        model.zero_grad(set_to_none=True)
        yield
    finally:
        for p, gradient in gradients:
            p.grad = gradient
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)


def gradient_norms(model: nn.Module, x: Tensor, y: Tensor) -> dict[str, float]:
    with untouched(model), torch.enable_grad():
        learned: dict[str, nn.Parameter] = {n: p for n, p in model.named_parameters() if p.requires_grad}
        loss = functional.cross_entropy(model(x), y)
        if not loss.requires_grad:
            return {name: 0.0 for name in learned}
        loss.backward(inputs=list(learned.values()))
        return {name: 0.0 if p.grad is None else float(p.grad.norm()) for name, p in learned.items()}


class Comparison(NamedTuple):
    plain_norms: list[float]
    residual_norms: list[float]
    plain_losses: list[float]
    residual_losses: list[float]


@dataclass
class DeepNet:
    """A deep net of square layers, trained by gradient descent on a whole batch."""

    weights: list[Tensor]
    residual: bool
    norms: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.weights = [w.detach().clone().requires_grad_() for w in self.weights]

    def scores(self, x: Tensor) -> Tensor:
        h = x
        for w in self.weights:
            change = torch.relu(h).matmul(w.T)
            h = h + change if self.residual else change
        return h

    def step(self, x: Tensor, y: Tensor, lr: float) -> None:
        loss = functional.cross_entropy(self.scores(x), y)
        gradients = torch.autograd.grad(loss, self.weights)
        self.losses.append(float(loss.detach()))
        if not self.norms:
            self.norms = [float(g.norm()) for g in gradients]
        with torch.no_grad():
            for w, g in zip(self.weights, gradients, strict=True):
                w.sub_(g, alpha=lr)

    def trained(self, x: Tensor, y: Tensor, lr: float, steps: int) -> Self:
        for _ in range(steps):
            self.step(x, y, lr)
        return self


def plain_vs_residual(
    depth: int,
    x: Tensor,
    y: Tensor,
    generator: torch.Generator,
    gain: float = 0.3,
    lr: float = 0.1,
    steps: int = 20,
) -> Comparison:
    if depth < 1:
        raise ValueError(f"depth must be at least 1, not {depth}")
    d = x.shape[1]
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / d**0.5
    weights = [w.to(x.device) for w in start]
    plain = DeepNet(weights, residual=False).trained(x, y, lr, steps)
    residual = DeepNet(weights, residual=True).trained(x, y, lr, steps)
    return Comparison(plain.norms, residual.norms, plain.losses, residual.losses)


class FrozenNorm(nn.Module):
    """Stands in the place of a batch norm, holds its tensors, and always computes as in evaluation."""

    def __init__(self, norm: Norm) -> None:
        super().__init__()
        self.eps: float = norm.eps
        self.register_parameter("weight", norm.weight)
        self.register_parameter("bias", norm.bias)
        for name, buffer in norm.named_buffers(recurse=False):
            self.register_buffer(name, buffer)

    def forward(self, x: Tensor) -> Tensor:
        mean: Tensor = self.get_buffer("running_mean")
        var: Tensor = self.get_buffer("running_var")
        weight, bias = self._parameters["weight"], self._parameters["bias"]
        return functional.batch_norm(x, mean, var, weight, bias, training=False, eps=self.eps)


def freeze_backbone(model: nn.Module, head: str = "fc") -> list[nn.Parameter]:
    named = dict(model.named_modules(remove_duplicate=False))
    if not head or head not in named:
        raise ValueError(f"head must be the name of a sub-module, not {head!r}")
    kept = set(named[head].modules())
    frozen: dict[nn.Module, FrozenNorm] = {}
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, Norm) and child not in kept:
                setattr(module, name, frozen.setdefault(child, FrozenNorm(child)))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    learning = list(named[head].parameters())
    for parameter in learning:
        parameter.requires_grad_(True)
    return learning


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


@dataclass
class RunningMean:
    total: float = 0.0
    count: int = 0

    def add(self, value: float, times: int) -> None:
        self.total += value * times
        self.count += times

    @property
    def value(self) -> float:
        return self.total / self.count


Batch: TypeAlias = tuple[Tensor, Tensor]


def batches(x: Tensor, y: Tensor, size: int, generator: torch.Generator) -> Iterator[Batch]:
    for rows in torch.randperm(x.shape[0], generator=generator).split(size):
        yield x[rows.to(x.device)], y[rows.to(y.device)]


def one_epoch(
    model: nn.Module, source: Iterator[Batch], loss_function: Callable[[Tensor, Tensor], Tensor], step: torch.optim.Adam
) -> float:
    mean = RunningMean()
    for images, labels in source:
        step.zero_grad()
        loss = loss_function(model(images), labels)
        loss.backward()
        step.step()
        mean.add(loss.item(), len(labels))
    return mean.value


def train_resnet(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 4, batch_size: int = 10, lr: float = 0.001
) -> TrainingRun:
    _, channels, height, width = x.shape
    model = MnistResNet(channels, image_size=(height, width)).to(device=x.device, dtype=x.dtype)
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    losses = [
        one_epoch(model, batches(x, y, batch_size, generator), functional.cross_entropy, adam) for _ in range(epochs)
    ]
    return TrainingRun(model.eval(), losses)


class _Spy(nn.Module):
    """An affine map that writes down in which mode it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[1.5, -2.0, 0.5], [0.0, -1.0, 3.0], [-2.5, 1.0, 0.25]]).double())
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.training)
        return x @ self.weight


@dataclass(frozen=True)
class _Claim:
    """One statement about a block."""

    holds: bool
    words: str

    def __post_init__(self) -> None:
        if not self.holds:
            raise AssertionError(self.words)


def check_residual(residual: Callable[[nn.Module], nn.Module]) -> None:
    spy = _Spy()
    block = residual(spy)
    _Claim([id(p) for p in block.parameters()] == [id(spy.weight)], "one parameter, that of the branch")
    data = torch.tensor([[1.0, -1.0, 2.0], [-3.0, 0.5, 1.0], [0.25, 2.0, -2.0], [4.0, 1.0, 1.0]]).double()
    up = torch.linspace(-2, 3, 12).double().view(4, 3)
    for mode in (True, False, True):
        block.train(mode)
        spy.modes.clear()
        spy.weight.grad = None
        x = data.clone().requires_grad_()
        y = block(x)
        _Claim(spy.modes == [mode], "one call, in the mode that was asked for")
        total = data @ spy.weight.detach() + data
        _Claim(y.dtype == total.dtype and y.shape == total.shape, "dtype and shape")
        _Claim(torch.allclose(y, total.clamp(min=0)), "y")
        _Claim(torch.equal(x, data), "x stays")
        _Claim(y.requires_grad, "a graph")
        y.backward(up)
        flow = up * (total > 0)
        _Claim(torch.allclose(x.grad, flow @ spy.weight.detach().t() + flow), "gradient of x")
        _Claim(spy.weight.grad is not None, "the branch learns")
        _Claim(torch.allclose(spy.weight.grad, data.t() @ flow), "gradient of the weight")
    x = data.clone()
    y = residual(nn.Identity())(x)
    _Claim(torch.equal(x, data) and torch.equal(y, 2 * data.clamp(min=0)), "a branch that returns x")
