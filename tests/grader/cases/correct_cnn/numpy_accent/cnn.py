from collections import namedtuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    free = size + 2 * padding - (1 + dilation * (kernel_size - 1))
    if np.sign(free) < 0:
        raise ValueError("kernel_size")
    return free // stride + 1


def two(v):
    return np.broadcast_to(v, 2).tolist()


def indices(shape, kernel_size, stride, padding, dilation):
    """Index arrays of rows and columns, each (kh * kw, H' * W')."""
    (kh, kw), s, p, d = two(kernel_size), two(stride), two(padding), two(dilation)
    oh, ow = (conv_output_size(n, k, *rest) for n, k, *rest in zip(shape, (kh, kw), s, p, d))
    i = np.repeat(np.arange(kh), kw)[:, None] * d[0] + np.repeat(np.arange(oh), ow) * s[0]
    j = np.tile(np.arange(kw), kh)[:, None] * d[1] + np.tile(np.arange(ow), oh) * s[1]
    return i, j, oh, ow


def patches(x, kernel_size, stride=1, padding=0, dilation=1, fill=0.0):
    """(N, C, kh * kw, H' * W'), H', W'"""
    i, j, oh, ow = indices(x.shape[2:], kernel_size, stride, padding, dilation)
    ph, pw = two(padding)
    xp = F.pad(x, (pw, pw, ph, ph), "constant", fill)
    return xp[:, :, i, j], oh, ow


def corr2d(x, k):
    windows, h, w = patches(x[np.newaxis, np.newaxis], k.shape)
    return (k.reshape(-1) @ windows[0, 0]).reshape(h, w)


def corr2d_multi(x, k):
    if not np.equal(k.shape[1], x.shape[0]):
        raise ValueError("k.shape[1] != len(x)")
    windows, h, w = patches(x[np.newaxis], k.shape[2:])
    return (k.reshape(len(k), -1) @ windows[0].reshape(-1, h * w)).reshape(-1, h, w)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    c, f = x.shape[1], weight.shape[0]
    if np.any(np.mod([c, f], groups)):
        raise ValueError("groups")
    if weight.shape[1] * groups != c:
        raise ValueError("weight.shape[1]")
    windows, h, w = patches(x, weight.shape[2:], stride, padding, dilation)
    parts = []
    for a, b in zip(torch.tensor_split(windows, groups, axis=1), torch.tensor_split(weight, groups, axis=0)):
        parts.append(torch.einsum("nckp,fck->nfp", a, b.reshape(b.shape[0], b.shape[1], -1)))
    y = torch.concatenate(parts, axis=1).reshape(len(x), f, h, w)
    if bias is not None:
        y = y + bias[np.newaxis, :, np.newaxis, np.newaxis]
    return y


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    windows, h, w = patches(x, kernel_size, stride, padding, dilation)
    return windows.reshape(len(x), -1, h * w)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    windows, h, w = patches(x, weight.shape[2:], stride, padding, dilation)
    columns = windows.reshape(len(x), -1, h * w)
    y = torch.tensordot(weight.reshape(len(weight), -1), columns, ([1], [1]))  # (F, N, P)
    if bias is not None:
        y = y + bias[:, None, None]
    return torch.moveaxis(y, 0, 1).reshape(len(x), len(weight), h, w)


def max_pool2d(x, kernel_size, stride=None, padding=0):
    windows, h, w = patches(x, kernel_size, kernel_size if stride is None else stride, padding, 1, -np.inf)
    best = windows.argmax(axis=2, keepdims=True)
    return torch.take_along_dim(windows, best, 2).reshape(*x.shape[:2], h, w)


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    stride = kernel_size if stride is None else stride
    windows, h, w = patches(x, kernel_size, stride, padding)
    if count_include_pad:
        return windows.mean(axis=2).reshape(*x.shape[:2], h, w)
    i, j, _, _ = indices(x.shape[2:], kernel_size, stride, padding, 1)
    (ph, pw), (height, width) = two(padding), x.shape[2:]
    inside = (ph <= i) & (i < ph + height) & (pw <= j) & (j < pw + width)
    count = torch.from_numpy(inside.sum(axis=0)).to(x.device)
    return (windows.sum(axis=2) / count).reshape(*x.shape[:2], h, w)


def adaptive_avg_pool2d(x, output_size):
    def edges(size, bins):
        i = np.arange(bins)
        return i * size // bins, -(-(i + 1) * size // bins)

    (h, w), (oh, ow) = x.shape[2:], two(output_size)
    y = x.new_empty(*x.shape[:2], oh, ow)
    for i, (top, bottom) in enumerate(zip(*edges(h, oh))):
        for j, (left, right) in enumerate(zip(*edges(w, ow))):
            y[..., i, j] = x[..., top:bottom, left:right].mean(axis=(-2, -1))
    return y


