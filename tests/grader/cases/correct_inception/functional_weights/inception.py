from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, einsum, nn


def pointwise_conv(x, weight, bias=None):
    if x.dim() != 4:
        raise ValueError("x needs the axes N, C, H, W")
    if weight.dim() != 4 or weight.shape[1:] != torch.Size((x.shape[1], 1, 1)):
        raise ValueError("weight needs the shape (F, C, 1, 1)")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias needs the shape (F,)")
    y = einsum("nchw,fc->nfhw", x, weight.squeeze(-1).squeeze(-1))
    return y if bias is None else y + bias[None, :, None, None]


def multiplications(layer_spec):
    return walk(tuple(layer_spec[0]), list(layer_spec[1:]))


def walk(image, layers):
    if not layers:
        return 0
    (c, h, w), (f, k, stride, padding) = image, layers[0]
    if k > h + 2 * padding or k > w + 2 * padding:
        raise ValueError("layer_spec has a kernel larger than its image")
    h, w = 1 + (h + 2 * padding - k) // stride, 1 + (w + 2 * padding - k) // stride
    return f * h * w * c * k * k + walk((f, h, w), layers[1:])


def concat_branches(branches):
    if len(branches) < 1:
        raise ValueError("branches is empty")
    if any(b.dim() != 4 for b in branches) or len({b.transpose(0, 1).shape[1:] for b in branches}) > 1:
        raise ValueError("branches differ, or have not four axes")
    return torch.cat([b.transpose(0, 1) for b in branches]).transpose(0, 1)


def windows(x, k, stride):
    return x.unfold(2, k, stride).unfold(3, k, stride)  # (N, C, H', W', k, k)


def convolved(layer, x):
    return F.conv2d(x, layer.weight, layer.bias, stride=layer.stride, padding=layer.padding)


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        for name, c in dict(branch1x1=16, branch5x5_1=16, branch3x3_1=16, branch_pool=24).items():
            self.register_module(name, nn.Conv2d(in_channels, c, 1))
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)

    @property
    def out_channels(self):
        return sum(m.out_channels for m in (self.branch1x1, self.branch5x5_2, self.branch3x3_3, self.branch_pool))

    def forward(self, x):
        mean = windows(F.pad(x, (1, 1, 1, 1)), 3, 1).mean((-1, -2))
        return torch.cat(
            [
                pointwise_conv(x, self.branch1x1.weight, self.branch1x1.bias),
                convolved(self.branch5x5_2, convolved(self.branch5x5_1, x)),
                convolved(self.branch3x3_3, convolved(self.branch3x3_2, convolved(self.branch3x3_1, x))),
                pointwise_conv(mean, self.branch_pool.weight, self.branch_pool.bias),
            ],
            dim=1,
        )


class InceptionNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        if min(h, w) < 16:
            raise ValueError(f"image_size {image_size} is below 16")
        self.inception1, self.inception2 = InceptionA(10), InceptionA(20)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 5), nn.Conv2d(88, 20, 5)
        self.fc = nn.Linear(88 * (h // 4 - 3) * (w // 4 - 3), num_classes)

    def forward(self, x):
        for conv, block in ((self.conv1, self.inception1), (self.conv2, self.inception2)):
            x = block(windows(convolved(conv, x), 2, 2).amax((-2, -1)).relu())
        return F.linear(x.flatten(1), self.fc.weight, self.fc.bias)


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.bn = nn.BatchNorm2d(out_channels)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)

    def forward(self, x):
        bn = self.bn
        if self.training:
            bn.num_batches_tracked += 1
        h = convolved(self.conv, x)
        h = F.batch_norm(h, bn.running_mean, bn.running_var, bn.weight, bn.bias, self.training, bn.momentum, bn.eps)
        return F.relu(h, inplace=True)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.branch3_reduce, self.branch3 = ConvBlock(in_channels, c3[0], 1), ConvBlock(c3[0], c3[1], 5, 1, 2)
        self.branch2_reduce, self.branch2 = ConvBlock(in_channels, c2[0], 1), ConvBlock(c2[0], c2[1], 3, 1, 1)
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.out_channels = c1 + c2[1] + c3[1] + c4

    def forward(self, x):
        most = windows(F.pad(x, (1, 1, 1, 1), value=-torch.inf), 3, 1).amax((-2, -1))
        return torch.cat(
            [
                self.branch1(x),
                self.branch2(self.branch2_reduce(x)),
                self.branch3(self.branch3_reduce(x)),
                self.branch4(most),
            ],
            dim=1,
        )


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.dropout = dropout
        self.fc1 = nn.Linear(channels * 4, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        self.reduce = ConvBlock(in_channels, channels, 1)

    def forward(self, x):
        h = self.reduce(F.adaptive_avg_pool2d(x, 2)).flatten(1)
        h = F.relu(F.linear(h, self.fc1.weight, self.fc1.bias))
        h = F.dropout(h, self.dropout, self.training)
        return F.linear(h, self.fc2.weight, self.fc2.bias)


class GoogLeNetOutput(NamedTuple):
    main: Tensor
    auxiliary1: Tensor
    auxiliary2: Tensor


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        self.dropout = dropout
        self.stem = ConvBlock(in_channels, 8, 3, 1, 1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.fc = nn.Linear(32, num_classes)
        self.auxiliary1 = AuxiliaryHead(16, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(24, num_classes, dropout=dropout)

    def forward(self, x):
        h1 = self.inception1(self.stem(x))
        h2 = self.inception2(F.max_pool2d(h1, 3, 2, ceil_mode=True))
        h3 = self.inception3(F.max_pool2d(h2, 3, 2, ceil_mode=True))
        main = self.fc(F.dropout(h3.flatten(2).mean(2), self.dropout, self.training))
        if self.training:
            return GoogLeNetOutput(main=main, auxiliary1=self.auxiliary1(h1), auxiliary2=self.auxiliary2(h2))
        return main


def auxiliary_loss(outputs, labels, weight=0.3):
    def negative_log_likelihood(scores):
        return -scores.log_softmax(1).gather(1, labels[:, None]).mean()

    if isinstance(outputs, Tensor):
        return negative_log_likelihood(outputs)
    loss = negative_log_likelihood(outputs[0])
    for scores in outputs[1:]:
        loss = loss + weight * negative_log_likelihood(scores)
    return loss


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model = model.to(device).train()
    weights = [p for p in model.parameters() if p.requires_grad]
    m, v, t = [torch.zeros_like(w) for w in weights], [torch.zeros_like(w) for w in weights], 0
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    losses = []
    for _ in range(epochs):
        sums = torch.zeros((), device=device, dtype=x.dtype)
        order = torch.rand(len(x), generator=generator).argsort()
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            loss = auxiliary_loss(model(x[rows].to(device)), y[rows].to(device))
            grads = torch.autograd.grad(loss, weights)
            t += 1
            with torch.no_grad():
                for w, g, mean, square in zip(weights, grads, m, v):
                    mean.lerp_(g, 1 - beta1)
                    square.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                    step = (square / (1 - beta2**t)).sqrt().add_(eps)
                    w.addcdiv_(mean, step, value=-lr / (1 - beta1**t))
            sums += loss.detach() * len(rows)
        losses.append((sums / len(x)).item())
    return losses
