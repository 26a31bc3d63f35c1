from collections import namedtuple
from itertools import starmap
from math import prod

import torch
from torch import einsum, nn
from torch.nn import functional as F

two = lambda v: (v, v) if isinstance(v, int) else tuple(v)  # noqa: E731


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    if (rest := size + 2 * padding - 1 - dilation * (kernel_size - 1)) < 0:
        raise ValueError("kernel_size")
    return (rest + stride) // stride


def view(x, k, s=1, p=0, d=1, value=0.0):
    """(N, C, kh, kw, H', W'), a view of the padded images."""
    k, s, p, d = map(two, (k, s, p, d))
    x = F.pad(x, (p[1], p[1], p[0], p[0]), value=value).contiguous()
    n, c, *hw = x.shape
    a, b, *st = x.stride()
    out = starmap(conv_output_size, zip(hw, k, s, (0, 0), d))
    steps = [t * e for t, e in zip(st, d)] + [t * e for t, e in zip(st, s)]
    return x.as_strided((n, c, *k, *out), (a, b, *steps))


def corr2d(x, k):
    return einsum("abij,ab->ij", view(x[None, None], k.shape)[0, 0], k)


def corr2d_multi(x, k):
    if k.shape[1] != x.shape[0]:
        raise ValueError("k: channels differ")
    return einsum("cabij,fcab->fij", view(x[None], k.shape[2:])[0], k)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.shape[1] % groups or weight.shape[0] % groups:
        raise ValueError("groups")
    if weight.shape[1] != x.shape[1] // groups:
        raise ValueError("weight")
    windows = view(x, weight.shape[2:], stride, padding, dilation).unflatten(1, (groups, -1))
    y = einsum("ngcabij,gfcab->ngfij", windows, weight.unflatten(0, (groups, -1))).flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    return view(x, kernel_size, stride, padding, dilation).flatten(4).flatten(1, 3)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    windows = view(x, weight.shape[2:], stride, padding, dilation)
    n, places = len(x), windows.shape[4:]
    columns = im2col(x, tuple(weight.shape[2:]), stride, padding, dilation)
    return F.linear(columns.mT, weight.flatten(1), bias).mT.reshape(n, -1, *places)


def max_pool2d(x, kernel_size, stride=None, padding=0):
    windows = view(x, kernel_size, kernel_size if stride is None else stride, padding, value=-torch.inf)
    return windows.flatten(2, 3).max(2).values


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    stride = kernel_size if stride is None else stride
    ones = torch.ones_like(x[0, 0])[None, None]
    m = prod(two(kernel_size)) if count_include_pad else einsum("ncabij->ij", view(ones, kernel_size, stride, padding))
    return einsum("ncabij->ncij", view(x, kernel_size, stride, padding)) / m


def shares(size, bins, like):
    """(bins, size): row i holds 1 / m for the m pixels of bin i."""
    i, at = torch.arange(bins, device=like.device)[:, None], torch.arange(size, device=like.device)
    inside = ((at + 1) * bins > i * size) & (at * bins < (i + 1) * size)
    return inside.to(like.dtype) / inside.sum(1, keepdim=True)


def adaptive_avg_pool2d(x, output_size):
    rows, columns = (shares(size, bins, x) for size, bins in zip(x.shape[2:], two(output_size)))
    return einsum("nchw,ih,jw->ncij", x, rows, columns)


EdgeResponse = namedtuple("EdgeResponse", "kernel response")


def edge_filter(image, direction):
    smooth, slope = image.new_tensor([1, 2, 1]), image.new_tensor([-1, 0, 1])
    kernel = torch.outer(smooth, slope) if direction == "vertical" else torch.outer(slope, smooth)
    return EdgeResponse(kernel, corr2d(image, kernel))


LearnedFilter = namedtuple("LearnedFilter", "kernel losses")


def learn_filter(x, y, kernel_size, lr, steps, generator):
    kh, kw = two(kernel_size)
    if y.shape != (x.shape[0], x.shape[1] - kh + 1, x.shape[2] - kw + 1):
        raise ValueError("y")
    k = torch.randn(kh * kw, generator=generator).to(x)
    a, b, losses = view(x.detach()[:, None], (kh, kw))[:, 0].flatten(1, 2).movedim(1, -1).flatten(0, 2), y.flatten(), []
    for _ in range(steps):
        error = a @ k - b
        losses.append(error.square().mean())
        k = k - lr * 2 / b.numel() * (a.T @ error)
    return LearnedFilter(k.view(kh, kw), [loss.item() for loss in losses])


def receptive_field(layers):
    r = j = 1
    for k, s, *d in layers:
        r, j = r + (d[0] if d else 1) * (k - 1) * j, j * s
    return r


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    def forward(self, x):
        m, v = self.running_mean, self.running_var
        if self.training:
            count = x.numel() / x.shape[1]
            m = x.mean((0, 2, 3))
            centred = x - m[:, None, None]
            v = einsum("nchw,nchw->c", centred, centred) / count
            self.num_batches_tracked = self.num_batches_tracked + 1
            a = 1 / self.num_batches_tracked.to(x.dtype) if self.momentum is None else self.momentum
            self.running_mean = (1 - a) * self.running_mean + a * m.detach()
            self.running_var = (1 - a) * self.running_var + a * v.detach() * count / (count - 1)
        y = einsum("nchw,c->nchw", x - m[:, None, None], self.weight * torch.rsqrt(v + self.eps))
        return y + self.bias[:, None, None]