EdgeResponse = namedtuple("EdgeResponse", "kernel response")


def edge_filter(image, direction):
    kernel = np.outer([1, 2, 1], [-1, 0, 1])
    if direction == "horizontal":
        kernel = kernel.T
    kernel = torch.tensor(kernel).to(image)
    return EdgeResponse(kernel, corr2d(image, kernel))


LearnedFilter = namedtuple("LearnedFilter", "kernel losses")


def learn_filter(x, y, kernel_size, lr, steps, generator):
    kh, kw = two(kernel_size)
    if not np.array_equal(y.shape, [x.shape[0], x.shape[1] - kh + 1, x.shape[2] - kw + 1]):
        raise ValueError("y.shape")
    k = torch.randn(kh * kw, generator=generator, dtype=x.dtype).numpy()
    windows = patches(x.detach()[:, np.newaxis], (kh, kw))[0].cpu().numpy()[:, 0]
    targets = y.detach().cpu().numpy().reshape(len(y), -1)
    losses = np.empty(steps)
    for step in range(steps):
        error = np.einsum("k,mkp->mp", k, windows) - targets
        losses[step] = np.mean(error**2)
        k = k - lr * (2 / error.size * np.einsum("mp,mkp->k", error, windows)).astype(k.dtype)
    return LearnedFilter(torch.as_tensor(k.astype(targets.dtype)).reshape(kh, kw).to(x.device), losses.tolist())


def receptive_field(layers):
    table = [(*layer, 1)[:3] for layer in layers]
    if not table:
        return 1
    k, s, d = np.array(table, dtype=object).T
    jumps = np.cumprod(np.concatenate([[1], s[:-1]]))
    return int(1 + np.sum(d * (k - 1) * jumps))


def count_parameters(model):
    return np.sum([p.numel() for p in model.parameters() if p.requires_grad], dtype=np.int64)


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        nn.Module.__init__(self)
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.from_numpy(np.ones(num_features, dtype=np.float32)))
        self.bias = nn.Parameter(torch.from_numpy(np.zeros(num_features, dtype=np.float32)))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(np.int64(0)))

    def forward(self, x):
        axes = (0, 2, 3)
        if self.training:
            mean = x.mean(axis=axes, keepdims=True)
            deviations = x - mean
            var = (deviations**2).mean(axis=axes, keepdims=True)
            self.num_batches_tracked += 1
            a = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
            m = np.prod(x.shape) // x.shape[1]
            self.running_mean.data[:] = (1 - a) * self.running_mean + a * mean.detach().ravel()
            self.running_var.data[:] = (1 - a) * self.running_var + a * var.detach().ravel() * float(m / (m - 1))
        else:
            deviations = x - self.running_mean[:, None, None]
            var = self.running_var[:, None, None]
        return deviations / (var + self.eps) ** 0.5 * self.weight[:, None, None] + self.bias[:, None, None]


def shift(x, dy, dx):
    y = torch.roll(x, shifts=(dy, dx), dims=(-2, -1))
    h, w = x.shape[-2:]
    rows = np.arange(h) - dy
    columns = np.arange(w) - dx
    y[..., (rows < 0) | (rows >= h), :] = 0
    y[..., :, (columns < 0) | (columns >= w)] = 0
    return y


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    (qy, qx), rest = (part.tolist() for part in np.divmod([dy, dx], stride))
    if any(rest):
        raise ValueError("stride")
    with torch.no_grad():
        y = f(x).cpu().numpy()
        z = f(shift(x, dy, dx)).cpu().numpy()

    def common(size, q):
        return np.intersect1d(np.arange(border, size - border), np.arange(border, size - border) + q)

    i, j = common(y.shape[2], qy), common(y.shape[3], qx)
    after = z[:, :, i[:, None], j]
    before = y[:, :, i[:, None] - qy, j - qx]
    return float(np.abs(after - before).max())


def features(image_size, *steps):
    size = np.array(two(image_size))
    for kernel, stride, padding in steps:
        size = (size + 2 * padding - kernel) // stride + 1
    return int(size.prod())


class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        nn.Module.__init__(self)
        self.fc = nn.Linear(20 * features(image_size, (5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)), num_classes)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 5), nn.Conv2d(10, 20, 5)

    def forward(self, x):
        h = max_pool2d(torch.maximum(self.conv1(x), x.new_zeros(())), 2)
        h = max_pool2d(torch.maximum(self.conv2(h), x.new_zeros(())), 2)
        return self.fc(h.reshape(len(h), -1))


class LeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        nn.Module.__init__(self)
        left = 16 * features(image_size, (5, 1, 2), (2, 2, 0), (5, 1, 0), (2, 2, 0))
        self.fc1, self.fc2, self.fc3 = nn.Linear(left, 120), nn.Linear(120, 84), nn.Linear(84, num_classes)
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 6, 5, padding=2), nn.Conv2d(6, 16, 5)

    def forward(self, x):
        h = avg_pool2d(torch.tanh(self.conv1(x)), 2)
        h = avg_pool2d(torch.tanh(self.conv2(h)), 2)
        h = torch.tanh(self.fc1(h.reshape(len(h), -1)))
        return self.fc3(torch.tanh(self.fc2(h)))


def vgg_block(num_convs, in_channels, out_channels):
    modules = np.empty(2 * num_convs + 1, dtype=object)
    for i in range(num_convs):
        modules[2 * i] = nn.Conv2d([out_channels, in_channels][i == 0], out_channels, 3, padding=1)
        modules[2 * i + 1] = nn.ReLU()
    modules[-1] = nn.MaxPool2d(2)
    return nn.Sequential(*modules)


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        nn.Module.__init__(self)
        convs, maps = np.array(config).T.tolist()
        self.blocks = nn.ModuleList(map(vgg_block, convs, [in_channels] + maps[:-1], maps))
        left = np.array([image_size, image_size] if np.isscalar(image_size) else image_size) // 2 ** len(config)
        self.fc1 = nn.Linear(int(maps[-1] * left.prod()), hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.fc2(torch.maximum(self.fc1(x.reshape(len(x), -1)), x.new_zeros(())))


class AlexNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        nn.Module.__init__(self)
        maps = [in_channels] + (np.array([1, 3, 6, 4, 4]) * width).tolist()
        kernels = np.array([5, 5, 3, 3, 3])
        for n, (a, b, k) in enumerate(zip(maps[:-1], maps[1:], kernels.tolist()), 1):
            setattr(self, f"conv{n}", nn.Conv2d(a, b, k, padding=k // 2))
        left = maps[-1] * features(image_size, *[(3, 2, 0)] * 3)
        sizes = [left, 64 * width, 64 * width, num_classes]
        for n in range(1, 4):
            setattr(self, f"fc{n}", nn.Linear(sizes[n - 1], sizes[n]))
        self.p = dropout

    def forward(self, x):
        h = x
        for n in np.arange(1, 6):
            h = F.relu(getattr(self, f"conv{n}")(h))
            if n in (1, 2, 5):
                h = max_pool2d(h, 3, 2)
        h = h.reshape(len(h), -1)
        h = F.dropout(F.relu(self.fc1(h)), self.p, self.training)
        h = F.dropout(F.relu(self.fc2(h)), self.p, self.training)
        return self.fc3(h)


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model.to(device)
    model.train()
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    history = []
    for _ in range(epochs):
        losses, weights = [], []
        for x, y in loader:
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.detach().cpu().numpy())
            weights.append(len(y))
        history.append(np.average(losses, weights=weights).item())
    return history


def check_max_pool2d(max_pool2d):
    rs = np.random.RandomState(0)

    def pooled(a, k, s, p):
        a = np.pad(a, [(0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])], constant_values=-np.inf)
        views = np.lib.stride_tricks.sliding_window_view(a, k, axis=(2, 3))
        return views[:, :, :: s[0], :: s[1]].max(axis=(-2, -1))

    for dt in (np.float32, np.float64):
        for k, s, p in [((2, 3), (2, 3), (0, 0)), ((3, 3), (2, 1), (1, 0)), ((2, 4), (1, 3), (1, 2)), ((3, 3), (2, 2), (1, 1))]:
            a = rs.randn(2, 4, 8, 11).astype(dt) - 2
            x = torch.tensor(a, requires_grad=True)
            arguments = [k] if s == k and p == (0, 0) else [k, s, p]
            y = max_pool2d(x, *arguments)
            np.testing.assert_array_equal(y.detach().numpy(), pooled(a, k, s, p), strict=True)
            np.testing.assert_array_equal(x.detach().numpy(), a)
            assert y.requires_grad
            y.sum().backward()
            # a gradient of ones counts in how many windows a pixel is the largest
            same = (pooled(a, k, s, p)[..., None] == a.reshape(2, 4, 1, 1, -1)).sum(axis=(2, 3)).reshape(a.shape)
            np.testing.assert_allclose(x.grad.numpy(), same)
            ints = max_pool2d(torch.tensor(a), k[0], s[0], 1).numpy()
            np.testing.assert_array_equal(ints, pooled(a, (k[0],) * 2, (s[0],) * 2, (1, 1)))
