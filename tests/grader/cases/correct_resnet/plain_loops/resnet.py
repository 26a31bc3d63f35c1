import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        for i in (1, 2):
            setattr(self, "conv%d" % i, nn.Conv2d(channels, channels, 3, padding=1, bias=False))
        for i in (1, 2):
            setattr(self, "bn%d" % i, nn.BatchNorm2d(channels))

    def forward(self, x):
        h = x
        for i in (1, 2):
            h = getattr(self, "conv%d" % i)(h)
            h = getattr(self, "bn%d" % i)(h)
            if i == 2:
                h = h + x
            h = torch.clamp(h, min=0)
        return h


class DownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        channels = [in_channels, out_channels, out_channels]
        strides = [stride, 1]
        for i in range(2):
            conv = nn.Conv2d(channels[i], channels[i + 1], 3, stride=strides[i], padding=1, bias=False)
            self.register_module("conv" + str(i + 1), conv)
            self.register_module("bn" + str(i + 1), nn.BatchNorm2d(channels[i + 1]))
        self.downsample = nn.Sequential()
        self.downsample.append(nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False))
        self.downsample.append(nn.BatchNorm2d(out_channels))

    def forward(self, x):
        h = x
        for i in (1, 2):
            h = getattr(self, "conv%d" % i)(h)
            h = getattr(self, "bn%d" % i)(h)
            if i == 2:
                h = h + self.downsample(x)
            h = torch.clamp(h, min=0)
        return h


def basic_block(in_channels: int, channels: int, stride: int = 1) -> nn.Module:
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        sizes = [in_channels, channels, channels, 4 * channels]
        kernels = [1, 3, 1]
        strides = [1, stride, 1]
        for i in range(3):
            conv = nn.Conv2d(sizes[i], sizes[i + 1], kernels[i], strides[i], kernels[i] // 2, bias=False)
            setattr(self, "conv%d" % (i + 1), conv)
            setattr(self, "bn%d" % (i + 1), nn.BatchNorm2d(sizes[i + 1]))
        self.downsample = None
        if stride != 1 or in_channels != 4 * channels:
            conv = nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(4 * channels))

    def forward(self, x):
        h = x
        for i in (1, 2, 3):
            h = getattr(self, "conv%d" % i)(h)
            h = getattr(self, "bn%d" % i)(h)
            if i < 3:
                h = torch.clamp(h, min=0)
        if self.downsample is None:
            h = h + x
        else:
            h = h + self.downsample(x)
        return torch.clamp(h, min=0)


class PreActivationBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        sizes = [in_channels, channels, channels]
        for i in range(2):
            setattr(self, "bn%d" % (i + 1), nn.BatchNorm2d(sizes[i]))
            conv = nn.Conv2d(sizes[i], sizes[i + 1], 3, stride if i == 0 else 1, 1, bias=False)
            setattr(self, "conv%d" % (i + 1), conv)
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
        else:
            self.downsample = None

    def forward(self, x):
        h = x
        shortcut = x
        for i in (1, 2):
            h = getattr(self, "bn%d" % i)(h)
            h = torch.clamp(h, min=0)
            if i == 1 and self.downsample is not None:
                shortcut = self.downsample(h)
            h = getattr(self, "conv%d" % i)(h)
        return h + shortcut


