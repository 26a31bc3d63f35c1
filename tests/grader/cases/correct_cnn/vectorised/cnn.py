from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def need(ok, name):
    if not ok:
        raise ValueError(f"`{name}` is not right")


def windows(x, k, s=(1, 1), p=(0, 0), d=(1, 1), fill=0.0):
    """(N, C, H', W', kh, kw), a view of the padded image."""
    xp = F.pad(x, (p[1], p[1], p[0], p[0]), value=fill)
    oh, ow = ((xp.shape[2 + i] - d[i] * (k[i] - 1) - 1) // s[i] + 1 for i in (0, 1))
    n, c, h, w = xp.stride()
    return xp.as_strided((*x.shape[:2], oh, ow, *k), (n, c, h * s[0], w * s[1], h * d[0], w * d[1]))


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    need(size >= 1, "size"), need(kernel_size >= 1, "kernel_size"), need(stride >= 1, "stride")
    need(padding >= 0, "padding"), need(dilation >= 1, "dilation")
    places = (size + 2 * padding - dilation * (kernel_size - 1) - 1 + stride) // stride
    need(places >= 1, "kernel_size")
    return places


def corr2d(x, k):
    need(x.ndim == 2, "x"), need(k.ndim == 2 and k.shape[0] <= x.shape[0] and k.shape[1] <= x.shape[1], "k")
    return torch.einsum("ijab,ab->ij", x.unfold(0, k.shape[0], 1).unfold(1, k.shape[1], 1), k)


def corr2d_multi(x, k):
    need(x.ndim == 3, "x")
    need(k.ndim == 4 and k.shape[1] == x.shape[0], "k")
    need(k.shape[2] <= x.shape[1] and k.shape[3] <= x.shape[2], "k")
    return torch.einsum("cijab,fcab->fij", x.unfold(1, k.shape[2], 1).unfold(2, k.shape[3], 1), k)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    s, p, d = two(stride), two(padding), two(dilation)
    need(x.ndim == 4, "x"), need(weight.ndim == 4, "weight")
    need(groups >= 1 and x.shape[1] % groups == 0 and len(weight) % groups == 0, "groups")
    need(weight.shape[1] == x.shape[1] // groups, "weight")
    need(bias is None or bias.shape == weight.shape[:1], "bias")
    need(min(s) > 0, "stride"), need(min(p) >= 0, "padding"), need(min(d) > 0, "dilation")
    k = weight.shape[2:]
    need(all(d[i] * (k[i] - 1) < x.shape[2 + i] + 2 * p[i] for i in (0, 1)), "weight")
    seen = windows(x, k, s, p, d).unflatten(1, (groups, -1))
    y = torch.einsum("ngcijab,gfcab->ngfij", seen, weight.unflatten(0, (groups, -1))).flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    k, s, p, d = two(kernel_size), two(stride), two(padding), two(dilation)
    need(x.ndim == 4, "x"), need(min(k) > 0, "kernel_size"), need(min(s) > 0, "stride")
    need(min(p) >= 0, "padding"), need(min(d) > 0, "dilation")
    need(all(d[i] * (k[i] - 1) < x.shape[2 + i] + 2 * p[i] for i in (0, 1)), "kernel_size")
    return windows(x, k, s, p, d).permute(0, 1, 4, 5, 2, 3).flatten(1, 3).flatten(2)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    need(x.ndim == 4, "x"), need(weight.ndim == 4 and weight.shape[1] == x.shape[1], "weight")
    need(bias is None or bias.shape == weight.shape[:1], "bias")
    k, s, p, d = weight.shape[2:], two(stride), two(padding), two(dilation)
    cols = im2col(x, tuple(k), s, p, d)
    high = (x.shape[2] + 2 * p[0] - d[0] * (k[0] - 1) - 1) // s[0] + 1
    y = torch.einsum("fk,nkp->nfp", weight.flatten(1), cols).unflatten(2, (high, -1))
    return y if bias is None else y + bias[:, None, None]


def pooled(x, kernel_size, stride, padding):
    k, p = two(kernel_size), two(padding)
    s = k if stride is None else two(stride)
    need(x.ndim == 4, "x"), need(min(k) > 0, "kernel_size"), need(min(s) > 0, "stride")
    need(all(0 <= 2 * p[i] <= k[i] for i in (0, 1)), "padding")
    need(all(k[i] <= x.shape[2 + i] + 2 * p[i] for i in (0, 1)), "kernel_size")
    return k, s, p


def max_pool2d(x, kernel_size, stride=None, padding=0):
    return windows(x, *pooled(x, kernel_size, stride, padding), fill=float("-inf")).amax((-2, -1))


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    k, s, p = pooled(x, kernel_size, stride, padding)
    total = windows(x, k, s, p).sum((-2, -1))
    return total / (k[0] * k[1] if count_include_pad else windows(torch.ones_like(x[:1, :1]), k, s, p).sum((-2, -1)))


def adaptive_avg_pool2d(x, output_size):
    need(x.ndim == 4, "x"), need(min(two(output_size)) > 0, "output_size")
    for axis, bins in zip((2, 3), two(output_size), strict=True):
        i = torch.arange(bins, device=x.device)
        first, last = i * x.shape[axis] // bins, -(-(i + 1) * x.shape[axis] // bins)
        many = last - first
        step = torch.arange(int(many.max()), device=x.device)
        where = (first[:, None] + step).clamp(max=x.shape[axis] - 1)
        values = x.index_select(axis, where.flatten()).unflatten(axis, where.shape)
        inside = step < many[:, None]
        if axis == 2:
            inside, many = inside[:, :, None], many[:, None]
        x = torch.where(inside, values, torch.zeros((), dtype=x.dtype, device=x.device)).sum(axis + 1) / many
    return x


class EdgeResponse(NamedTuple):
    kernel: Tensor
    response: Tensor


def edge_filter(image, direction):
    need(direction in ("vertical", "horizontal"), "direction"), need(image.ndim == 2 and min(image.shape) > 2, "image")
    kernel = torch.outer(image.new_tensor([1, 2, 1]), image.new_tensor([-1, 0, 1]))
    kernel = kernel if direction == "vertical" else kernel.T
    return EdgeResponse(kernel, corr2d(image, kernel))


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list[float]


def learn_filter(x, y, kernel_size, lr, steps, generator):
    k = two(kernel_size)
    need(x.ndim == 3, "x"), need(min(k) > 0 and k[0] <= x.shape[1] and k[1] <= x.shape[2], "kernel_size")
    need(y.shape == (len(x), x.shape[1] - k[0] + 1, x.shape[2] - k[1] + 1), "y"), need(steps >= 0, "steps")
    kernel = (2 * torch.rand(k, generator=generator) - 1).to(x)
    rows = x.detach().unfold(1, k[0], 1).unfold(2, k[1], 1).flatten(3).flatten(0, 2)
    target, losses = y.detach().flatten(), []
    for _ in range(steps):
        gap = rows @ kernel.flatten() - target
        losses.append(float(gap.square().mean()))
        kernel = kernel - lr * 2 / len(gap) * (gap @ rows).view(k)
    return LearnedFilter(kernel, losses)


def receptive_field(layers):
    need(all(len(layer) in (2, 3) and min(layer) > 0 for layer in layers), "layers")
    r = j = 1
    for k, s, d in ((*layer, 1)[:3] for layer in layers):
        r, j = r + d * (k - 1) * j, j * s
    return r


def count_parameters(model):
    return sum(np.prod(p.shape) for p in model.parameters() if p.requires_grad)


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        need(x.ndim == 4 and x.shape[1] == len(self.weight), "x")
        m, v = self.running_mean, self.running_var
        if self.training:
            size = x.numel() // x.shape[1]
            need(size > 1, "x")
            v, m = torch.var_mean(x, (0, 2, 3), correction=0)
            with torch.no_grad():
                self.num_batches_tracked.add_(1)
                a = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
                self.running_mean.lerp_(m, a)
                self.running_var.lerp_(v * (size / (size - 1)), a)
        scale = self.weight * (v + self.eps).rsqrt()
        return (x - m[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]


def shift(x, dy, dx):
    dy, dx = (max(-s, min(s, d)) for s, d in zip(x.shape[-2:], (dy, dx), strict=True))
    return F.pad(x, (max(dx, 0), max(-dx, 0), max(dy, 0), max(-dy, 0)))[
        ..., max(-dy, 0) : max(-dy, 0) + x.shape[-2], max(-dx, 0) : max(-dx, 0) + x.shape[-1]
    ].clone()


@torch.no_grad()
def equivariance_error(f, x, dy, dx, border=0, stride=1):
    need(dy % stride == 0 == dx % stride, "stride")
    y, z = f(x), f(shift(x, dy, dx))
    inside = torch.zeros(y.shape[2:], dtype=torch.bool, device=y.device)
    inside[border : y.shape[2] - border, border : y.shape[3] - border] = y.shape[2] > border and y.shape[3] > border
    inside = inside & shift(inside, dy // stride, dx // stride)
    need(inside.any(), "border")
    return float((z - shift(y, dy // stride, dx // stride)).abs()[..., inside].max())


def flat(image_size, low, side):
    h, w = two(image_size)
    need(min(h, w) >= low, "image_size")
    return side(h) * side(w)


class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 5), nn.Conv2d(10, 20, 5)
        self.fc = nn.Linear(20 * flat(image_size, 16, lambda s: ((s - 4) // 2 - 4) // 2), num_classes)

    def forward(self, x):
        h = F.max_pool2d(self.conv1(x), 2).relu()
        return self.fc(F.max_pool2d(self.conv2(h), 2).relu().flatten(1))


class LeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * flat(image_size, 12, lambda s: (s // 2 - 4) // 2), 120)
        self.fc2, self.fc3 = nn.Linear(120, 84), nn.Linear(84, num_classes)

    def forward(self, x):
        h = F.avg_pool2d(self.conv2(F.avg_pool2d(self.conv1(x).tanh(), 2)).tanh(), 2).flatten(1)
        return self.fc3(self.fc2(self.fc1(h).tanh()).tanh())


def vgg_block(num_convs, in_channels, out_channels):
    need(num_convs >= 1, "num_convs")
    pairs = zip([in_channels] + [out_channels] * num_convs, [out_channels] * num_convs, strict=False)
    layers = [m for c, f in pairs for m in (nn.Conv2d(c, f, 3, 1, "same"), nn.ReLU(True))]
    return nn.Sequential(*layers, nn.MaxPool2d((2, 2), (2, 2)))


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__()
        self.blocks = nn.Sequential()
        for n, f in config:
            self.blocks.append(vgg_block(n, in_channels, f))
            in_channels = f
        size = (image_size,) * 2 if isinstance(image_size, int) else image_size
        with torch.no_grad():
            features = self.blocks(torch.zeros(1, self.blocks[0][0].in_channels, *size)).numel()
        self.fc1, self.fc2 = nn.Linear(features, hidden), nn.Linear(hidden, num_classes)

    def forward(self, x):
        return self.fc2(self.fc1(self.blocks(x).flatten(1)).relu())


class AlexNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        b, pool = width, lambda s: (s - 1) // 2
        self.conv1, self.conv2 = nn.Conv2d(in_channels, b, 5, 1, 2), nn.Conv2d(b, 3 * b, 5, 1, 2)
        self.conv3, self.conv4 = nn.Conv2d(3 * b, 6 * b, 3, 1, 1), nn.Conv2d(6 * b, 4 * b, 3, 1, 1)
        self.conv5 = nn.Conv2d(4 * b, 4 * b, 3, 1, 1)
        self.fc1 = nn.Linear(4 * b * flat(image_size, 15, lambda s: pool(pool(pool(s)))), 64 * b)
        self.fc2, self.fc3, self.drop = nn.Linear(64 * b, 64 * b), nn.Linear(64 * b, num_classes), nn.Dropout(dropout)

    def forward(self, x):
        h = F.max_pool2d(self.conv1(x), 3, 2).relu()
        h = F.max_pool2d(self.conv2(h), 3, 2).relu()
        h = F.max_pool2d(self.conv5(self.conv4(self.conv3(h).relu()).relu()), 3, 2).relu().flatten(1)
        return self.fc3(self.drop(self.fc2(self.drop(self.fc1(h).relu())).relu()))


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model.to(device).train()
    optimizer, means = torch.optim.SGD(model.parameters(), lr, momentum), []
    for _ in range(epochs):
        total, count = torch.zeros((), device=device), 0
        for x, y in loader:
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            optimizer.zero_grad(), loss.backward(), optimizer.step()
            total += loss.detach() * len(y)
            count += len(y)
        means.append((total / count).item())
    return means


class MendedConvNorm(nn.Module):
    def __init__(self, in_channels, out_channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.conv = nn.Conv2d(in_channels, out_channels, 3, 1, 1, bias=False)
        self.weight = nn.Parameter(torch.ones(out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.register_buffer("running_mean", torch.zeros(out_channels))
        self.register_buffer("running_var", torch.ones(out_channels))

    def forward(self, x):
        statistics = self.running_mean, self.running_var
        scale_and_shift = self.weight, self.bias
        h = torch.nn.functional.batch_norm(
            self.conv(x), *statistics, *scale_and_shift, self.training, self.momentum, self.eps
        )
        return h.relu()


class MendedNet(nn.Module):
    def __init__(self, in_channels, widths, num_classes, image_size, dropout=0.5):
        super().__init__()
        channels = [in_channels, *widths]
        self.convs = nn.ModuleList(nn.Conv2d(c, f, 3, padding=1) for c, f in zip(channels[:-1], channels[1:]))
        h, w = (side >> len(widths) for side in image_size)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(channels[-1] * h * w, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = torch.nn.functional.max_pool2d(conv(x), 2).relu()
        return self.fc(self.drop(x.flatten(1)))


def check_max_pool2d(max_pool2d):
    g = torch.Generator().manual_seed(5)
    for args in [(3,), ((1, 2),), ((2, 3), (3, 2)), (3, 1, 1), ((4, 2), (2, 3), (2, 1)), ((4, 3), None, (1, 0))]:
        data = torch.rand(2, 3, 9, 7, generator=g, dtype=torch.float64) - 0.9
        x, kept = data.clone().requires_grad_(), data.clone().requires_grad_()
        y, want = max_pool2d(x, *args), F.max_pool2d(kept, *args)
        torch.testing.assert_close(y, want)
        torch.testing.assert_close(x, kept)
        assert y.requires_grad
        weights = torch.linspace(-1, 2, want.numel(), dtype=torch.float64).view_as(want)
        (y * weights).sum().backward()
        (want * weights).sum().backward()
        torch.testing.assert_close(x.grad, kept.grad)


class TranslationTest(NamedTuple):
    right: dict
    accuracies: dict
    steadiest: str


@torch.no_grad()
def translation_test(models, x, y, distances, batch_size=64):
    stacks = [
        torch.stack([shift(x, dy * d, dx * d) for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1))[: 4 if d else 1]])
        for d in distances
    ]
    right = {}
    for name, model in models.items():
        was = {module: module.training for module in model.modules()}
        model.eval()
        said = [torch.cat([model(b) for b in s.flatten(0, 1).split(batch_size)]).argmax(1) for s in stacks]
        right[name] = [int((p.view(len(s), -1) == y).sum()) for p, s in zip(said, stacks, strict=True)]
        for module, mode in was.items():
            module.training = mode
    shown = np.array([s.shape[0] * s.shape[1] for s in stacks])
    accuracies = {name: (np.array(counts) / shown).tolist() for name, counts in right.items()}
    falls = [line[0] - line[-1] for line in accuracies.values()]
    return TranslationTest(right, accuracies, list(models)[int(np.argmin(falls))])
