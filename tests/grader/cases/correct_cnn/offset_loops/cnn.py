from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def pair(value):
    if isinstance(value, int):
        return value, value
    return value[0], value[1]


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    span = kernel_size + (kernel_size - 1) * (dilation - 1)
    last = size + 2 * padding - span
    if last < 0:
        raise ValueError("kernel_size is too large")
    return 1 + last // stride


def corr2d(x, k):
    h, w = x.shape
    kh, kw = k.shape
    rows = []
    for i in range(h - kh + 1):
        row = []
        for j in range(w - kw + 1):
            row.append((x[i : i + kh, j : j + kw] * k).sum())
        rows.append(torch.stack(row))
    return torch.stack(rows)


def corr2d_multi(x, k):
    if x.shape[0] != k.shape[1]:
        raise ValueError("k has not as many channels as x")
    maps = []
    for filters in k:
        total = 0
        for channel, kernel in zip(x, filters):
            total = total + corr2d(channel, kernel)
        maps.append(total)
    return torch.stack(maps)


def padded(x, padding, value=0.0):
    ph, pw = pair(padding)
    n, c, h, w = x.shape
    xp = torch.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype, device=x.device)
    xp[:, :, ph : ph + h, pw : pw + w] = x
    return xp


def offsets(xp, kernel_size, stride, dilation=1):
    """For each position (a, b) of the kernel, row by row, the pixels that meet it: (N, C, H', W')."""
    kh, kw = pair(kernel_size)
    sh, sw = pair(stride)
    dh, dw = pair(dilation)
    oh = conv_output_size(xp.shape[2], kh, sh, 0, dh)
    ow = conv_output_size(xp.shape[3], kw, sw, 0, dw)
    for a in range(kh):
        for b in range(kw):
            top = a * dh
            left = b * dw
            yield a, b, xp[:, :, top : top + (oh - 1) * sh + 1 : sh, left : left + (ow - 1) * sw + 1 : sw]


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    channels, filters = x.shape[1], weight.shape[0]
    if channels % groups != 0 or filters % groups != 0:
        raise ValueError("groups has to divide channels and filters")
    if weight.shape[1] * groups != channels:
        raise ValueError("weight has a wrong number of channels")
    xp = padded(x, padding)
    outputs = []
    for g in range(groups):
        mine = xp[:, g * channels // groups : (g + 1) * channels // groups]
        w = weight[g * filters // groups : (g + 1) * filters // groups]
        total = None
        for a, b, pixels in offsets(mine, w.shape[2:], stride, dilation):
            n, c, oh, ow = pixels.shape
            part = torch.matmul(w[:, :, a, b], pixels.reshape(n, c, oh * ow)).reshape(n, -1, oh, ow)
            total = part if total is None else total + part
        outputs.append(total)
    y = torch.cat(outputs, dim=1)
    if bias is not None:
        y = y + bias.view(1, -1, 1, 1)
    return y


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    rows = []
    for _, _, pixels in offsets(padded(x, padding), kernel_size, stride, dilation):
        rows.append(pixels.flatten(2))
    n, c, places = rows[0].shape
    return torch.stack(rows, dim=2).reshape(n, c * len(rows), places)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    f, c, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    matrix = weight.reshape(f, c * kh * kw)
    y = torch.einsum("fk,nkp->nfp", matrix, columns)
    if bias is not None:
        y = y + bias.view(-1, 1)
    oh = conv_output_size(x.shape[2], kh, pair(stride)[0], pair(padding)[0], pair(dilation)[0])
    return y.reshape(x.shape[0], f, oh, -1)


def max_pool2d(x, kernel_size, stride=None, padding=0):
    if stride is None:
        stride = kernel_size
    best = None
    for _, _, pixels in offsets(padded(x, padding, float("-inf")), kernel_size, stride):
        if best is None:
            best = pixels
        else:
            best = torch.where(pixels > best, pixels, best)
    return best.clone()


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    if stride is None:
        stride = kernel_size
    kh, kw = pair(kernel_size)
    total = 0
    for _, _, pixels in offsets(padded(x, padding), kernel_size, stride):
        total = total + pixels
    if count_include_pad:
        return total / (kh * kw)
    inside = torch.ones(1, 1, x.shape[2], x.shape[3], dtype=x.dtype, device=x.device)
    count = 0
    for _, _, pixels in offsets(padded(inside, padding), kernel_size, stride):
        count = count + pixels
    return total / count


def adaptive_avg_pool2d(x, output_size):
    oh, ow = pair(output_size)
    n, c, h, w = x.shape
    y = x.new_zeros(n, c, oh, ow)
    for i in range(oh):
        top = (i * h) // oh
        bottom = ((i + 1) * h + oh - 1) // oh
        for j in range(ow):
            left = (j * w) // ow
            right = ((j + 1) * w + ow - 1) // ow
            y[:, :, i, j] = x[:, :, top:bottom, left:right].mean(dim=(2, 3))
    return y


class EdgeResponse(NamedTuple):
    kernel: Tensor
    response: Tensor


def edge_filter(image, direction):
    kernel = torch.zeros(3, 3, dtype=image.dtype, device=image.device)
    for i, weight in enumerate([1, 2, 1]):
        if direction == "vertical":
            kernel[i, 0] = -weight
            kernel[i, 2] = weight
        else:
            kernel[0, i] = -weight
            kernel[2, i] = weight
    return EdgeResponse(kernel, corr2d(image, kernel))


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list[float]


def learn_filter(x, y, kernel_size, lr, steps, generator):
    """The gradient by hand: each error, times the pixel that met the weight."""
    kh, kw = pair(kernel_size)
    m, h, w = x.shape
    if tuple(y.shape) != (m, h - kh + 1, w - kw + 1):
        raise ValueError("y has another shape than what a kernel makes of x")
    kernel = torch.rand(kh, kw, generator=generator, dtype=torch.float64) * 2 - 1
    kernel = kernel.to(x.device, x.dtype)
    x = x.detach()[:, None]
    y = y.detach()[:, None]
    losses = []
    for _ in range(steps):
        error = -y
        for a, b, pixels in offsets(x, (kh, kw), 1):
            error = error + kernel[a, b] * pixels
        losses.append(float((error**2).mean()))
        gradient = torch.zeros_like(kernel)
        for a, b, pixels in offsets(x, (kh, kw), 1):
            gradient[a, b] = 2 * (error * pixels).mean()
        kernel = kernel - lr * gradient
    return LearnedFilter(kernel, losses)


def receptive_field(layers):
    """Walk back from one pixel of the output: its window reaches from first to last."""
    first, last = 0, 0
    for layer in layers[::-1]:
        kernel = layer[0]
        stride = layer[1]
        dilation = layer[2] if len(layer) == 3 else 1
        first = first * stride
        last = last * stride + dilation * (kernel - 1)
    return last - first + 1


def count_parameters(model):
    total = 0
    for p in model.parameters():
        if p.requires_grad:
            n = 1
            for size in p.shape:
                n *= size
            total += n
    return total


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        n, c, h, w = x.shape
        count = n * h * w
        if self.training:
            rows = x.permute(1, 0, 2, 3).reshape(c, count)
            mean = rows.sum(1) / count
            squares = ((rows - mean.view(c, 1)) ** 2).sum(1)
            var = squares / count
            with torch.no_grad():
                self.num_batches_tracked += 1
                a = self.momentum
                if a is None:
                    a = 1 / int(self.num_batches_tracked)
                self.running_mean *= 1 - a
                self.running_mean += a * mean
                self.running_var *= 1 - a
                self.running_var += a * squares / (count - 1)
        else:
            mean = self.running_mean
            var = self.running_var
        y = (x - mean.view(1, c, 1, 1)) / torch.sqrt(var.view(1, c, 1, 1) + self.eps)
        return y * self.weight.view(1, c, 1, 1) + self.bias.view(1, c, 1, 1)


def shift(x, dy, dx):
    h, w = x.shape[-2], x.shape[-1]
    y = torch.zeros_like(x)
    if abs(dy) >= h or abs(dx) >= w:
        return y + 0 * x if x.is_floating_point() else y
    y[..., max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = x[
        ..., max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)
    ]
    return y


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    if dy % stride != 0 or dx % stride != 0:
        raise ValueError("stride has to divide dy and dx")
    di = dy // stride
    dj = dx // stride
    with torch.no_grad():
        y = f(x)
        z = f(shift(x, dy, dx))
    h, w = y.shape[2], y.shape[3]
    worst = 0.0
    for i in range(border, h - border):
        if not border <= i - di < h - border:
            continue
        for j in range(border, w - border):
            if border <= j - dj < w - border:
                difference = (z[:, :, i, j] - y[:, :, i - di, j - dj]).abs().max()
                worst = max(worst, float(difference))
    return worst


class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        features = 20
        for side in pair(image_size):
            for _ in range(2):
                side = (side - 4) // 2
            features *= side
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.fc = nn.Linear(features, num_classes)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = max_pool2d(torch.clamp(conv(x), min=0), 2)
        return self.fc(x.reshape(x.shape[0], -1))


class LeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        features = 16
        for side in pair(image_size):
            features *= (side // 2 - 4) // 2
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(features, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = avg_pool2d(torch.tanh(conv(x)), 2)
        x = x.reshape(x.shape[0], -1)
        for layer in (self.fc1, self.fc2):
            x = torch.tanh(layer(x))
        return self.fc3(x)


def vgg_block(num_convs, in_channels, out_channels):
    block = nn.Sequential()
    channels = in_channels
    for _ in range(num_convs):
        block.append(nn.Conv2d(channels, out_channels, kernel_size=3, padding=1))
        block.append(nn.ReLU())
        channels = out_channels
    block.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return block


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__()
        if isinstance(image_size, int):
            image_size = (image_size, image_size)
        h, w = image_size
        self.blocks = nn.ModuleList()
        channels = in_channels
        for i in range(len(config)):
            num_convs, out_channels = config[i]
            self.blocks.append(vgg_block(num_convs, channels, out_channels))
            channels = out_channels
            h = h // 2
            w = w // 2
        self.fc1 = nn.Linear(channels * h * w, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x):
        for i in range(len(self.blocks)):
            x = self.blocks[i](x)
        x = torch.flatten(x, 1)
        x = self.fc1(x).clamp(min=0)
        return self.fc2(x)


class AlexNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        sizes = []
        for side in pair(image_size):
            for _ in range(3):
                side = (side - 3) // 2 + 1
            sizes.append(side)
        self.conv1 = nn.Conv2d(in_channels, width, 5, padding=2)
        self.conv2 = nn.Conv2d(width, 3 * width, 5, padding=2)
        self.conv3 = nn.Conv2d(3 * width, 6 * width, 3, padding=1)
        self.conv4 = nn.Conv2d(6 * width, 4 * width, 3, padding=1)
        self.conv5 = nn.Conv2d(4 * width, 4 * width, 3, padding=1)
        self.fc1 = nn.Linear(4 * width * sizes[0] * sizes[1], 64 * width)
        self.fc2 = nn.Linear(64 * width, 64 * width)
        self.fc3 = nn.Linear(64 * width, num_classes)
        self.dropout = dropout

    def forward(self, x):
        for i in range(1, 6):
            x = torch.clamp(getattr(self, "conv" + str(i))(x), min=0)
            if i in (1, 2, 5):
                x = max_pool2d(x, 3, 2)
        x = x.reshape(x.shape[0], -1)
        for layer in (self.fc1, self.fc2):
            x = functional.dropout(torch.clamp(layer(x), min=0), self.dropout, self.training)
        return self.fc3(x)


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model.to(device)
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    velocities = [torch.zeros_like(p) for p in parameters]
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            loss = functional.cross_entropy(model(x), y)
            for p in parameters:
                p.grad = None
            loss.backward()
            with torch.no_grad():
                for p, v in zip(parameters, velocities):
                    v *= momentum
                    if p.grad is not None:
                        v += p.grad
                    p -= lr * v
            total += loss.item() * y.shape[0]
            count += y.shape[0]
        losses.append(total / count)
    return losses


class MendedConvNorm(torch.nn.Module):
    def __init__(self, in_channels, out_channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.conv = torch.nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.weight = torch.nn.Parameter(torch.ones(out_channels))
        self.bias = torch.nn.Parameter(torch.zeros(out_channels))
        self.register_buffer("running_mean", torch.zeros(out_channels))
        self.register_buffer("running_var", torch.ones(out_channels))

    def forward(self, x):
        h = self.conv(x)
        planes = []
        for f in range(h.shape[1]):
            plane = h[:, f]
            m, v = self.running_mean[f].clone(), self.running_var[f].clone()
            if self.training:
                count = plane.numel()
                m = plane.sum() / count
                v = ((plane - m) ** 2).sum() / count
                a = self.momentum
                with torch.no_grad():
                    self.running_mean[f] = (1 - a) * self.running_mean[f] + a * m
                    self.running_var[f] = (1 - a) * self.running_var[f] + a * v * count / (count - 1)
            planes.append((plane - m) / (v + self.eps) ** 0.5 * self.weight[f] + self.bias[f])
        return torch.stack(planes, 1).clamp(min=0)


class MendedNet(torch.nn.Module):
    def __init__(self, in_channels, widths, num_classes, image_size, dropout=0.5):
        super().__init__()
        self.p = dropout
        self.convs = torch.nn.ModuleDict()
        h, w = image_size
        for number, width in enumerate(widths):
            self.convs[str(number)] = torch.nn.Conv2d(in_channels, width, 3, padding=1)
            in_channels, h, w = width, h // 2, w // 2
        self.fc = torch.nn.Linear(in_channels * h * w, num_classes)

    def forward(self, x):
        for number in range(len(self.convs)):
            x = torch.relu(self.convs[str(number)](x))
            h, w = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
            parts = [x[:, :, dy:h:2, dx:w:2] for dy in range(2) for dx in range(2)]
            x = torch.stack(parts).amax(0)
        rows = torch.stack([sample.reshape(-1) for sample in x])
        if self.training and self.p > 0:
            kept = torch.rand(rows.shape, device=rows.device) >= self.p
            rows = torch.where(kept, rows / (1 - self.p), torch.zeros_like(rows))
        return self.fc(rows)


def check_max_pool2d(max_pool2d):
    def right(x, kh, kw, sh, sw, ph, pw):
        n, c, h, w = x.shape
        rows, columns = (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1
        y, mask = torch.zeros(n, c, rows, columns, dtype=x.dtype), torch.zeros(n, c, rows, columns, dtype=torch.int64)
        for i in range(rows):
            for j in range(columns):
                top, left = max(i * sh - ph, 0), max(j * sw - pw, 0)
                part = x[:, :, top : i * sh - ph + kh, left : j * sw - pw + kw]
                y[:, :, i, j] = part.amax((2, 3))
                where = part.flatten(2).argmax(2)
                mask[:, :, i, j] = (top + where // part.shape[3]) * w + left + where % part.shape[3]
        return y, mask

    generator = torch.Generator().manual_seed(11)
    calls = [
        (((3, 2),), (3, 2, 3, 2, 0, 0)),
        ((2,), (2, 2, 2, 2, 0, 0)),
        ((2, 3), (2, 2, 3, 3, 0, 0)),
        (((2, 4), (3, 1), (1, 2)), (2, 4, 3, 1, 1, 2)),
        ((4, (1, 2), (2, 0)), (4, 4, 1, 2, 2, 0)),
    ]
    for dtype in (torch.float32, torch.float64):
        for arguments, numbers in calls:
            x = torch.randn(3, 2, 6, 9, generator=generator, dtype=dtype) - 0.5
            leaf = x.clone().requires_grad_()
            y = max_pool2d(leaf, *arguments)
            want, places = right(x, *numbers)
            assert y.dtype == dtype
            assert y.shape == want.shape, (y.shape, want.shape)
            assert ((y - want).abs() < 1e-6).all()
            assert (leaf == x).all()
            assert y.requires_grad
            above = torch.randn(want.shape, generator=generator, dtype=dtype)
            y.backward(above)
            grad = torch.zeros(3, 2, 54, dtype=dtype).scatter_add_(2, places.flatten(2), above.flatten(2))
            assert ((leaf.grad.flatten(2) - grad).abs() < 1e-5).all()


class TranslationTest(NamedTuple):
    right: dict
    accuracies: dict
    steadiest: str


def read_right(model, images, labels, batch_size):
    modes = []
    for module in model.modules():
        modes.append(module.training)
    model.eval()
    count = 0
    for start in range(0, len(images), batch_size):
        with torch.no_grad():
            scores = model(images[start : start + batch_size])
        for row, label in zip(scores, labels[start : start + batch_size]):
            if int(row.argmax()) == int(label):
                count += 1
    for module, mode in zip(model.modules(), modes):
        module.training = mode
    return count


def translation_test(models, x, y, distances, batch_size=64):
    right, accuracies = {}, {}
    steadiest, least = None, None
    for name in models:
        right[name], accuracies[name] = [], []
        for d in distances:
            if d == 0:
                moves = [(0, 0)]
            else:
                moves = [(-d, 0), (d, 0), (0, -d), (0, d)]
            count = 0
            for dy, dx in moves:
                count += read_right(models[name], shift(x, dy, dx), y, batch_size)
            right[name].append(count)
            accuracies[name].append(count / (len(x) * len(moves)))
        fall = accuracies[name][0] - accuracies[name][-1]
        if least is None or fall < least:
            steadiest, least = name, fall
    return TranslationTest(right, accuracies, steadiest)
