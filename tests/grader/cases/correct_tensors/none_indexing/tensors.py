from io import BytesIO
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
    if len(images.shape) != 4:
        raise ValueError(f"expected (N, C, H, W), got {tuple(images.shape)}")
    n, c, h, w = images.shape
    if not images.is_contiguous():
        images = images.contiguous()
    return images.view(n, c * h * w)


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if not images.dtype == torch.uint8:
        raise ValueError(f"expected uint8, got {images.dtype}")
    if not (mean.shape == std.shape == images.shape[1:2]):
        raise ValueError("mean and std must have the shape (C,)")
    m, s = mean[None, :, None, None], std[None, :, None, None]
    return ((images / 255 - m) / s).to(torch.float32)


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.dtype.is_floating_point:
        raise ValueError(f"expected floats, got {images.dtype}")
    mu = images.mean((0, 2, 3))
    return ChannelStatistics(mu, ((images - mu[:, None, None]) ** 2).mean((0, 2, 3)) ** 0.5)


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    if ((labels < 0) | (labels > num_classes - 1)).any():
        raise ValueError(f"labels must be in 0 .. {num_classes - 1}")
    return (labels[..., None] == torch.arange(num_classes, device=labels.device)).to(torch.int64)


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    if ((labels < 0) | (labels > num_classes - 1)).any():
        raise ValueError(f"labels must be in 0 .. {num_classes - 1}")
    k = torch.arange(num_classes, device=labels.device)
    return (labels[None, :] == k[:, None]).sum(-1)  # (K, N) -> (K,)


def normalize_rows(a: Tensor) -> Tensor:
    if not a.dtype.is_floating_point:
        a = a.to(torch.float32)
    s = a.sum(1)
    s = torch.where(s == 0, 1.0, s).to(a.dtype)
    return a / s[:, None]


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[-1] != y.shape[-1]:
        raise ValueError("x and y must have the same number of columns")
    d2 = ((x[:, None] - y[None, :]) ** 2).sum(-1)
    equal = (d2 == 0).to(d2.dtype)
    return (d2 + equal) ** 0.5 * (1 - equal)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if len(a.shape) < 2 or len(b.shape) < 2:
        raise ValueError("expected at least two axes")
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"cannot multiply {tuple(a.shape)} and {tuple(b.shape)}")
    return (a[..., None] * b[..., None, :, :]).sum(-2)


def vector_norms(x: Tensor) -> VectorNorms:
    return VectorNorms(abs(x).sum(-1), (x**2).sum(-1) ** 0.5)


def frobenius_norm(a: Tensor) -> Tensor:
    if len(a.shape) < 2:
        raise ValueError("expected at least two axes")
    return (a**2).sum((-2, -1)) ** 0.5


def add_(out: Tensor, x: Tensor) -> Tensor:
    if out.shape != x.shape:
        raise ValueError(f"shapes {tuple(out.shape)} and {tuple(x.shape)} differ")
    out[...] = out + x
    return out


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels must have the shape (N,)")
    if ((labels < 0) | (labels >= scores.shape[1])).any():
        raise ValueError("labels must be in 0 .. K - 1")
    k = torch.arange(scores.shape[1], device=scores.device)
    return scores[labels[:, None] == k[None, :]]  # one True in each row, read row by row


def accuracy(scores: Tensor, labels: Tensor) -> float:
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels must have the shape (N,)")
    if labels.shape[0] == 0:
        raise ValueError("no rows")
    top = scores == scores.max(1).values[:, None]
    first = top & (top.cumsum(1) == 1)
    hit = first & (labels[:, None] == torch.arange(scores.shape[1], device=labels.device))
    return float(hit.sum()) / scores.shape[0]


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not (0 <= beta < 1):
        raise ValueError("beta must be in [0, 1)")
    v = values[0] * (1 - beta)
    out = [v]
    for x in values[1:]:
        v = v * beta + x * (1 - beta)
        out += [v]
    y = torch.cat([v[None] for v in out])
    if bias_correction:
        y = y / y.new_tensor([1 - beta ** (t + 1) for t in range(len(out))])
    return y


def impute_mean(table: Tensor) -> Tensor:
    hole = table != table  # nan is the one number that differs from itself
    zeroed = torch.where(hole, 0.0, table)
    mean = zeroed.sum(0) / (hole.logical_not().sum(0) + hole.all(0))
    return torch.where(hole, mean[None, :], zeroed)


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    cleaned: list[str | None] = []
    for e in column:
        if not (e is None or isinstance(e, str) or (isinstance(e, float) and e != e)):
            raise ValueError(f"neither a word nor missing: {e!r}")
        cleaned.append(e if isinstance(e, str) else None)
    words = sorted({e for e in cleaned if e is not None})
    code = torch.tensor([len(words) if e is None else words.index(e) for e in cleaned], dtype=torch.long)
    values = code[:, None] == torch.arange(len(words) + 1)[None, :]
    return EncodedCategories(values.to(torch.float32), [*words, None])


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if x.shape != y.shape:
        raise ValueError("x and y must have the same shape")
    return ((w[:, None, None] * x + b[None, :, None] - y) ** 2).mean(-1)


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if not parts:
        raise ValueError("no parts")
    if any(p.shape != parts[0].shape for p in parts[1:]):
        raise ValueError("parts of different shapes")
    before = dim if dim >= 0 else len(parts[0].shape) + 1 + dim
    new = (slice(None),) * before + (None,)
    return StackedAndJoined(torch.cat([p[new] for p in parts], before), torch.cat(parts, dim))


def outer(x: Tensor, y: Tensor) -> Tensor:
    if len(x.shape) != 1 or len(y.shape) != 1:
        raise ValueError("expected two vectors")
    return x[:, None] * y[None, :]


def cumulative_sum(x: Tensor) -> Tensor:
    place = torch.arange(len(x), device=x.device)
    return ((place[None, :] <= place[:, None]) * x[None, :]).sum(dim=1)


def roll(x: Tensor, shift: int) -> Tensor:
    place = torch.arange(len(x), device=x.device)
    return x[(place - shift) % len(x), ...]


def compress(x: Tensor, mask: Tensor) -> Tensor:
    n, t = mask.shape
    rows = torch.arange(n, device=x.device)[:, None]
    order = (~mask).to(torch.int64).argsort(dim=1, stable=True)
    return (x * mask)[rows, order]


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    return (boundaries < x[..., None]).sum(dim=-1)


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    def plain(t: Tensor) -> Tensor:
        if not isinstance(t, Tensor):
            raise ValueError(f"{type(t).__name__} is not a tensor")
        return t.detach().cpu()[...].clone()

    if isinstance(tensors, dict):
        torch.save({k: plain(t) for k, t in tensors.items()}, path)
    elif isinstance(tensors, list):
        torch.save([plain(t) for t in tensors], path)
    else:
        raise ValueError("expected a list or a dict")


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    with open(path, "rb") as f:
        content = BytesIO(f.read())
    return torch.load(content, map_location="cpu", weights_only=True)
