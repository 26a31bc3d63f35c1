import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def as_pair(value):
    return value if not isinstance(value, int) else (value,) * 2


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    reach = (kernel_size - 1) * dilation
    if reach >= size + 2 * padding:
        raise ValueError(f"kernel_size: a reach of {reach} in {size + 2 * padding} pixels")
    return (size + 2 * padding - reach - 1) // stride + 1


def picker(size, kernel, stride, padding, dilation, like):
    """P[a, i, h] = 1 where place i of the window meets pixel h with its pixel a, (k, places, size)."""
    places = conv_output_size(size, kernel, stride, padding, dilation)
    at = torch.arange(places)[None, :, None] * stride + torch.arange(kernel)[:, None, None] * dilation - padding
    return (at == torch.arange(size)).to(like)


def pickers(x, kernel_size, stride, padding, dilation):
    options = zip(x.shape[-2:], *map(as_pair, (kernel_size, stride, padding, dilation)))
    return [picker(*each, x) for each in options]


def corr2d(x, k):
    rows, columns = pickers(x, tuple(k.shape), 1, 0, 1)
    return torch.einsum("ab,aih,hw,bjw->ij", k, rows, x, columns)


def corr2d_multi(x, k):
    if k.shape[1] != x.shape[0]:
        raise ValueError("k: its second size is not C")
    rows, columns = pickers(x, tuple(k.shape[2:]), 1, 0, 1)
    return torch.einsum("fcab,aih,chw,bjw->fij", k, rows, x, columns)


