from math import isnan
from typing import Any, NamedTuple

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
        raise ValueError("four axes, please")
    n, row = images.size(0), images.size(1) * images.size(2) * images.size(3)
    if not images.is_contiguous():
        images = images.clone(memory_format=torch.contiguous_format)
    return images.view(n, row)


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError("bytes, please")
    channels = images.size(1)
    if mean.size() != (channels,) or std.size() != (channels,):
        raise ValueError("one mean and one std for each channel, please")
    # a byte has 256 values only: work out each once for each channel, then look them up
    byte = torch.arange(256, device=images.device, dtype=torch.float32)
    lookup = (byte / 255 - mean.float()[:, None]) / std.float()[:, None]  # (C, 256)
    flat = images.transpose(0, 1).reshape(channels, images.size(0) * images.size(2) * images.size(3))
    found = lookup.gather(1, flat.long())
    return found.view(channels, images.size(0), *images.shape[2:]).transpose(0, 1).contiguous()


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError("floats, please")
    std, mean = torch.std_mean(images, dim=(0, 2, 3), correction=0)
    return ChannelStatistics(mean, std)


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if torch.any(labels < 0) or torch.any(labels >= num_classes):
        raise ValueError("label out of range")
    hot = labels.new_zeros((*labels.size(), num_classes))
    return hot.scatter(labels.dim(), labels.unsqueeze(-1), torch.ones_like(labels.unsqueeze(-1)))


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    if torch.any(labels < 0) or torch.any(labels >= num_classes):
        raise ValueError("label out of range")
    return labels.new_zeros(num_classes).scatter_add(0, labels, labels.new_ones(labels.size()))


def normalize_rows(a: Tensor) -> Tensor:
    rows = a.clone() if a.is_floating_point() else a.to(torch.float32)
    total = rows.sum(1)
    (index,) = total.nonzero(as_tuple=True)
    scaled = rows.index_select(0, index) / total.index_select(0, index).unsqueeze(1)
    return rows.index_copy(0, index, scaled)


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.size(1) != y.size(1):
        raise ValueError("as many columns in y as in x, please")
    n, m = x.size(0), y.size(0)
    i = torch.arange(n, device=x.device).repeat_interleave(m)
    j = torch.arange(m, device=x.device).repeat(n)
    square = (x.index_select(0, i) - y.index_select(0, j)).square().sum(1)  # (N * M,)
    (apart,) = square.nonzero(as_tuple=True)
    distance = torch.zeros_like(square).index_put((apart,), square[apart].sqrt())
    return distance.view(n, m)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.dim() < 2 or b.dim() < 2:
        raise ValueError("matrices, please")
    n, d, m = a.size(-2), a.size(-1), b.size(-1)
    if b.size(-2) != d:
        raise ValueError("as many rows in b as columns in a, please")
    i = torch.arange(n, device=a.device).repeat_interleave(m)
    j = torch.arange(m, device=a.device).repeat(n)
    y = (a.index_select(-2, i) * b.mT.index_select(-2, j)).sum(-1)  # (*, N * M)
    return y.unflatten(-1, (n, m))


def vector_norms(x: Tensor) -> VectorNorms:
    return VectorNorms(l1=torch.maximum(x, -x).sum(-1), l2=x.square().sum(-1).sqrt())


def frobenius_norm(a: Tensor) -> Tensor:
    if a.dim() < 2:
        raise ValueError("a matrix, please")
    return a.flatten(-2).square().sum(-1).sqrt()


def add_(out: Tensor, x: Tensor) -> Tensor:
    if out.size() != x.size():
        raise ValueError("one shape, please")
    total = torch.add(out, x)
    return out.copy_(total)


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    if labels.size() != (scores.size(0),):
        raise ValueError("one label for each row, please")
    if torch.any(labels < 0) or torch.any(labels >= scores.size(1)):
        raise ValueError("label out of range")
    return torch.gather(scores, 1, labels.unsqueeze(1)).squeeze(1)


def accuracy(scores: Tensor, labels: Tensor) -> float:
    if labels.size() != (scores.size(0),):
        raise ValueError("one label for each row, please")
    if scores.size(0) == 0:
        raise ValueError("a row at least, please")
    order = scores.sort(dim=1, descending=True, stable=True).indices
    return (order[:, 0] == labels).double().mean().item()


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError("0 <= beta < 1, please")
    # doubling: after the step with shift s each entry holds the sum over the last 2 s values
    v = (1 - beta) * values
    shift = 1
    while shift < values.numel():
        v = torch.cat([v[:shift], v[shift:] + beta**shift * v[:-shift]])
        shift *= 2
    if bias_correction:
        weights = [1 - beta**t for t in range(1, values.numel() + 1)]
        v = v / torch.tensor(weights, dtype=values.dtype, device=values.device)
    return v


