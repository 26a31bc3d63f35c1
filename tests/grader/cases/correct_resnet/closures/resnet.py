from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call


def conv_maker(kernel):
    def make(inputs, outputs, stride=1):
        return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)

    return make


conv_one, conv_three, conv_seven = map(conv_maker, (1, 3, 7))


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x

    return composed


def added(branch, shortcut):
    return lambda x: branch(x) + shortcut(x)


def itself(x):
    return x


def shortcut_maker(inputs, outputs, stride):
    return nn.Sequential(conv_one(inputs, outputs, stride), nn.BatchNorm2d(outputs))


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = conv_three(channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = conv_three(channels, channels)

    def forward(self, x):
        branch = compose(self.conv1, self.bn1, F.relu, self.conv2, self.bn2)
        return compose(added(branch, itself), F.relu)(x)


class DownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.downsample = shortcut_maker(in_channels, out_channels, stride)
        self.conv1 = conv_three(in_channels, out_channels, stride)
        self.conv2 = conv_three(out_channels, out_channels)
        self.bn1, self.bn2 = (nn.BatchNorm2d(out_channels) for _ in range(2))

    def forward(self, x):
        branch = compose(self.conv1, self.bn1, F.relu, self.conv2, self.bn2)
        return compose(added(branch, self.downsample), F.relu)(x)


def basic_block(in_channels: int, channels: int, stride: int = 1) -> nn.Module:
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = 4 * channels
        if (in_channels, stride) != (wide, 1):
            self.downsample = shortcut_maker(in_channels, wide, stride)
        self.conv1 = conv_one(in_channels, channels)
        self.conv2 = conv_three(channels, channels, stride)
        self.conv3 = conv_one(channels, wide)
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.bn3 = nn.BatchNorm2d(wide)

    def forward(self, x):
        narrow = compose(self.conv1, self.bn1, F.relu)
        work = compose(self.conv2, self.bn2, F.relu)
        widen = compose(self.conv3, self.bn3)
        shortcut = getattr(self, "downsample", itself)
        return compose(added(compose(narrow, work, widen), shortcut), F.relu)(x)


class PreActivationBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.bn1, self.bn2 = map(nn.BatchNorm2d, (in_channels, channels))
        self.conv1 = conv_three(in_channels, channels, stride)
        self.conv2 = conv_three(channels, channels)
        if (in_channels, stride) != (channels, 1):
            self.downsample = conv_one(in_channels, channels, stride)

    def forward(self, x):
        a = F.relu(self.bn1(x))
        branch = compose(self.conv1, self.bn2, F.relu, self.conv2)
        shortcut = self.downsample(a) if hasattr(self, "downsample") else x
        return branch(a) + shortcut


def zero_filler(last_of):
    def fill(module):
        last = last_of.get(type(module))
        if last is not None:
            nn.init.zeros_(module.get_submodule(last).weight)

    return fill


def zero_init_residual_(model):
    last_of = {ResidualBlock: "bn2", DownsampleBlock: "bn2", Bottleneck: "bn3", PreActivationBlock: "conv2"}
    model.apply(zero_filler(last_of))
    return model


def block_maker(block, channels):
    width = [None]

    def make(inputs, stride):
        made = block(inputs, channels, stride)
        width[0] = channels * block.expansion
        return made, width[0]

    return make


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError(f"num_blocks must be at least 1, got {num_blocks}")
    make, stage = block_maker(block, channels), nn.Sequential()
    for _ in range(num_blocks):
        layer, in_channels = make(in_channels, stride)
        stage.append(layer)
        stride = 1
    return stage


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__()
        if len(layers) == 0:
            raise ValueError("layers is empty")
        self.conv1 = conv_seven(in_channels, width, 2)
        self.bn1 = nn.BatchNorm2d(width)
        self.stages = len(layers)
        inputs = width
        for i in range(self.stages):
            stage = make_stage(block, inputs, width << i, layers[i], min(i, 1) + 1)
            setattr(self, f"layer{i + 1}", stage)
            inputs = (width << i) * block.expansion
        self.fc = nn.Linear(inputs, num_classes)

    def forward(self, x):
        stem = compose(self.conv1, self.bn1, F.relu, lambda h: F.max_pool2d(h, 3, 2, 1))
        body = compose(*(getattr(self, f"layer{i + 1}") for i in range(self.stages)))
        return compose(stem, body, lambda h: h.mean(dim=(2, 3)), self.fc)(x)


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        if height < 16 or width < 16:
            raise ValueError(f"image_size must be at least 16, got {image_size}")

        def after(side):
            return (side - 4) // 2

        self.conv1 = nn.Conv2d(in_channels, 16, 5)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.block1 = ResidualBlock(16)
        self.block2 = ResidualBlock(32)
        self.fc = nn.Linear(32 * after(after(height)) * after(after(width)), num_classes)

    def forward(self, x):
        def pool(h):
            return F.max_pool2d(h, 2)

        features = compose(self.conv1, F.relu, pool, self.block1, self.conv2, F.relu, pool, self.block2)
        return self.fc(features(x).flatten(1))


def loss_of(model, x, y):
    def loss(parameters, buffers):
        return F.cross_entropy(functional_call(model, {**parameters, **buffers}, (x,)), y)

    return loss


def gradient_norms(model, x, y):
    with torch.enable_grad():
        parameters = {name: p.detach().clone().requires_grad_() for name, p in model.named_parameters() if p.requires_grad}
        buffers = {name: b.detach().clone() for name, b in model.named_buffers()}
        loss = loss_of(model, x, y)(parameters, buffers)
        if not loss.requires_grad:
            return dict.fromkeys(parameters, 0.0)
        gradients = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    return {name: 0.0 if g is None else g.norm().item() for name, g in zip(parameters, gradients)}


class Comparison(NamedTuple):
    plain_norms: list[float]
    residual_norms: list[float]
    plain_losses: list[float]
    residual_losses: list[float]


def plain_layer(h, w):
    return F.relu(h) @ w.T


def residual_layer(h, w):
    return h + plain_layer(h, w)


def trainer(layer, x, y, lr):
    def step(weights):
        weights = [w.detach().requires_grad_() for w in weights]
        h = x
        for w in weights:
            h = layer(h, w)
        loss = F.cross_entropy(h, y)
        gradients = torch.autograd.grad(loss, weights)
        moved = [w.detach() - lr * g for w, g in zip(weights, gradients)]
        return moved, loss.item(), [g.norm().item() for g in gradients]

    def train(weights, steps):
        losses, first = [], None
        for _ in range(steps):
            weights, loss, norms = step(weights)
            first = first or norms
            losses.append(loss)
        return first, losses

    return train


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    d = x.shape[1]
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / d**0.5
    weights = list(start.to(x.device))
    plain, residual = (trainer(layer, x, y, lr)(weights, steps) for layer in (plain_layer, residual_layer))
    return Comparison(plain[0], residual[0], plain[1], residual[1])


def freeze_backbone(model, head="fc"):
    names = [name for name, _ in model.named_modules(remove_duplicate=False)]
    if not head or head not in names:
        raise ValueError(f"head {head!r} is no sub-module")
    top = model.get_submodule(head)
    inside = {id(m) for m in top.modules()}

    def stay(norm):
        def train(mode=True):
            norm.training = False
            return norm

        return train

    for module in model.modules():
        if id(module) not in inside and isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            module.train = stay(module)
            module.train()
    for p in model.parameters():
        p.requires_grad = False
    for p in top.parameters():
        p.requires_grad = True
    return list(top.parameters())


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def epoch_runner(model, optimizer, x, y):
    def run(batches):
        total = 0.0
        for batch in batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        return total / len(x)

    return run


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = MnistResNet(x.size(1), 10, (x.size(2), x.size(3))).to(device=x.device, dtype=x.dtype)
    run = epoch_runner(model, torch.optim.Adam(model.parameters(), lr=lr), x, y)
    losses = [run(torch.randperm(len(x), generator=generator).to(x.device).split(batch_size)) for _ in range(epochs)]
    return TrainingRun(model.eval(), losses)
