from typing import NamedTuple

import numpy as np
import torch as t
from torch import nn
from torch.nn import functional as F


def conv(a, b, k, stride=1, bias=False):
    return nn.Conv2d(a, b, (k, k), (stride, stride), ((k - 1) // 2,) * 2, bias=bias)


def relu(a):
    return t.maximum(a, t.zeros_like(a))


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        nn.Module.__init__(self)
        self.conv1, self.conv2 = [conv(channels, channels, 3) for _ in "ab"]
        self.bn1, self.bn2 = [nn.BatchNorm2d(channels) for _ in "ab"]

    def forward(self, x):
        f = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
        return relu(np.add(1, 0) * f + x)


class DownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        nn.Module.__init__(self)
        self.conv1, self.conv2 = conv(in_channels, out_channels, 3, stride), conv(out_channels, out_channels, 3)
        self.bn1, self.bn2 = nn.BatchNorm2d(out_channels), nn.BatchNorm2d(out_channels)
        self.downsample = nn.Sequential(conv(in_channels, out_channels, 1, stride), nn.BatchNorm2d(out_channels))

    def forward(self, x):
        f = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
        return relu(f + self.downsample(x))


def basic_block(in_channels, channels, stride=1):
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        nn.Module.__init__(self)
        out = 4 * channels
        self.conv1, self.bn1 = conv(in_channels, channels, 1), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = conv(channels, channels, 3, stride), nn.BatchNorm2d(channels)
        self.conv3, self.bn3 = conv(channels, out, 1), nn.BatchNorm2d(out)
        self.equal = np.array_equal([in_channels, stride], [out, 1])
        if not self.equal:
            self.downsample = nn.Sequential(conv(in_channels, out, 1, stride), nn.BatchNorm2d(out))

    def forward(self, x):
        f = relu(self.bn1(self.conv1(x)))
        f = relu(self.bn2(self.conv2(f)))
        f = self.bn3(self.conv3(f))
        return relu(f + (x if self.equal else self.downsample(x)))


class PreActivationBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        nn.Module.__init__(self)
        self.bn1, self.bn2 = nn.BatchNorm2d(in_channels), nn.BatchNorm2d(channels)
        self.conv1, self.conv2 = conv(in_channels, channels, 3, stride), conv(channels, channels, 3)
        self.equal = np.array_equal([in_channels, stride], [channels, 1])
        if not self.equal:
            self.downsample = conv(in_channels, channels, 1, stride)

    def forward(self, x):
        a = relu(self.bn1(x))
        f = self.conv2(relu(self.bn2(self.conv1(a))))
        return f + (x if self.equal else self.downsample(a))


LAST = {"ResidualBlock": "bn2", "DownsampleBlock": "bn2", "Bottleneck": "bn3", "PreActivationBlock": "conv2"}


def zero_init_residual_(model):
    for m in model.modules():
        last = LAST.get(type(m).__name__)
        if last:
            weight = getattr(m, last).weight
            weight.data *= 0
    return model


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError("num_blocks < 1")
    ins = np.full(num_blocks, channels * block.expansion)
    ins[0] = in_channels
    steps = np.ones(num_blocks, dtype=int)
    steps[0] = stride
    return nn.Sequential(*[block(int(i), channels, int(s)) for i, s in zip(ins, steps)])


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        nn.Module.__init__(self)
        if np.size(layers) == 0:
            raise ValueError("layers is empty")
        self.conv1, self.bn1 = conv(in_channels, width, 7, 2), nn.BatchNorm2d(width)
        widths = (width * 2 ** np.arange(len(layers))).tolist()
        before = [width] + (np.array(widths) * block.expansion).tolist()
        for i, n in enumerate(layers):
            self.add_module("layer" + str(i + 1), make_stage(block, before[i], widths[i], n, 1 + (i > 0)))
        self.n = len(layers)
        self.fc = nn.Linear(before[-1], num_classes)

    def forward(self, x):
        h = F.max_pool2d(relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for i in range(self.n):
            h = self._modules["layer" + str(i + 1)](h)
        mean = t.einsum("nchw->nc", h) / np.prod(h.shape[-2:])
        return self.fc(mean)


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        nn.Module.__init__(self)
        size = np.broadcast_to(image_size, (2,))
        if (size < 16).any():
            raise ValueError("image_size: 16 at least")
        left = ((size - 4) // 2 - 4) // 2
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 16, 5), nn.Conv2d(16, 32, 5)
        self.block1, self.block2 = ResidualBlock(16), ResidualBlock(32)
        self.fc = nn.Linear(int(32 * left.prod()), num_classes)

    @staticmethod
    def pool(a):
        n, c, h, w = a.shape
        a = a[:, :, : h // 2 * 2, : w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2)
        return a.amax(axis=(3, 5))

    def forward(self, x):
        h = self.block1(self.pool(relu(self.conv1(x))))
        h = self.block2(self.pool(relu(self.conv2(h))))
        return self.fc(h.reshape(len(h), -1))


def gradient_norms(model, x, y):
    before = {k: np.array(v.cpu()) for k, v in model.named_buffers()}
    names, weights = [], []
    for name, p in model.named_parameters():
        if p.requires_grad:
            names.append(name)
            weights.append(p)
    with t.enable_grad():
        loss = F.cross_entropy(model(x), y)
        grads = t.autograd.grad(loss, weights, allow_unused=True) if loss.requires_grad else [None] * len(names)
    for k, v in model.named_buffers():
        v.data[...] = t.as_tensor(before[k])
    return {k: float(np.linalg.norm(g.cpu().numpy())) if g is not None else 0.0 for k, g in zip(names, grads)}


class Comparison(NamedTuple):
    plain_norms: list
    residual_norms: list
    plain_losses: list
    residual_losses: list


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def descend(W, x, y, skip, lr, steps):
    """Forward and backward in numpy, as in the first assignment."""
    W, n = W.copy(), len(y)
    rows, losses, norms = np.arange(n), np.empty(steps), None
    for step in range(steps):
        hs = [x]
        for w in W:
            hs.append(skip * hs[-1] + np.maximum(hs[-1], 0) @ w.T)
        p = softmax(hs[-1])
        top = hs[-1].max(axis=1)
        losses[step] = (np.log(np.exp(hs[-1] - top[:, None]).sum(axis=1)) + top - hs[-1][rows, y]).mean()
        d = p
        d[rows, y] -= 1
        d /= n
        dW = np.empty_like(W)
        for i in reversed(range(len(W))):
            dW[i] = np.einsum("nf,nd->fd", d, np.maximum(hs[i], 0))
            d = skip * d + (d @ W[i]) * (hs[i] > 0)
        if step == 0:
            norms = np.sqrt((dW**2).sum(axis=(1, 2)))
        W -= lr * dW
    return norms.tolist(), losses.tolist()


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError("depth < 1")
    d = x.shape[1]
    W = (gain * t.randn(depth, d, d, generator=generator, dtype=x.dtype) / np.sqrt(d)).numpy()
    x, y = x.detach().cpu().numpy(), y.cpu().numpy()
    (a, b), (c, e) = (descend(W, x, y, skip, lr, steps) for skip in (0, 1))
    return Comparison(a, c, b, e)


def freeze_backbone(model, head="fc"):
    modules = dict(model.named_modules())
    modules.pop("")
    if head not in modules:
        raise ValueError("head is not one of " + ", ".join(modules))
    mine = set(modules[head].modules())
    kinds = nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d
    still = [m for m in modules.values() if isinstance(m, kinds) and m not in mine]
    for p in model.parameters():
        p.requires_grad = False
    for p in modules[head].parameters():
        p.requires_grad = True

    usual = model.train

    def train(mode=True):
        usual(mode)
        for m in still:
            m.training = False
        return model

    model.train = train  # eval() comes along here too
    for m in still:
        m.training = False
    return list(modules[head].parameters())


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    n, c, h, w = x.shape
    model = MnistResNet(c, 10, (h, w)).to(x.device).type(x.dtype)
    opt = t.optim.Adam(model.parameters(), lr)
    history = np.zeros(epochs)
    for epoch in range(epochs):
        perm = t.randperm(n, generator=generator).numpy()
        cuts = np.arange(batch_size, n, batch_size)
        for idx in np.split(perm, cuts):
            opt.zero_grad()
            loss = F.cross_entropy(model(x[idx]), y[idx])
            loss.backward()
            opt.step()
            history[epoch] += float(loss.detach()) * idx.size / n
    return TrainingRun(model.eval(), history.tolist())
