import os
from typing import NamedTuple

import torch
from torch import Tensor


class ChannelStatistics(NamedTuple):
    mean: Tensor
    std: Tensor


class VectorNorms(NamedTuple):
    l1: Tensor
    l2: Tensor


class EncodedCategories(NamedTuple):
    values: Tensor
    names: list[str | None]


class StackedAndJoined(NamedTuple):
    stacked: Tensor
    joined: Tensor


def flatten_images(images: Tensor) -> Tensor:
    if images.dim() != 4:
        raise ValueError(f"{images.dim()} axes in place of 4")
    n, c, h, w = images.shape
    if images.is_contiguous():
        return images.as_strided((n, c * h * w), (c * h * w, 1))
    k = torch.arange(c * h * w, device=images.device)
    area, width = max(h * w, 1), max(w, 1)
    return images[:, k // area, k % area // width, k % width]


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError(f"dtype {images.dtype} in place of uint8")
    n, c, h, w = images.shape
    if mean.shape != (c,) or std.shape != (c,):
        raise ValueError(f"mean and std: shape ({c},)")
    # one table of all C * 256 results, read at c * 256 + byte
    byte = torch.arange(c * 256, device=images.device) % 256
    channel = torch.arange(c * 256, device=images.device) // 256
    table = (byte.to(torch.float64) / 255 - mean.to(torch.float64)[channel]) / std.to(torch.float64)[channel]
    first = torch.arange(c, device=images.device).mul(256).reshape(1, c, 1, 1)
    return table.to(torch.float32)[first + images.to(torch.int64)]


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError(f"dtype {images.dtype} is not floating point")
    mean = images.mean(3).mean(2).mean(0)  # all rows, images and so on have one length: means of means
    square = (images - mean.reshape(-1, 1, 1)).square()
    return ChannelStatistics(mean, square.mean(3).mean(2).mean(0).sqrt())


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if not ((0 <= labels) & (labels < num_classes)).all():
        raise ValueError(f"labels: 0 .. {num_classes - 1}")
    flat = torch.zeros(labels.numel() * num_classes, dtype=torch.int64, device=labels.device)
    row = torch.arange(labels.numel(), device=labels.device)
    flat[row * num_classes + labels.reshape(-1)] = 1
    return flat.reshape(labels.shape + (num_classes,))


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    if not ((0 <= labels) & (labels < num_classes)).all():
        raise ValueError(f"labels: 0 .. {num_classes - 1}")
    ordered = labels.sort().values
    edges = torch.arange(num_classes + 1, device=labels.device)
    below = torch.searchsorted(ordered, edges)  # how many labels are less than k
    return below[1:] - below[:-1]


def normalize_rows(a: Tensor) -> Tensor:
    if not a.is_floating_point():
        a = a.to(torch.float32)
    total = a.sum(1)
    total = total.index_fill(0, (total == 0).nonzero()[:, 0], 1)
    row = torch.arange(a.numel(), device=a.device) // max(a.shape[1], 1)
    return (a.reshape(-1) / total[row]).reshape(a.shape)


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} and {y.shape[1]} columns")
    n, m = len(x), len(y)
    pair = torch.arange(n * m, device=x.device)
    square = (x[pair // max(m, 1)] - y[pair % max(m, 1)]).square().sum(1)
    zero = square.eq(0)
    return square.add(zero).sqrt().sub(zero.to(square.dtype)).reshape(n, m)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.dim() < 2 or b.dim() < 2:
        raise ValueError("fewer than two axes")
    n, d, m = a.shape[-2], a.shape[-1], b.shape[-1]
    if b.shape[-2] != d:
        raise ValueError(f"{d} columns, {b.shape[-2]} rows")
    cell = torch.arange(n * m, device=a.device)
    row, column = cell // max(m, 1), cell % max(m, 1)
    product = a[..., row, :] * b[..., column].transpose(-2, -1)  # (*, N * M, D)
    y = product.sum(-1)
    return y.reshape(*y.shape[:-1], n, m)


def vector_norms(x: Tensor) -> VectorNorms:
    return VectorNorms(torch.relu(x).add(torch.relu(-x)).sum(-1), x.mul(x).sum(-1).pow(0.5))


def frobenius_norm(a: Tensor) -> Tensor:
    if a.dim() < 2:
        raise ValueError(f"{a.dim()} axes in place of 2 or more")
    flat = a.reshape(*a.shape[:-2], a.shape[-2] * a.shape[-1])
    return (flat * flat).sum(-1).sqrt()


def add_(out: Tensor, x: Tensor) -> Tensor:
    if out.shape != x.shape:
        raise ValueError(f"shapes {tuple(out.shape)}, {tuple(x.shape)}")
    total = (out + x).reshape(-1)
    place = torch.arange(out.numel(), device=out.device)
    index = []
    for size in reversed(out.shape):
        index.insert(0, place % max(size, 1))
        place = place // max(size, 1)
    if index:
        out.index_put_(tuple(index), total)
    else:
        out.copy_(total.reshape(()))
    return out


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    n, k = scores.shape
    if labels.shape != (n,):
        raise ValueError(f"labels: shape ({n},)")
    if not ((0 <= labels) & (labels < k)).all():
        raise ValueError(f"labels: 0 .. {k - 1}")
    place = torch.arange(n, device=scores.device) * k + labels
    return scores.reshape(-1)[place]


def accuracy(scores: Tensor, labels: Tensor) -> float:
    n, k = scores.shape
    if labels.shape != (n,):
        raise ValueError(f"labels: shape ({n},)")
    if n == 0:
        raise ValueError("0 rows")
    rank = torch.arange(k, 0, -1, device=scores.device)  # K for class 0, .., 1 for class K - 1
    at_top = scores.eq(scores.max(1, keepdim=True)[0])
    guess = k - (at_top * rank).amax(1)
    return 1 - (guess - labels).count_nonzero().item() / n


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError(f"beta {beta}: 0 <= beta < 1")
    size = len(values)
    power = [(1 - beta) * beta**age for age in range(size)]
    rows = [power[t::-1] + [0.0] * (size - 1 - t) for t in range(size)]
    if bias_correction:
        rows = [[entry / (1 - beta ** (t + 1)) for entry in row] for t, row in enumerate(rows)]
    weight = torch.tensor(rows, dtype=values.dtype, device=values.device)  # (T, T), row t: weights of y[t]
    return (weight * values).sum(1)


def impute_mean(table: Tensor) -> Tensor:
    flat = table.reshape(-1)
    columns = table.shape[1]
    place = torch.arange(flat.numel(), device=table.device)
    column = place % max(columns, 1)
    hole = flat.isnan()
    known, gap = place[~hole], place[hole]
    total = table.new_zeros(columns).scatter_add(0, column[known], flat[known])
    count = table.new_zeros(columns).scatter_add(0, column[known], torch.ones_like(flat[known]))
    mean = total / count.clamp(min=1)
    return flat.index_copy(0, gap, mean[column[gap]]).reshape(table.shape)


def is_nan(entry: object) -> bool:
    return isinstance(entry, float) and entry != entry


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    for n, entry in enumerate(column):
        if not isinstance(entry, str) and entry is not None and not is_nan(entry):
            raise ValueError(f"entry {n}: {entry!r}")
    names: list[str | None] = []
    names.extend(sorted({entry for entry in column if isinstance(entry, str)}))
    names.append(None)
    width = len(names)
    flat = torch.zeros(len(column) * width, dtype=torch.float32, device="cpu")
    for n, entry in enumerate(column):
        k = names.index(entry) if isinstance(entry, str) else width - 1
        flat[n * width + k] = 1
    return EncodedCategories(flat.reshape(len(column), width), names)


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if y.shape != x.shape:
        raise ValueError(f"shapes {tuple(x.shape)}, {tuple(y.shape)}")
    pair = torch.arange(len(w) * len(b), device=w.device)
    slope, offset = w[pair // max(len(b), 1)], b[pair % max(len(b), 1)]
    error = slope.unsqueeze(1) * x + offset.unsqueeze(1) - y  # (W * B, N)
    return error.square().mean(1).reshape(len(w), len(b))


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if len(parts) == 0:
        raise ValueError("0 parts")
    if len(set(tuple(part.shape) for part in parts)) != 1:
        raise ValueError("parts of several shapes")
    axes = parts[0].dim()
    new = dim % (axes + 1)
    shape = parts[0].shape[:new] + (1,) + parts[0].shape[new:]
    stacked = torch.cat([part.reshape(shape) for part in parts], new)
    return StackedAndJoined(stacked, torch.cat(tuple(parts), dim % axes))


def outer(x: Tensor, y: Tensor) -> Tensor:
    if x.dim() + y.dim() != 2 or x.dim() != 1:
        raise ValueError(f"{x.dim()} and {y.dim()} axes in place of 1 and 1")
    return (y[:, None] * x).transpose(0, 1)


def cumulative_sum(x: Tensor) -> Tensor:
    n = len(x)
    flat = torch.arange(n * n, device=x.device)
    row, column = flat // max(n, 1), flat % max(n, 1)
    return (x[column] * (column <= row)).reshape(n, n).sum(1)


def lower_triangle(a: Tensor) -> Tensor:
    n, m = a.shape[-2:]
    flat = torch.arange(n * m, device=a.device)
    return torch.where((flat % m <= flat // m).reshape(n, m), a, torch.zeros((), dtype=a.dtype, device=a.device))


def roll(x: Tensor, shift: int) -> Tensor:
    first = -shift % len(x)
    return x[(first + torch.arange(len(x), device=x.device)) % len(x)]


def compress(x: Tensor, mask: Tensor) -> Tensor:
    # one key for each place: what is kept first, then by place
    n, width = mask.shape
    key = torch.arange(width, device=x.device) + width * (~mask)
    order = key.argsort(1) + width * torch.arange(n, device=x.device)[:, None]
    return (x * mask).reshape(-1)[order]


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    k = len(boundaries)
    below = boundaries.repeat(x.numel()) < x.reshape(-1).repeat_interleave(k)
    return below.reshape(x.numel(), k).sum(1).reshape(x.shape)


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if isinstance(tensors, dict):
        pairs = list(tensors.items())
    elif isinstance(tensors, list):
        pairs = list(enumerate(tensors))
    else:
        raise ValueError(f"{type(tensors).__name__} in place of list or dict")
    for key, tensor in pairs:
        if not isinstance(tensor, Tensor):
            raise ValueError(f"entry {key!r} is no tensor")
    plain = {key: tensor.detach().clone(memory_format=torch.contiguous_format).cpu() for key, tensor in pairs}
    with open(path, "wb") as file:
        torch.save(plain if isinstance(tensors, dict) else list(plain.values()), file)


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no file at {path}")
    return torch.load(path, "cpu", weights_only=True)