def windows_of(x, kernel_size, stride, padding, dilation):
    rows, columns = pickers(x, kernel_size, stride, padding, dilation)
    return torch.einsum("aih,nchw,bjw->ncabij", rows, x, columns)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    n, c = x.shape[:2]
    f, c_group, kh, kw = weight.shape
    if c % groups or f % groups:
        raise ValueError(f"groups: {groups} does not divide {c} and {f}")
    if c_group != c // groups:
        raise ValueError(f"weight: {c_group} channels in place of {c // groups}")
    w = windows_of(x, (kh, kw), stride, padding, dilation)
    places = w.shape[-2:]
    left = weight.reshape(groups, f // groups, c_group * kh * kw)
    right = w.reshape(n, groups, c_group * kh * kw, places[0] * places[1])
    y = torch.matmul(left, right).reshape(n, f, *places)
    return y if bias is None else y + bias.view(f, 1, 1)


def taken(size, kernel, stride, padding, dilation, device):
    places = conv_output_size(size, kernel, stride, padding, dilation)
    steps = torch.arange(places, device=device) * stride
    return torch.cat([steps + a * dilation for a in range(kernel)]), places


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    (kh, kw), (ph, pw) = as_pair(kernel_size), as_pair(padding)
    (sh, sw), (dh, dw) = as_pair(stride), as_pair(dilation)
    rows, oh = taken(x.shape[2], kh, sh, ph, dh, x.device)
    columns, ow = taken(x.shape[3], kw, sw, pw, dw, x.device)
    xp = functional.pad(x, (pw, pw, ph, ph))
    picked = xp.index_select(2, rows).index_select(3, columns)  # (N, C, kh * H', kw * W')
    picked = picked.reshape(*x.shape[:2], kh, oh, kw, ow).transpose(3, 4)
    return picked.reshape(x.shape[0], -1, oh * ow)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0, dilation=1):
    f, _, kh, kw = weight.shape
    columns = im2col(x, (kh, kw), stride, padding, dilation)
    n, rows, places = columns.shape
    flat = columns.transpose(0, 1).reshape(rows, n * places)
    matrix = weight.reshape(f, rows)
    product = matrix @ flat if bias is None else torch.addmm(bias[:, None], matrix, flat)
    (sh, _), (ph, _), (dh, _) = map(as_pair, (stride, padding, dilation))
    oh = conv_output_size(x.shape[2], kh, sh, ph, dh)
    return product.reshape(f, n, oh, places // oh).transpose(0, 1)


def max_pool2d(x, kernel_size, stride=None, padding=0):
    """Rows first, columns then: the maximum is separable."""
    if stride is None:
        stride = kernel_size
    for axis, k, s, p in zip((2, 3), *map(as_pair, (kernel_size, stride, padding))):
        border = [0, 0, p, p] if axis == 2 else [p, p]
        x = functional.pad(x, border, value=-math.inf).unfold(axis, k, s).amax(-1)
    return x


def integral(x):
    return functional.pad(x.cumsum(2).cumsum(3), (1, 0, 1, 0))


def box_sums(x, kernel_size, stride):
    """Sums over windows as four corners of the integral image."""
    (kh, kw), (sh, sw) = as_pair(kernel_size), as_pair(stride)
    s = integral(x)
    top, bottom = s[:, :, :-kh:sh], s[:, :, kh::sh]
    return bottom[..., kw::sw] - bottom[..., :-kw:sw] - top[..., kw::sw] + top[..., :-kw:sw]


def avg_pool2d(x, kernel_size, stride=None, padding=0, count_include_pad=True):
    stride = kernel_size if stride is None else stride
    (kh, kw), (ph, pw) = as_pair(kernel_size), as_pair(padding)
    total = box_sums(functional.pad(x, (pw, pw, ph, ph)), kernel_size, stride)
    if count_include_pad:
        return total / (kh * kw)
    inside = functional.pad(torch.ones_like(x[:1, :1]), (pw, pw, ph, ph))
    return total / box_sums(inside, kernel_size, stride)


def adaptive_avg_pool2d(x, output_size):
    (oh, ow), (h, w) = as_pair(output_size), x.shape[2:]
    i, j = torch.arange(oh, device=x.device), torch.arange(ow, device=x.device)
    top, bottom = i * h // oh, ((i + 1) * h + oh - 1) // oh
    left, right = j * w // ow, ((j + 1) * w + ow - 1) // ow
    s = integral(x)
    upper, lower = s[:, :, top], s[:, :, bottom]
    total = lower[..., right] - lower[..., left] - upper[..., right] + upper[..., left]
    return total / ((bottom - top)[:, None] * (right - left))


class EdgeResponse(NamedTuple):
    kernel: Tensor
    response: Tensor


def edge_filter(image, direction):
    slope = torch.tensor([[-1.0, 0.0, 1.0]]).to(image)
    kernel = torch.tensor([[1.0], [2.0], [1.0]]).to(image) @ slope
    if direction == "horizontal":
        kernel = kernel.t().contiguous()
    return EdgeResponse(kernel=kernel, response=corr2d(image, kernel))


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list[float]


def learn_filter(x, y, kernel_size, lr, steps, generator):
    kh, kw = as_pair(kernel_size)
    if list(y.shape) != [x.shape[0], x.shape[1] - kh + 1, x.shape[2] - kw + 1]:
        raise ValueError("y: another shape")
    first = torch.empty(kh, kw, dtype=x.dtype).uniform_(-0.5, 0.5, generator=generator)
    kernel = nn.Parameter(first.to(x.device))
    sgd = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for _ in range(steps):
        made = functional.conv2d(x.unsqueeze(1), kernel[None, None]).squeeze(1)
        loss = functional.mse_loss(made, y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return LearnedFilter(kernel.detach(), losses)


def receptive_field(layers):
    jumps = [math.prod(layer[1] for layer in layers[:i]) for i in range(len(layers))]
    reaches = [(layer[0] - 1) * (layer[2] if len(layer) > 2 else 1) for layer in layers]
    return 1 + sum(jump * reach for jump, reach in zip(jumps, reaches))


def count_parameters(model):
    wanted = [p for p in model.parameters() if p.requires_grad]
    return len(nn.utils.parameters_to_vector(wanted)) if wanted else 0


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.int64))
        self.weight = nn.Parameter(torch.empty(num_features))
        self.bias = nn.Parameter(torch.empty(num_features))
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        rows = x.movedim(1, -1).reshape(-1, self.num_features)
        if self.training:
            mean = rows.mean(0)
            var = rows.var(0, unbiased=False)
            self.move(mean.detach(), rows.detach().var(0))
        else:
            mean, var = self.running_mean, self.running_var
        normal = (rows - mean) / torch.sqrt(var + self.eps)
        out = torch.addcmul(self.bias, normal, self.weight)
        return out.reshape(x.shape[0], x.shape[2], x.shape[3], -1).movedim(-1, 1)

    def move(self, mean, var):
        self.num_batches_tracked += 1
        share = self.momentum if self.momentum is not None else 1.0 / float(self.num_batches_tracked)
        self.running_mean += share * (mean - self.running_mean)
        self.running_var += share * (var - self.running_var)


def shift(x, dy, dx):
    h, w = x.shape[-2:]
    moved = torch.roll(x, (dy, dx), (-2, -1))
    rows, columns = torch.arange(h, device=x.device), torch.arange(w, device=x.device)
    row_is_new = (rows < dy) | (rows >= h + dy)
    column_is_new = (columns < dx) | (columns >= w + dx)
    return torch.where(row_is_new[:, None] | column_is_new, torch.zeros_like(moved), moved)


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    if dy % stride != 0 or dx % stride != 0:
        raise ValueError(f"stride: {dy} or {dx} is no multiple of {stride}")
    step_i, step_j = dy // stride, dx // stride
    y = f(x).detach()
    z = f(shift(x, dy, dx)).detach()
    h, w = y.shape[2:]
    rows = torch.tensor([i for i in range(border, h - border) if border <= i - step_i < h - border], device=x.device)
    columns = torch.tensor([j for j in range(border, w - border) if border <= j - step_j < w - border], device=x.device)
    after = z[:, :, rows][:, :, :, columns]
    before = y[:, :, rows - step_i][:, :, :, columns - step_j]
    return torch.linalg.vector_norm(after - before, math.inf).item()


