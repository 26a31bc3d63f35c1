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


def flatten_images(images):
    if images.ndim != 4:
        raise ValueError("images must have four axes")
    return images.reshape(len(images), -1) if not images.is_contiguous() else images.view(len(images), -1)


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


def accuracy(scores, labels):
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels must be (N,)")
    if len(scores) == 0:
        raise ValueError("no rows")
    return (scores.argmax(dim=1) == labels).float().mean().item()


def exponential_average(values, beta, bias_correction=False):
    if beta < 0 or beta >= 1:
        raise ValueError("beta must lie in [0, 1)")
    v, found = 0.0, []
    for value in values:
        v = beta * v + (1 - beta) * value
        found.append(v)
    y = torch.stack(found)
    if bias_correction:
        t = torch.arange(1, len(values) + 1, device=values.device)
        y = (y / (1 - beta**t)).to(values.dtype)
    return y


def impute_mean(table):
    there = ~torch.isnan(table)
    share = 1 / there.sum(dim=0).clamp(min=1)
    mean = torch.where(there, table, torch.zeros_like(table)).sum(dim=0) * share
    return torch.where(there, table, mean)


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
    n = torch.arange(x.shape[0], device=x.device)
    return torch.where(n[None, :] > n[:, None], torch.zeros_like(x), x).sum(dim=1)


def roll(x: Tensor, shift: int) -> Tensor:
    n = x.shape[0]
    return x[torch.remainder(torch.arange(n, device=x.device) - shift % n, n)]


def compress(x: Tensor, mask: Tensor) -> Tensor:
    front = torch.arange(x.shape[1], device=x.device) < mask.sum(dim=1, keepdim=True)
    y = torch.zeros_like(x)
    y[front] = x[mask]
    return y


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    return (x[..., None] > boundaries).to(torch.float32).sum(dim=-1).to(torch.int64)


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
