from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def pointwise_conv(x, weight, bias=None):
    if len(x.shape) != 4:
        raise ValueError("x has not four axes")
    if len(weight.shape) != 4 or list(weight.shape)[1:] != [x.shape[1], 1, 1]:
        raise ValueError("weight is not (F, C, 1, 1)")
    if bias is not None and list(bias.shape) != [weight.shape[0]]:
        raise ValueError("bias is not (F,)")
    matrix = weight[:, :, 0, 0]
    pixels = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
    result = pixels @ matrix.t()
    if bias is not None:
        result = result + bias
    return result.reshape(x.shape[0], x.shape[2], x.shape[3], -1).permute(0, 3, 1, 2)


def multiplications(layer_spec):
    total = 0
    for number, layer in enumerate(layer_spec):
        if number == 0:
            c, h, w = layer
            continue
        f, k, stride, padding = layer
        new_h = 0
        new_w = 0
        if h + 2 * padding >= k:
            new_h = (h + 2 * padding - k) // stride + 1
        if w + 2 * padding >= k:
            new_w = (w + 2 * padding - k) // stride + 1
        if new_h == 0 or new_w == 0:
            raise ValueError("layer_spec: kernel %d is too large" % number)
        total += f * new_h * new_w * c * k * k
        c, h, w = f, new_h, new_w
    return total


def concat_branches(branches):
    if len(branches) == 0:
        raise ValueError("branches: there is none")
    channels = 0
    for branch in branches:
        if branch.dim() != 4:
            raise ValueError("branches: one has not four axes")
        channels += branch.shape[1]
    n, _, h, w = branches[0].shape
    for branch in branches:
        if (branch.shape[0], branch.shape[2], branch.shape[3]) != (n, h, w):
            raise ValueError("branches: sizes differ")
    result = branches[0].new_zeros((n, channels, h, w))
    start = 0
    for branch in branches:
        result[:, start : start + branch.shape[1]] = branch
        start += branch.shape[1]
    return result