def impute_mean(table: Tensor) -> Tensor:
    hole = table.isnan()
    _, column = (~hole).nonzero(as_tuple=True)
    numbers = table[~hole]
    total = table.new_zeros(table.size(1)).index_add(0, column, numbers)
    count = table.new_zeros(table.size(1)).index_add(0, column, torch.ones_like(numbers))
    mean = total / count.clamp(min=1)
    row, column = hole.nonzero(as_tuple=True)
    return table.index_put((row, column), mean.index_select(0, column))


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    words: set[str] = set()
    for entry in column:
        if isinstance(entry, str):
            words.add(entry)
        elif entry is not None and not (isinstance(entry, float) and isnan(entry)):
            raise ValueError(f"a word or nothing, please, not {entry!r}")
    names: list[str | None] = [*sorted(words), None]
    where = {name: place for place, name in enumerate(names)}
    index = [[where[entry] if isinstance(entry, str) else len(words)] for entry in column]
    values = torch.zeros(len(column), len(names), dtype=torch.float32)
    if index:
        values.scatter_(1, torch.tensor(index), 1.0)
    return EncodedCategories(values=values, names=names)


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if y.size() != x.size():
        raise ValueError("as many targets as inputs, please")
    slope, offset = torch.meshgrid(w, b, indexing="ij")
    line = slope.unsqueeze(-1) * x + offset.unsqueeze(-1)
    return (line - y).square().mean(-1)


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if len(parts) == 0:
        raise ValueError("a part at least, please")
    if any(part.size() != parts[0].size() for part in parts):
        raise ValueError("one shape, please")
    joined = torch.cat(parts, dim)
    axis = dim % parts[0].dim()
    blocks = joined.unflatten(axis, (len(parts), parts[0].size(axis)))  # P stands at `axis`
    to = dim if dim >= 0 else dim + parts[0].dim() + 1
    return StackedAndJoined(stacked=blocks.movedim(axis, to).clone(), joined=joined)


def outer(x: Tensor, y: Tensor) -> Tensor:
    if x.dim() != 1 or y.dim() != 1:
        raise ValueError("two vectors, please")
    return x.view(-1, 1).mul(y) if x.is_contiguous() else x.reshape(-1, 1).mul(y)


def cumulative_sum(x: Tensor) -> Tensor:
    n = x.numel()
    place = torch.arange(n, device=x.device)
    source = torch.minimum(place, place.view(-1, 1))  # (N, N): the last column of what is added stays at n
    terms = x.expand(n, n).gather(1, source)
    return torch.where(place <= place.view(-1, 1), terms, terms.new_zeros(())).sum(1)


def lower_triangle(a: Tensor) -> Tensor:
    n, m = a.size(-2), a.size(-1)
    keep = torch.arange(n, device=a.device).view(n, 1).ge(torch.arange(m, device=a.device))
    return torch.zeros_like(a).where(keep.logical_not(), a)


def roll(x: Tensor, shift: int) -> Tensor:
    to = torch.arange(x.size(0), device=x.device).add(shift).remainder(x.size(0))
    return torch.empty_like(x).index_copy(0, to, x)


def compress(x: Tensor, mask: Tensor) -> Tensor:
    t = x.size(1)
    to = torch.where(mask, mask.long().cumsum(1) - 1, t)  # the others meet at one place more, which is cut off
    return x.new_zeros(x.size(0), t + 1).scatter(1, to, x)[:, :t]


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    below = torch.gt(x.unsqueeze(-1), boundaries)
    return torch.count_nonzero(below, dim=-1)


class NumpyBridge(NamedTuple):
    array: Any
    shared: Tensor
    copied: Tensor


def numpy_bridge(x: Tensor) -> NumpyBridge:
    array = x.numpy(force=True)
    shared = torch.as_tensor(array)
    return NumpyBridge(array=array, shared=shared, copied=torch.empty_like(shared).copy_(shared))


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if isinstance(tensors, dict):
        keys, content = list(tensors.keys()), list(tensors.values())
    elif isinstance(tensors, list):
        keys, content = None, tensors
    else:
        raise ValueError("a list or a dict, please")
    copies = []
    for tensor in content:
        if not isinstance(tensor, Tensor):
            raise ValueError("tensors only, please")
        copy = torch.empty(tensor.size(), dtype=tensor.dtype, device="cpu")
        copy.copy_(tensor.detach())
        copies.append(copy)
    torch.save(copies if keys is None else dict(zip(keys, copies, strict=True)), path)


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    return torch.load(path, map_location=lambda storage, location: storage, weights_only=True)


def fix_patches(images, size):
    n, h, w, c = images.shape
    index = torch.arange(h * w * c, device=images.device).reshape(h, w, c)
    squares = index.unfold(0, size, size).unfold(1, size, size)  # (rows, columns, C, S, S): where each number lies
    order = squares.reshape(-1)
    bytes_in_order = images.reshape(n, -1).index_select(1, order)
    return bytes_in_order.float().sub(128).div(128).reshape(n, -1, c * size * size)


def fix_confusion_rates(scores, labels):
    k = scores.shape[1]
    counts = torch.zeros(k, k, device=scores.device)
    ones = torch.ones(len(labels), device=scores.device)
    counts.index_put_((labels, scores.max(dim=1).indices), ones, accumulate=True)
    sizes = torch.zeros(k, device=scores.device).scatter_add(0, labels, ones)
    return torch.where(sizes.unsqueeze(1) > 0, counts / sizes.unsqueeze(1), 0.0)
