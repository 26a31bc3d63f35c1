from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def need(ok, name):
    if not ok:
        raise ValueError(f"`{name}` is not right")


def conv(c, f, k=3, s=1):
    return nn.Conv2d(c, f, k, s, k // 2, bias=False)


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = conv(channels, channels), conv(channels, channels)
        self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)

    def forward(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x)).relu_())).add_(x).relu_()


class DownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(in_channels, out_channels, s=stride), nn.BatchNorm2d(out_channels)
        self.conv2, self.bn2 = conv(out_channels, out_channels), nn.BatchNorm2d(out_channels)
        self.downsample = nn.Sequential(conv(in_channels, out_channels, 1, stride), nn.BatchNorm2d(out_channels))

    def forward(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x)).relu_())).add_(self.downsample(x)).relu_()


def basic_block(in_channels, channels, stride=1):
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = 4 * channels
        self.conv1, self.bn1 = conv(in_channels, channels, 1), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = conv(channels, channels, 3, stride), nn.BatchNorm2d(channels)
        self.conv3, self.bn3 = conv(channels, wide, 1), nn.BatchNorm2d(wide)
        if (stride, in_channels) != (1, wide):
            self.downsample = nn.Sequential(conv(in_channels, wide, 1, stride), nn.BatchNorm2d(wide))

    def forward(self, x):
        h = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()
        return F.relu(self.bn3(self.conv3(h)) + getattr(self, "downsample", lambda x: x)(x))


class PreActivationBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(in_channels), conv(in_channels, channels, s=stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(channels), conv(channels, channels)
        self.downsample = None if (stride, in_channels) == (1, channels) else conv(in_channels, channels, 1, stride)

    def forward(self, x):
        a = self.bn1(x).relu()
        return self.conv2(self.bn2(self.conv1(a)).relu()) + (self.downsample(a) if self.downsample else x)


LAST = {ResidualBlock: "bn2", DownsampleBlock: "bn2", Bottleneck: "bn3", PreActivationBlock: "conv2"}


def zero_init_residual_(model):
    for m in model.modules():
        for kind, name in LAST.items():
            if isinstance(m, kind):
                nn.init.zeros_(getattr(m, name).weight)
    return model


def make_stage(block, in_channels, channels, num_blocks, stride):
    need(num_blocks >= 1, "num_blocks")
    rest = (block(channels * block.expansion, channels, 1) for _ in range(num_blocks - 1))
    return nn.Sequential(block(in_channels, channels, stride), *rest)


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__()
        need(len(layers) > 0, "layers")
        self.conv1, self.bn1 = nn.Conv2d(in_channels, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        outs = [width] + [width * 2**i * block.expansion for i in range(len(layers))]
        self.stages = [f"layer{i + 1}" for i in range(len(layers))]
        for i, (name, number) in enumerate(zip(self.stages, layers, strict=True)):
            self.add_module(name, make_stage(block, outs[i], width << i, number, 1 + (i > 0)))
        self.fc = nn.Linear(outs[-1], num_classes)

    def forward(self, x):
        h = F.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        for name in self.stages:
            h = self.get_submodule(name)(h)
        return self.fc(torch.einsum("nchw->nc", h) / (h.shape[2] * h.shape[3]))


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = (image_size,) * 2 if isinstance(image_size, int) else image_size
        need(min(h, w) >= 16, "image_size")
        self.conv1, self.block1 = nn.Conv2d(in_channels, 16, 5), ResidualBlock(16)
        self.conv2, self.block2 = nn.Conv2d(16, 32, 5), ResidualBlock(32)
        self.fc = nn.Linear(32 * (h // 4 - 3) * (w // 4 - 3), num_classes)

    def forward(self, x):
        h = self.block1(F.max_pool2d(self.conv1(x), 2).relu())
        return self.fc(self.block2(F.max_pool2d(self.conv2(h), 2).relu()).flatten(1))


@torch.enable_grad()
def gradient_norms(model, x, y):
    values = {name: p.detach().clone().requires_grad_(p.requires_grad) for name, p in model.named_parameters()}
    buffers = {name: b.detach().clone() for name, b in model.named_buffers()}
    loss = F.cross_entropy(torch.func.functional_call(model, (values, buffers), (x,)), y)
    learned = {name: p for name, p in values.items() if p.requires_grad}
    if not learned:
        return {}
    slopes = torch.autograd.grad(loss, list(learned.values()), allow_unused=True, materialize_grads=True)
    return {name: s.norm().item() for name, s in zip(learned, slopes, strict=True)}


class Comparison(NamedTuple):
    plain_norms: list[float]
    residual_norms: list[float]
    plain_losses: list[float]
    residual_losses: list[float]


@torch.enable_grad()
def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    need(depth >= 1, "depth")
    d, x = x.shape[1], x.detach()
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / d**0.5
    w = start.to(x.device).expand(2, -1, -1, -1).clone().requires_grad_()  # plain, residual
    residual, losses, norms = torch.tensor([False, True], device=x.device)[:, None, None], [], None
    for _ in range(steps):
        h = x.expand(2, -1, -1)
        for layer in w.unbind(1):
            h = torch.where(residual, h, torch.zeros_like(h)) + torch.bmm(h.relu(), layer.transpose(1, 2))
        loss = F.cross_entropy(h.flatten(0, 1), y.repeat(2), reduction="none").view(2, -1).mean(1)
        (slope,) = torch.autograd.grad(loss.sum(), w)
        norms = slope.square().sum((2, 3)).sqrt().tolist() if norms is None else norms
        losses.append(loss.tolist())
        w = (w.detach() - lr * slope).requires_grad_()
    return Comparison(*norms, *map(list, zip(*losses, strict=True)))


def always_eval(module, args):
    module.training = False


def freeze_backbone(model, head="fc"):
    need(head in dict(model.named_modules(remove_duplicate=False)) and head, "head")
    top = model.get_submodule(head)
    mine = set(top.modules())
    model.requires_grad_(False)
    top.requires_grad_(True)
    for m in model.modules():
        for key in [k for k, hook in m._forward_pre_hooks.items() if hook is always_eval]:
            del m._forward_pre_hooks[key]
        if isinstance(m, nn.modules.batchnorm._BatchNorm) and m not in mine:
            m.eval().register_forward_pre_hook(always_eval)
    return list(top.parameters())


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    net, losses = MnistResNet(x.shape[1], 10, (x.shape[2], x.shape[3])).to(x), []
    adam = torch.optim.Adam(net.parameters(), lr)
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator).to(x.device)
        seen = []
        for images, labels in zip(x[order].split(batch_size), y[order].split(batch_size)):
            loss = -F.log_softmax(net(images), 1).gather(1, labels[:, None]).mean()
            adam.zero_grad(), loss.backward(), adam.step()
            seen.append(loss.detach() * len(labels))
        losses.append((torch.stack(seen).sum() / len(x)).item())
    net.train(False)
    return TrainingRun(net, losses)


class MendedDownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        c, f, s = in_channels, out_channels, stride
        self.conv1, self.conv2, self.project = conv(c, f, s=s), conv(f, f), conv(c, f, 1, s)
        self.bn1, self.bn2, self.norm = (nn.BatchNorm2d(f) for _ in range(3))

    def forward(self, x):
        return F.relu(self.norm(self.project(x)) + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


def fix_fine_tuning(model, num_classes, batches, epochs, lr):
    model.requires_grad_(False).eval()
    w = model.fc.weight
    model.fc = nn.Linear(w.shape[1], num_classes, device=w.device, dtype=w.dtype)
    opt, losses = torch.optim.SGD(model.fc.parameters(), lr), []
    for _ in range(epochs):
        parts = []
        for x, y in batches:
            opt.zero_grad()
            parts.append(F.cross_entropy(model(x), y))
            parts[-1].backward()
            opt.step()
        losses.append(torch.stack(parts).mean().item())
    return losses