class InceptionA(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        self.paths = [
            [("branch1x1", 16, 1)],
            [("branch5x5_1", 16, 1), ("branch5x5_2", 24, 5)],
            [("branch3x3_1", 16, 1), ("branch3x3_2", 24, 3), ("branch3x3_3", 24, 3)],
            [("branch_pool", 24, 1)],
        ]
        self.out_channels = 0
        for path in self.paths:
            channels = in_channels
            for name, filters, k in path:
                setattr(self, name, nn.Conv2d(channels, filters, k, padding=k // 2))
                channels = filters
            self.out_channels += channels

    def forward(self, x):
        outputs = []
        for path in self.paths:
            h = x
            for name, _, _ in path:
                if name == "branch_pool":
                    h = functional.avg_pool2d(h, 3, stride=1, padding=1)
                h = getattr(self, name)(h)
            outputs.append(h)
        return concat_branches(outputs)


class InceptionNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        if isinstance(image_size, int):
            image_size = [image_size, image_size]
        features = 88
        for side in image_size:
            if side < 16:
                raise ValueError("image_size must be 16 at least")
            for _ in range(2):
                side = side - 4
                side = side // 2
            features *= side
        channels = in_channels
        for i, filters in [(1, 10), (2, 20)]:
            setattr(self, "conv%d" % i, nn.Conv2d(channels, filters, 5))
            block = InceptionA(filters)
            setattr(self, "inception%d" % i, block)
            channels = block.out_channels
        self.fc = nn.Linear(features, num_classes)

    def forward(self, x):
        h = x
        for i in (1, 2):
            h = getattr(self, "conv%d" % i)(h)
            h = functional.max_pool2d(h, 2)
            h = functional.relu(h)
            h = getattr(self, "inception%d" % i)(h)
        rows = []
        for image in h:
            rows.append(image.reshape(-1))
        return self.fc(torch.stack(rows))


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        h = x
        for layer in self.children():
            h = layer(h)
        return torch.clamp(h, min=0)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(in_channels, c1, 1)
        for i, (narrow, wide) in [(2, c2), (3, c3)]:
            setattr(self, "branch%d_reduce" % i, ConvBlock(in_channels, narrow, 1))
            setattr(self, "branch%d" % i, ConvBlock(narrow, wide, 2 * i - 1, padding=i - 1))
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.out_channels = 0
        for each in (c1, c2[1], c3[1], c4):
            self.out_channels += each

    def forward(self, x):
        outputs = []
        for i in (1, 2, 3, 4):
            h = x
            if i in (2, 3):
                h = getattr(self, "branch%d_reduce" % i)(h)
            elif i == 4:
                h = functional.max_pool2d(h, 3, stride=1, padding=1)
            outputs.append(getattr(self, "branch%d" % i)(h))
        return concat_branches(outputs)


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.reduce = ConvBlock(in_channels, channels, 1)
        sizes = [4 * channels, hidden, num_classes]
        for i in (1, 2):
            setattr(self, "fc%d" % i, nn.Linear(sizes[i - 1], sizes[i]))
        self.share = dropout

    def forward(self, x):
        h = functional.adaptive_avg_pool2d(x, (2, 2))
        h = self.reduce(h).flatten(1)
        for i in (1, 2):
            h = getattr(self, "fc%d" % i)(h)
            if i == 1:
                h = functional.dropout(functional.relu(h), self.share, self.training)
        return h


class GoogLeNetOutput(NamedTuple):
    main: Tensor
    auxiliary1: Tensor
    auxiliary2: Tensor


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        self.dropout = dropout
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        plans = [(4, (4, 6), (2, 4), 2), (6, (4, 8), (2, 6), 4), (8, (6, 12), (4, 8), 4)]
        channels = 8
        for i in range(3):
            block = Inception(channels, *plans[i])
            self.add_module("inception%d" % (i + 1), block)
            channels = block.out_channels
            if i < 2:
                self.add_module("auxiliary%d" % (i + 1), AuxiliaryHead(channels, num_classes, dropout=dropout))
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        h = self.stem(x)
        heads = []
        for i in (1, 2, 3):
            if i > 1:
                h = functional.max_pool2d(h, 3, stride=2, ceil_mode=True)
            h = getattr(self, "inception%d" % i)(h)
            if self.training and i < 3:
                heads.append(getattr(self, "auxiliary%d" % i)(h))
        h = h.sum(dim=3).sum(dim=2) / (h.shape[2] * h.shape[3])
        main = self.fc(functional.dropout(h, self.dropout, self.training))
        if self.training:
            return GoogLeNetOutput(main, heads[0], heads[1])
        return main


def auxiliary_loss(outputs, labels, weight=0.3):
    if isinstance(outputs, Tensor):
        return functional.cross_entropy(outputs, labels)
    total = 0
    for i, scores in enumerate(outputs):
        loss = functional.cross_entropy(scores, labels)
        if i > 0:
            loss = weight * loss
        total = total + loss
    return total


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model.to(device)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n = x.shape[0]
    means = []
    while len(means) < epochs:
        order = torch.randperm(n, generator=generator).tolist()
        total = 0.0
        while order:
            now, order = order[:batch_size], order[batch_size:]
            images = torch.stack([x[i] for i in now]).to(device)
            labels = torch.tensor([int(y[i]) for i in now], device=device)
            for p in model.parameters():
                p.grad = None
            loss = auxiliary_loss(model(images), labels)
            loss.backward()
            optimizer.step()
            total += float(loss) * len(now)
        means.append(total / n)
    return means


class MendedInception(nn.Module):
    def __init__(self, in_channels, reduced, channels):
        super().__init__()
        self.channels = channels
        sizes = {
            "branch1": (in_channels, channels, 1),
            "reduce3": (in_channels, reduced, 1),
            "branch3": (reduced, channels, 3),
            "reduce5": (in_channels, reduced, 1),
            "branch5": (reduced, channels, 5),
            "branch_pool": (in_channels, channels, 1),
        }
        for name in sizes:
            c, f, k = sizes[name]
            setattr(self, name, nn.Conv2d(c, f, k, padding=k // 2))

    def forward(self, x):
        y = x.new_zeros(x.shape[0], 4 * self.channels, x.shape[2], x.shape[3])
        branches = []
        branches.append(self.branch1(x))
        for k in (3, 5):
            h = getattr(self, "reduce%d" % k)(x)
            h = torch.relu(h)
            branches.append(getattr(self, "branch%d" % k)(h))
        branches.append(self.branch_pool(functional.max_pool2d(x, 3, 1, 1)))
        for i in range(4):
            y[:, i * self.channels : (i + 1) * self.channels] = torch.relu(branches[i])
        return y


def check_pointwise_conv(pointwise_conv):
    generator = torch.Generator().manual_seed(1)
    for n, c, f, h, w in [(2, 3, 2, 4, 5), (2, 2, 2, 3, 1), (3, 2, 4, 1, 4), (1, 4, 3, 2, 3)]:
        for with_bias in [True, False]:
            for dtype in [torch.float32, torch.float64]:
                x = torch.randn(n, c, h, w, generator=generator, dtype=dtype)
                weight = torch.randn(f, c, 1, 1, generator=generator, dtype=dtype)
                bias = torch.randn(f, generator=generator, dtype=dtype)
                arguments = [x, weight, bias] if with_bias else [x, weight]
                leaves = [a.clone().requires_grad_() for a in arguments]
                y = pointwise_conv(*leaves)
                assert y.shape == (n, f, h, w)
                assert y.dtype == dtype
                total = torch.zeros(n, f, h, w, dtype=dtype)
                for k in range(f):
                    for j in range(c):
                        total[:, k] += weight[k, j, 0, 0] * x[:, j]
                    if with_bias:
                        total[:, k] += bias[k]
                assert (y - total).abs().max() < 1e-4
                for leaf, a in zip(leaves, arguments):
                    assert (leaf == a).all(), "changed"

                above = torch.randn(n, f, h, w, generator=generator, dtype=dtype)
                assert y.requires_grad
                y.backward(above)
                for leaf in leaves:
                    assert leaf.grad is not None
                for j in range(c):
                    dx = sum(above[:, k] * weight[k, j, 0, 0] for k in range(f))
                    assert (leaves[0].grad[:, j] - dx).abs().max() < 1e-4
                    for k in range(f):
                        assert abs(leaves[1].grad[k, j, 0, 0] - (above[:, k] * x[:, j]).sum()) < 1e-4
                if with_bias:
                    assert (leaves[2].grad - above.sum((0, 2, 3))).abs().max() < 1e-4
