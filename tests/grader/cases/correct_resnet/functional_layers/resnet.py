from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, grad_and_value


def conv(layer, x):
    return F.conv2d(x, layer.weight, layer.bias, layer.stride, layer.padding)


def norm(layer, x):
    if layer.training:
        layer.num_batches_tracked.add_(1)
    return F.batch_norm(
        x, layer.running_mean, layer.running_var, layer.weight, layer.bias, layer.training, layer.momentum, layer.eps
    )


def linear(layer, x):
    return F.linear(x, layer.weight, layer.bias)


def project(layers, x):
    return norm(layers[1], conv(layers[0], x)) if len(layers) else x


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        h = F.relu(norm(self.bn1, conv(self.conv1, x)))
        return F.relu(norm(self.bn2, conv(self.conv2, h)) + x)


class DownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
        )

    def forward(self, x):
        h = F.relu(norm(self.bn1, conv(self.conv1, x)))
        return F.relu(norm(self.bn2, conv(self.conv2, h)) + project(self.downsample, x))


def basic_block(in_channels: int, channels: int, stride: int = 1) -> nn.Module:
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.stride = stride
        if self.needs_projection(in_channels, channels):
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False), nn.BatchNorm2d(4 * channels)
            )

    def needs_projection(self, in_channels, channels):
        return self.stride > 1 or in_channels != 4 * channels

    def forward(self, x):
        h = F.relu(norm(self.bn1, conv(self.conv1, x)))
        h = F.relu(norm(self.bn2, conv(self.conv2, h)))
        h = norm(self.bn3, conv(self.conv3, h))
        return F.relu(h + project(getattr(self, "downsample", ()), x))


class PreActivationBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.same = stride == 1 and in_channels == channels
        if not self.same:
            self.downsample = nn.Conv2d(in_channels, channels, 1, stride, bias=False)

    def forward(self, x):
        a = F.relu(norm(self.bn1, x))
        shortcut = x if self.same else conv(self.downsample, a)
        return conv(self.conv2, F.relu(norm(self.bn2, conv(self.conv1, a)))) + shortcut


@torch.no_grad()
def zero_init_residual_(model):
    for module in model.modules():
        match module:
            case ResidualBlock() | DownsampleBlock():
                module.bn2.weight.zero_()
            case Bottleneck():
                module.bn3.weight.zero_()
            case PreActivationBlock():
                module.conv2.weight.zero_()
    return model


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError(f"num_blocks is {num_blocks}")
    inputs = [in_channels] + [channels * block.expansion] * (num_blocks - 1)
    strides = [stride] + [1] * (num_blocks - 1)
    return nn.Sequential(*map(lambda i, s: block(i, channels, s), inputs, strides))


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__()
        if not tuple(layers):
            raise ValueError("no layers")
        widths = [width * 2**i for i in range(len(layers))]
        inputs = [width] + [w * block.expansion for w in widths]
        self.fc = nn.Linear(inputs[-1], num_classes)
        for i in reversed(range(len(layers))):
            self.add_module(f"layer{i + 1}", make_stage(block, inputs[i], widths[i], layers[i], 2 if i else 1))
        self.bn1 = nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(in_channels, width, 7, 2, 3, bias=False)
        self.depth = len(layers)

    def forward(self, x):
        h = F.max_pool2d(F.relu(norm(self.bn1, conv(self.conv1, x))), 3, stride=2, padding=1)
        for i in range(1, self.depth + 1):
            h = self.get_submodule(f"layer{i}")(h)
        return linear(self.fc, F.adaptive_avg_pool2d(h, 1)[:, :, 0, 0])


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = [image_size] * 2 if isinstance(image_size, int) else image_size
        if h < 16 or w < 16:
            raise ValueError(f"image_size {image_size} is too small")
        self.conv1 = nn.Conv2d(in_channels, 16, 5)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.block1, self.block2 = ResidualBlock(16), ResidualBlock(32)
        self.fc = nn.Linear(32 * ((h - 12) // 4) * ((w - 12) // 4), num_classes)

    def forward(self, x):
        h = self.block1(F.max_pool2d(F.relu(conv(self.conv1, x)), 2))
        h = self.block2(F.max_pool2d(F.relu(conv(self.conv2, h)), 2))
        return linear(self.fc, h.flatten(1))


def gradient_norms(model, x, y):
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    kept = {name: b.clone() for name, b in model.named_buffers()}
    with torch.enable_grad():
        loss = F.cross_entropy(model(x), y)
    slopes = [None] * len(named)
    if loss.grad_fn is not None and named:
        slopes = torch.autograd.grad(loss, [p for _, p in named], allow_unused=True)
    with torch.no_grad():
        for name, b in model.named_buffers():
            b.copy_(kept[name])
    return {name: 0.0 if g is None else torch.linalg.vector_norm(g).item() for (name, _), g in zip(named, slopes)}


class Comparison(NamedTuple):
    plain_norms: list[float]
    residual_norms: list[float]
    plain_losses: list[float]
    residual_losses: list[float]


def net(weights, keep, x):
    for w in weights.unbind():
        x = keep * x + F.linear(F.relu(x), w)
    return x


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError("depth is below 1")
    d = x.shape[1]
    start = torch.randn(depth, d, d, generator=generator, dtype=x.dtype).mul(gain).div(d**0.5).to(x.device)
    both = {}
    for keep in (0, 1):
        slope = grad_and_value(lambda w: F.cross_entropy(net(w, keep, x), y))
        w, losses = start, []
        for step in range(steps):
            g, loss = slope(w)
            w = w - lr * g
            losses.append(loss)
            if step == 0:
                norms = g.flatten(1).norm(dim=1)
        both[keep] = norms.tolist(), torch.stack(losses).tolist()
    return Comparison(both[0][0], both[1][0], both[0][1], both[1][1])


def freeze_backbone(model, head="fc"):
    if head == "":
        raise ValueError("head is empty")
    try:
        top = model.get_submodule(head)
    except AttributeError:
        raise ValueError(f"head: no sub-module {head!r}") from None
    model.requires_grad_(False)
    top.requires_grad_(True)
    for module in set(model.modules()) - set(top.modules()):
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            module.forward = frozen(module)
    return [*top.parameters()]


def frozen(layer):
    def forward(x):
        return F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias, False, 0.0, layer.eps)

    return forward


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = MnistResNet(x.shape[1], 10, tuple(x.shape[2:])).to(x)
    weights = dict(model.named_parameters())
    adam = torch.optim.Adam(weights.values(), lr)
    losses = []
    for _ in range(epochs):
        total = x.new_zeros(())
        for index in torch.randperm(len(x), generator=generator).split(batch_size):
            index = index.to(x.device)
            loss = F.cross_entropy(functional_call(model, weights, x.index_select(0, index)), y.take(index))
            for p, g in zip(weights.values(), torch.autograd.grad(loss, tuple(weights.values()))):
                p.grad = g
            adam.step()
            total += loss.detach() * len(index)
        losses.append((total / len(x)).item())
    model.eval()
    return TrainingRun(model, losses)