class Net(nn.Module):
    """A net of convolutions conv1, conv2, ... and linear layers; what follows a layer is said by its subclass."""

    def build(self, image_size, convolutions, features, shrink):
        h, w = as_pair(image_size)
        for number, (c, f, k, p) in enumerate(convolutions, start=1):
            self.add_module(f"conv{number}", nn.Conv2d(c, f, k, padding=p))
            h, w = (shrink(number, side + 2 * p - k + 1) for side in (h, w))
        sizes = [f * h * w, *features]
        names = ["fc"] if len(features) == 1 else [f"fc{i}" for i in range(1, len(features) + 1)]
        for name, before, after in zip(names, sizes, features):
            self.add_module(name, nn.Linear(before, after))

    def forward(self, x):
        convolutions = [m for m in self.children() if isinstance(m, nn.Conv2d)]
        linear = [m for m in self.children() if isinstance(m, nn.Linear)]
        for number, conv in enumerate(convolutions, start=1):
            x = self.after_conv(number, conv(x))
        x = torch.flatten(x, 1)
        for layer in linear[:-1]:
            x = self.after_linear(layer(x))
        return linear[-1](x)


class SimpleCNN(Net):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.build(image_size, [(in_channels, 10, 5, 0), (10, 20, 5, 0)], [num_classes], lambda _, side: side // 2)

    def after_conv(self, number, x):
        return functional.max_pool2d(functional.relu(x), 2)


class LeNet(Net):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        plan = [(in_channels, 6, 5, 2), (6, 16, 5, 0)]
        self.build(image_size, plan, [120, 84, num_classes], lambda _, side: side // 2)

    def after_conv(self, number, x):
        return functional.avg_pool2d(torch.tanh(x), 2)

    after_linear = staticmethod(torch.tanh)


def vgg_block(num_convs, in_channels, out_channels):
    modules = []
    for i in range(num_convs):
        modules += [nn.Conv2d(in_channels if i == 0 else out_channels, out_channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*modules, nn.MaxPool2d(2, 2))


class AlexNet(Net):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        b, self.p = width, dropout
        plan = [(in_channels, b, 5, 2), (b, 3 * b, 5, 2), (3 * b, 6 * b, 3, 1), (6 * b, 4 * b, 3, 1), (4 * b, 4 * b, 3, 1)]
        features = [64 * b, 64 * b, num_classes]
        self.build(image_size, plan, features, lambda i, side: (side - 1) // 2 if i in (1, 2, 5) else side)

    def after_conv(self, number, x):
        x = functional.relu(x)
        return functional.max_pool2d(x, 3, 2) if number in (1, 2, 5) else x

    def after_linear(self, x):
        return functional.dropout(functional.relu(x), self.p, self.training)


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model.to(device)
    model.train(True)
    weights = list(model.parameters())
    moving = torch.zeros(sum(p.numel() for p in weights), device=device, dtype=weights[0].dtype)
    means = []
    for _ in range(epochs):
        losses, sizes = [], []
        for x, y in loader:
            loss = functional.cross_entropy(model(x.to(device)), y.to(device))
            slopes = torch.autograd.grad(loss, weights)
            moving = momentum * moving + torch.cat([g.flatten() for g in slopes])
            with torch.no_grad():
                new = nn.utils.parameters_to_vector(weights) - lr * moving
                for p, part in zip(weights, new.split([p.numel() for p in weights])):
                    p.copy_(part.view_as(p))
            losses.append(loss.item())
            sizes.append(len(y))
        means.append(sum(l * n for l, n in zip(losses, sizes)) / sum(sizes))
    return means


class TranslationTest(NamedTuple):
    right: dict
    accuracies: dict
    steadiest: str


def moving(size, step, like):
    return torch.diag_embed(like.new_ones(max(size - abs(step), 0)), offset=-step) if abs(step) < size else (
        like.new_zeros(size, size)
    )


def translation_test(models, x, y, distances, batch_size=64):
    h, w = x.shape[-2:]
    right, accuracies = {name: [] for name in models}, {name: [] for name in models}
    for d in distances:
        images = [x]
        if d:
            images = [moving(h, step, x) @ x for step in (-d, d)] + [x @ moving(w, step, x).mT for step in (-d, d)]
        for name, model in models.items():
            modes = [module.training for module in model.modules()]
            model.eval()
            count = 0
            with torch.no_grad():
                for one in images:
                    scores = torch.cat([model(part) for part in one.split(batch_size)])
                    count += (scores.argmax(1) == y).sum().item()
            for module, mode in zip(model.modules(), modes):
                module.train(mode) if not list(module.children()) else setattr(module, "training", mode)
            right[name].append(count)
            accuracies[name].append(count / (len(images) * len(x)))
    steadiest = sorted(models, key=lambda name: accuracies[name][0] - accuracies[name][-1])[0]
    return TranslationTest(right, accuracies, steadiest)
