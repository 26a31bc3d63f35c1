import itertools
import pickle  # noqa: F401  (the error that load_tensors lets through)
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
        raise ValueError("images must have four axes")
    row_length = 1
    for size in images.shape[1:]:
        row_length *= size
    return images.reshape(images.shape[0], row_length)


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError("images must be uint8")
    channels = images.shape[1]
    if tuple(mean.shape) != (channels,):
        raise ValueError("mean must have one entry for each channel")
    if tuple(std.shape) != (channels,):
        raise ValueError("std must have one entry for each channel")
    result = images.float()
    result = result / 255.0
    result = result - mean.float().reshape(1, channels, 1, 1)
    result = result / std.float().reshape(1, channels, 1, 1)
    return result


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError("images must be floating point")
    n, c, h, w = images.shape
    count = n * h * w
    mean = images.sum(dim=[0, 2, 3]) / count
    deviation = images - mean.reshape(1, c, 1, 1)
    variance = (deviation * deviation).sum(dim=[0, 2, 3]) / count
    return ChannelStatistics(mean, torch.sqrt(variance))


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if bool((labels < 0).any()) or bool((labels >= num_classes).any()):
        raise ValueError("label out of range")
    result = torch.zeros(*labels.shape, num_classes, dtype=torch.int64, device=labels.device)
    result.scatter_(-1, labels.unsqueeze(-1), 1)
    return result


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    if bool((labels < 0).any()) or bool((labels >= num_classes).any()):
        raise ValueError("label out of range")
    counts = torch.zeros(num_classes, dtype=torch.int64, device=labels.device)
    counts.index_add_(0, labels, torch.ones_like(labels))
    return counts


def normalize_rows(a: Tensor) -> Tensor:
    if not a.is_floating_point():
        a = a.to(torch.float32)
    total = a.sum(dim=1, keepdim=True)
    divisor = torch.where(total == 0, torch.ones_like(total), total)
    return a / divisor


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[1] != y.shape[1]:
        raise ValueError("x and y must have the same number of columns")
    difference = x.unsqueeze(1) - y.unsqueeze(0)
    squared = (difference * difference).sum(dim=2)
    same = squared == 0
    root = torch.sqrt(torch.where(same, torch.ones_like(squared), squared))
    return torch.where(same, torch.zeros_like(squared), root)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.dim() < 2 or b.dim() < 2:
        raise ValueError("a and b must have at least two axes")
    if a.shape[-1] != b.shape[-2]:
        raise ValueError("a must have as many columns as b has rows")
    products = a.unsqueeze(-1) * b.unsqueeze(-3)  # (*, N, D, M)
    return products.sum(dim=-2)


def vector_norms(x: Tensor) -> VectorNorms:
    l1 = torch.abs(x).sum(dim=-1)
    l2 = torch.sqrt((x * x).sum(dim=-1))
    return VectorNorms(l1, l2)


def frobenius_norm(a: Tensor) -> Tensor:
    if a.dim() < 2:
        raise ValueError("a must have at least two axes")
    squares = a * a
    row_sums = squares.sum(dim=-1)
    return torch.sqrt(row_sums.sum(dim=-1))


def add_(out: Tensor, x: Tensor) -> Tensor:
    if out.shape != x.shape:
        raise ValueError("x must have the shape of out")
    total = out + x  # before anything is written: x may look into out
    for position in itertools.product(*[range(size) for size in out.shape]):
        out[position] = total[position]
    return out


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    n, k = scores.shape
    if tuple(labels.shape) != (n,):
        raise ValueError("labels must have the shape (N,)")
    if bool((labels < 0).any()) or bool((labels >= k).any()):
        raise ValueError("label out of range")
    return scores[torch.arange(n, device=scores.device), labels]


def accuracy(scores: Tensor, labels: Tensor) -> float:
    n = scores.shape[0]
    if tuple(labels.shape) != (n,):
        raise ValueError("labels must have the shape (N,)")
    if n == 0:
        raise ValueError("scores must have a row")
    hits = scores.argmax(dim=1) == labels
    return hits.sum().item() / n


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    result = torch.zeros_like(values)
    v = values.new_zeros(())
    for i in range(values.shape[0]):
        v = beta * v + (1 - beta) * values[i]
        if bias_correction:
            result[i] = v / (1 - beta ** (i + 1))
        else:
            result[i] = v
    return result