def shift(x, dy, dx):
    h, w = x.shape[-2:]
    i, j = torch.arange(h, device=x.device) - dy, torch.arange(w, device=x.device) - dx
    moved = x[..., i.clamp(0, h - 1)[:, None], j.clamp(0, w - 1)]
    return moved.masked_fill(~(((i >= 0) & (i < h))[:, None] & (j >= 0) & (j < w)), 0)


@torch.no_grad()
def equivariance_error(f, x, dy, dx, border=0, stride=1):
    if dy % stride or dx % stride:
        raise ValueError("stride")
    y, z = f(x), f(shift(x, dy, dx))
    inner = torch.zeros_like(y, dtype=torch.bool)
    h, w = y.shape[2:]
    inner[:, :, border : h - border, border : w - border] = True
    dy, dx = dy // stride, dx // stride
    both = inner & shift(inner, dy, dx)
    return (z - shift(y, dy, dx))[both].abs().max().item()


class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 5), nn.Conv2d(10, 20, 5)
        self.fc = nn.Linear(20 * prod(side // 4 - 3 for side in two(image_size)), num_classes)

    def forward(self, x):
        for conv in self.conv1, self.conv2:
            x = view(conv(x), 2, 2).amax((2, 3)).relu()
        return self.fc(x.flatten(1))


class LeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * prod((side // 2 - 4) // 2 for side in two(image_size)), 120)
        self.fc2, self.fc3 = nn.Linear(120, 84), nn.Linear(84, num_classes)

    def forward(self, x):
        for conv in self.conv1, self.conv2:
            x = view(conv(x).tanh(), 2, 2).mean((2, 3))
        return self.fc3(self.fc2(self.fc1(x.flatten(1)).tanh()).tanh())


def vgg_block(num_convs, in_channels, out_channels):
    widths = [in_channels] + [out_channels] * num_convs
    layers = [(nn.Conv2d(a, b, 3, 1, 1), nn.ReLU(True)) for a, b in zip(widths, widths[1:])]
    return nn.Sequential(*(m for both in layers for m in both), nn.MaxPool2d(2))


class AlexNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        b = [in_channels, *(width * i for i in (1, 3, 6, 4, 4))]
        self.conv1, self.conv2, self.conv3, self.conv4, self.conv5 = (
            nn.Conv2d(i, o, k, padding="same") for i, o, k in zip(b, b[1:], (5, 5, 3, 3, 3))
        )
        left = prod(conv_output_size(conv_output_size(conv_output_size(s, 3, 2), 3, 2), 3, 2) for s in two(image_size))
        self.fc1, self.fc2 = nn.Linear(4 * width * left, 64 * width), nn.Linear(64 * width, 64 * width)
        self.fc3, self.drop = nn.Linear(64 * width, num_classes), nn.Dropout(dropout)

    def forward(self, x):
        x = max_pool2d(self.conv2(max_pool2d(self.conv1(x).relu(), 3, 2)).relu(), 3, 2)
        x = max_pool2d(self.conv5(self.conv4(self.conv3(x).relu()).relu()).relu(), 3, 2).flatten(1)
        return self.fc3(self.drop(self.fc2(self.drop(self.fc1(x).relu())).relu()))


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model, history = model.to(device).train(), []
    sgd = torch.optim.SGD(model.parameters(), lr, momentum)
    for _ in range(epochs):
        total = torch.zeros(2, device=device)
        for x, y in loader:
            sgd.zero_grad()
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            loss.backward(), sgd.step()
            total += torch.stack([loss.detach().float() * len(x), torch.tensor(float(len(x)), device=device)])
        history.append((total[0] / total[1]).item())
    return history


TranslationTest = namedtuple("TranslationTest", "right accuracies steadiest")


@torch.no_grad()
def translation_test(models, x, y, distances, batch_size=64):
    def right(model, d):
        moves = [(-d, 0), (d, 0), (0, -d), (0, d)] if d else [(0, 0)]
        batches = (pair for m in moves for pair in zip(shift(x, *m).split(batch_size), y.split(batch_size)))
        return sum((model(images).argmax(1) == labels).sum().item() for images, labels in batches)

    counts = {}
    for name, model in models.items():
        modes = [m.training for m in model.modules()]
        model.eval()
        counts[name] = [right(model, d) for d in distances]
        list(starmap(lambda m, mode: setattr(m, "training", mode), zip(model.modules(), modes)))
    shares = {name: [c / len(x) / (4 if d else 1) for c, d in zip(cs, distances)] for name, cs in counts.items()}
    return TranslationTest(counts, shares, min(shares, key=lambda name: shares[name][0] - shares[name][-1]))