def zero_init_residual_(model):
    waiting = [model]
    while waiting:
        module = waiting.pop()
        target = None
        if isinstance(module, ResidualBlock) or isinstance(module, DownsampleBlock):
            target = module.bn2
        if isinstance(module, Bottleneck):
            target = module.bn3
        if isinstance(module, PreActivationBlock):
            target = module.conv2
        if target is not None:
            with torch.no_grad():
                target.weight.fill_(0.0)
        for child in module.children():
            waiting.append(child)
    return model


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError("num_blocks must be at least 1")
    blocks = []
    i = 0
    while i < num_blocks:
        if i == 0:
            blocks.append(block(in_channels, channels, stride))
        else:
            blocks.append(block(channels * block.expansion, channels, 1))
        i += 1
    return nn.Sequential(*blocks)


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__()
        if len(layers) < 1:
            raise ValueError("layers must name one stage at least")
        self.conv1 = nn.Conv2d(in_channels, width, (7, 7), (2, 2), (3, 3), bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.names = []
        before = width
        channels = width
        stride = 1
        for count in layers:
            name = "layer%d" % (len(self.names) + 1)
            self.add_module(name, make_stage(block, before, channels, count, stride))
            self.names.append(name)
            before = channels * block.expansion
            channels = channels * 2
            stride = 2
        self.fc = nn.Linear(before, num_classes)

    def forward(self, x):
        h = self.bn1(self.conv1(x))
        h = torch.clamp(h, min=0)
        h = functional.max_pool2d(h, kernel_size=3, stride=2, padding=1)
        for name in self.names:
            for block in getattr(self, name):
                h = block(h)
        total = h.sum(dim=3).sum(dim=2)
        return self.fc(total / (h.shape[2] * h.shape[3]))


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        if isinstance(image_size, int):
            image_size = (image_size, image_size)
        left = 32
        for side in image_size:
            if side < 16:
                raise ValueError("image_size must be at least 16")
            for _ in range(2):
                side = (side - 4) // 2
            left = left * side
        self.conv1 = nn.Conv2d(in_channels, 16, 5)
        self.block1 = ResidualBlock(16)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.block2 = ResidualBlock(32)
        self.fc = nn.Linear(left, num_classes)

    def forward(self, x):
        h = x
        for conv, block in [(self.conv1, self.block1), (self.conv2, self.block2)]:
            h = torch.clamp(conv(h), min=0)
            h = functional.max_pool2d(h, 2, 2)
            h = block(h)
        return self.fc(h.reshape(h.shape[0], -1))


def gradient_norms(model, x, y):
    saved_buffers = []
    for buffer in model.buffers():
        saved_buffers.append(buffer.clone())
    saved_grads = []
    for p in model.parameters():
        saved_grads.append(p.grad)
        p.grad = None
    norms = {}
    try:
        with torch.enable_grad():
            loss = functional.cross_entropy(model(x), y)
            if loss.requires_grad:
                loss.backward()
        for name, p in model.named_parameters():
            if not p.requires_grad:
                continue
            if p.grad is None:
                norms[name] = 0.0
            else:
                norms[name] = math.sqrt(float((p.grad.double() ** 2).sum()))
    finally:
        for p, grad in zip(model.parameters(), saved_grads):
            p.grad = grad
        for buffer, old in zip(model.buffers(), saved_buffers):
            with torch.no_grad():
                buffer.copy_(old)
    return norms


class Comparison(NamedTuple):
    plain_norms: list[float]
    residual_norms: list[float]
    plain_losses: list[float]
    residual_losses: list[float]


def one_step(weights, x, y, residual):
    """The loss, and its gradient for each weight, by going forwards and then backwards."""
    n = x.shape[0]
    hs = [x]
    for w in weights:
        h = hs[-1].clamp(min=0) @ w.t()
        if residual:
            h = h + hs[-1]
        hs.append(h)
    log_p = hs[-1] - torch.logsumexp(hs[-1], dim=1, keepdim=True)
    loss = 0.0
    for i in range(n):
        loss -= float(log_p[i, y[i]]) / n
    back = log_p.exp()
    for i in range(n):
        back[i, y[i]] -= 1
    back = back / n
    slopes = []
    for l in range(len(weights) - 1, -1, -1):
        h = hs[l]
        slopes.append(back.t() @ h.clamp(min=0))
        through = (back @ weights[l]) * (h > 0).to(h.dtype)
        if residual:
            back = back + through
        else:
            back = through
    slopes.reverse()
    return loss, slopes


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError("depth must be at least 1")
    d = x.shape[1]
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / math.sqrt(d)
    start = start.to(x.device)
    results = {}
    x = x.detach()
    for residual in (False, True):
        weights = []
        for l in range(depth):
            weights.append(start[l].clone())
        losses = []
        norms = []
        for step in range(steps):
            loss, slopes = one_step(weights, x, y, residual)
            losses.append(loss)
            for l in range(depth):
                if step == 0:
                    norms.append(float(slopes[l].pow(2).sum().sqrt()))
                weights[l] -= lr * slopes[l]
        results[residual] = (norms, losses)
    return Comparison(results[False][0], results[True][0], results[False][1], results[True][1])


def freeze_backbone(model, head="fc"):
    found = None
    for name, module in model.named_modules():
        if name == head and name != "":
            found = module
    if found is None:
        raise ValueError("head: the model has no sub-module " + repr(head))
    head_modules = list(found.modules())
    for p in model.parameters():
        p.requires_grad = False
    for p in found.parameters():
        p.requires_grad = True

    norms = []
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            if not any(module is other for other in head_modules):
                norms.append(module)

    for norm in norms:
        norm.eval()
        norm.train = norm.eval_only = lambda mode=True, norm=norm: nn.Module.train(norm, False)

    result = []
    for p in found.parameters():
        result.append(p)
    return result


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    n, c, h, w = x.shape
    model = MnistResNet(c, 10, (h, w))
    model = model.to(x.device).to(x.dtype)
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    epoch = 0
    while epoch < epochs:
        order = torch.randperm(n, generator=generator)
        start = 0
        total = 0.0
        while start < n:
            chosen = order[start : start + batch_size].to(x.device)
            loss = functional.cross_entropy(model(x[chosen]), y[chosen])
            for p in model.parameters():
                p.grad = None
            loss.backward()
            adam.step()
            total = total + loss.item() * chosen.shape[0]
            start = start + batch_size
        losses.append(total / n)
        epoch = epoch + 1
    model.eval()
    return TrainingRun(model, losses)


class MendedDownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.project = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        for name in ("bn1", "bn2", "norm"):
            setattr(self, name, nn.BatchNorm2d(out_channels))

    def forward(self, x):
        branch = self.conv1(x)
        branch = self.bn1(branch)
        branch = functional.relu(branch)
        branch = self.conv2(branch)
        branch = self.bn2(branch)
        shortcut = self.project(x)
        shortcut = self.norm(shortcut)
        return functional.relu(branch + shortcut)


def fix_fine_tuning(model, num_classes, batches, epochs, lr):
    old = model.fc
    head = nn.Linear(old.in_features, num_classes)
    head.to(device=old.weight.device, dtype=old.weight.dtype)
    model.fc = head
    for name, parameter in model.named_parameters():
        if not name.startswith("fc."):
            parameter.requires_grad_(False)
    losses = []
    for epoch in range(epochs):
        model.eval()
        losses_of_epoch = []
        for x, y in batches:
            loss = functional.cross_entropy(model(x), y)
            for_weight, for_bias = torch.autograd.grad(loss, [head.weight, head.bias])
            with torch.no_grad():
                head.weight -= lr * for_weight
                head.bias -= lr * for_bias
            losses_of_epoch.append(loss.item())
        losses.append(sum(losses_of_epoch) / len(losses_of_epoch))
    model.eval()
    return losses


def check_residual(residual):
    class Table(nn.Module):
        # y = a * x + b, five times as much in evaluation
        def __init__(self):
            super().__init__()
            self.a = nn.Parameter(torch.tensor([2.0, -3.0], dtype=torch.float64))
            self.b = nn.Parameter(torch.tensor([0.5, 1.0], dtype=torch.float64))
            self.count = 0

        def forward(self, x):
            self.count += 1
            y = self.a * x + self.b
            return y if self.training else 5 * y

    body = Table()
    module = residual(body)
    found = [id(p) for p in module.parameters()]
    assert sorted(found) == sorted([id(body.a), id(body.b)]), "parameters"
    numbers = [[1.0, 2.0], [-1.0, 0.25], [-0.1, -4.0], [3.0, 1.0]]
    above = [[1.0, -2.0], [3.0, 0.5], [-1.5, 2.5], [4.0, -1.0]]
    for factor in [1, 5]:
        if factor == 1:
            module.train()
        else:
            module.eval()
        assert body.training == (factor == 1), "mode"
        x = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
        body.count = 0
        y = module(x)
        assert body.count == 1, "body ran more than once"
        assert y.dtype == torch.float64
        assert y.shape == (4, 2)
        assert x.tolist() == numbers
        assert y.requires_grad
        body.a.grad = body.b.grad = None
        y.backward(torch.tensor(above, dtype=torch.float64))
        da, db = [0.0, 0.0], [0.0, 0.0]
        for i in range(4):
            for j in range(2):
                a, b = body.a[j].item(), body.b[j].item()
                total = factor * (a * numbers[i][j] + b) + numbers[i][j]
                assert abs(y[i, j].item() - max(total, 0.0)) < 1e-9, (i, j)
                slope = above[i][j] if total > 0 else 0.0
                assert abs(x.grad[i, j].item() - slope * (factor * a + 1)) < 1e-9
                da[j] += slope * factor * numbers[i][j]
                db[j] += slope * factor
        for j in range(2):
            assert body.a.grad is not None and body.b.grad is not None
            assert abs(body.a.grad[j].item() - da[j]) < 1e-9
            assert abs(body.b.grad[j].item() - db[j]) < 1e-9
    x = torch.tensor([[1.0, -1.0]])
    residual(nn.Identity())(x)
    assert x.tolist() == [[1.0, -1.0]], "x was changed"