def impute_mean(table: Tensor) -> Tensor:
    missing = torch.isnan(table)
    present = torch.where(missing, torch.zeros_like(table), table)
    count = (~missing).sum(dim=0)
    mean = present.sum(dim=0) / torch.clamp(count, min=1)
    return torch.where(missing, mean, present)


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    words: list[str] = []
    for entry in column:
        if isinstance(entry, str):
            if entry not in words:
                words.append(entry)
        elif entry is None:
            pass
        elif isinstance(entry, float) and entry != entry:
            pass
        else:
            raise ValueError(f"{entry!r} is neither a word nor missing")
    words.sort()
    names: list[str | None] = list(words)
    names.append(None)
    values = torch.zeros(len(column), len(names), dtype=torch.float32)
    for n, entry in enumerate(column):
        for k, name in enumerate(names):
            if name is None and not isinstance(entry, str):
                values[n, k] = 1.0
            elif name is not None and entry == name:
                values[n, k] = 1.0
    return EncodedCategories(values, names)


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if x.shape != y.shape:
        raise ValueError("y must have the shape of x")
    line = w.reshape(-1, 1, 1) * x.reshape(1, 1, -1) + b.reshape(1, -1, 1)
    error = line - y.reshape(1, 1, -1)
    return (error * error).sum(dim=2) / x.shape[0]


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if len(parts) == 0:
        raise ValueError("parts is empty")
    for part in parts:
        if part.shape != parts[0].shape:
            raise ValueError("parts must have one shape")
    axes = parts[0].dim()
    new_axis = dim if dim >= 0 else dim + axes + 1
    old_axis = dim if dim >= 0 else dim + axes
    shape = list(parts[0].shape)
    stacked = parts[0].new_empty(shape[:new_axis] + [len(parts)] + shape[new_axis:])
    size = shape[old_axis]
    joined = parts[0].new_empty(shape[:old_axis] + [len(parts) * size] + shape[old_axis + 1 :])
    for p, part in enumerate(parts):
        stacked.select(new_axis, p).copy_(part)
        joined.narrow(old_axis, p * size, size).copy_(part)
    return StackedAndJoined(stacked, joined)


def outer(x: Tensor, y: Tensor) -> Tensor:
    if x.dim() != 1 or y.dim() != 1:
        raise ValueError("x and y must have exactly one axis")
    return x.unsqueeze(1) * y.unsqueeze(0)


def cumulative_sum(x: Tensor) -> Tensor:
    n = x.shape[0]
    rows = torch.arange(n, device=x.device).reshape(n, 1)
    columns = torch.arange(n, device=x.device).reshape(1, n)
    keep = (columns <= rows).to(x.dtype)
    return (keep * x).sum(dim=1)


def lower_triangle(a: Tensor) -> Tensor:
    rows = torch.arange(a.shape[-2], device=a.device).unsqueeze(-1)
    columns = torch.arange(a.shape[-1], device=a.device)
    result = a.clone()
    result[..., columns > rows] = 0
    return result


def roll(x: Tensor, shift: int) -> Tensor:
    index = torch.arange(x.shape[0], device=x.device)
    return x[(index - shift) % x.shape[0]]


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    below = boundaries < x.unsqueeze(-1)
    return below.to(torch.int64).sum(dim=-1)


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if isinstance(tensors, list):
        plain_list = []
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise ValueError("the list holds something that is not a tensor")
            plain_list.append(tensor.detach().cpu().clone())
        torch.save(plain_list, path)
    elif isinstance(tensors, dict):
        plain_dict = {}
        for key, tensor in tensors.items():
            if not isinstance(tensor, Tensor):
                raise ValueError("the dict holds something that is not a tensor")
            plain_dict[key] = tensor.detach().cpu().clone()
        torch.save(plain_dict, path)
    else:
        raise ValueError("tensors is neither a list nor a dict")


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    return torch.load(path, map_location="cpu", weights_only=True)


def check_one_hot(one_hot):
    for labels, k in (([3, 0, 3, 1], 5), ([4], 5), ([1, 2, 0, 0, 1], 7)):
        given = torch.tensor(labels)
        y = one_hot(given, k)
        assert list(given.shape) == [len(labels)], "labels have another shape now"
        assert given.tolist() == labels
        assert y.dtype == torch.long
        assert y.shape == (len(labels), k), f"shape {tuple(y.shape)}"
        for n, label in enumerate(labels):
            for j in range(k):
                assert y[n, j].item() == (1 if j == label else 0), (n, j)
    table = torch.tensor([[2, 1], [1, 3], [0, 0]])
    y = one_hot(table, 4)
    assert y.shape == (3, 2, 4)
    for a, b in itertools.product(range(3), range(2)):
        assert y[a, b].nonzero().tolist() == [[table[a, b].item()]]
