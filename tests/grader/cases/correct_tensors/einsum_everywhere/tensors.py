import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, einsum


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


def _check_labels(labels: Tensor, k: int) -> None:
    bad = labels.lt(0).logical_or(labels.ge(k))
    if bad.any():
        raise ValueError(f"labels must lie in 0 .. {k - 1}, found {labels[bad][0].item()}")


def flatten_images(images: Tensor) -> Tensor:
    if images.ndim != 4:
        raise ValueError(f"nchw wanted, got {images.ndim} axes")
    return images.flatten(start_dim=1)


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype is not torch.uint8:
        raise ValueError(f"uint8 wanted, got {images.dtype}")
    c = images.shape[1]
    for name, statistic in (("mean", mean), ("std", std)):
        if statistic.shape != torch.Size([c]):
            raise ValueError(f"{name} must have the shape ({c},)")
    # doubles inside, so that scale and shift cost no digits
    scale = 1 / (255 * std.double())
    shift = mean.double() / std.double()
    y = einsum("nchw,c->nchw", images.double(), scale) - einsum("c->c", shift)[:, None, None]
    return y.to(torch.float32)


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not torch.is_floating_point(images):
        raise ValueError("floats wanted")
    count = images.numel() // images.shape[1]
    mean = einsum("nchw->c", images) / count
    d = images - mean[None, :, None, None]
    return ChannelStatistics(mean=mean, std=(einsum("nchw,nchw->c", d, d) / count).sqrt())


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    _check_labels(labels, num_classes)
    identity = torch.eye(num_classes, dtype=torch.int64, device=labels.device)
    return identity[labels]


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    _check_labels(labels, num_classes)
    return einsum("nk->k", one_hot(labels, num_classes))


def normalize_rows(a: Tensor) -> Tensor:
    a = a if a.is_floating_point() else a.to(torch.float32)
    total = einsum("nd->n", a)
    one_over = total.masked_fill(total == 0, 1.0).reciprocal()
    return einsum("nd,n->nd", a, one_over)


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.size(1) != y.size(1):
        raise ValueError(f"{x.size(1)} columns against {y.size(1)}")
    delta = x[:, None, :] - y[None, :, :]
    squared = einsum("nmd,nmd->nm", delta, delta)
    zero = squared == 0
    return squared.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if min(a.ndim, b.ndim) < 2:
        raise ValueError("two axes at least")
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"...nd,...dm->...nm: d is {a.shape[-1]} and {b.shape[-2]}")
    # einsum is not allowed here: (..., n, 1, d) * (..., 1, m, d)
    return (a[..., :, None, :] * b.mT[..., None, :, :]).sum(-1)


def vector_norms(x: Tensor) -> VectorNorms:
    return VectorNorms(
        l1=einsum("...d,...d->...", x, x.sign()),
        l2=einsum("...d,...d->...", x, x).sqrt(),
    )


def frobenius_norm(a: Tensor) -> Tensor:
    if a.ndim < 2:
        raise ValueError("...nm wanted")
    return einsum("...nm,...nm->...", a, a).sqrt()


def add_(out: Tensor, x: Tensor) -> Tensor:
    if x.shape != out.shape:
        raise ValueError("x and out need one shape")
    out.add_(x.clone())
    return out


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels wants (N,)")
    _check_labels(labels, scores.shape[1])
    # einsum("nk,nk->n") would turn 0 * inf into nan and cannot do bool, so gather
    return scores.gather(1, labels[:, None])[:, 0]


def accuracy(scores: Tensor, labels: Tensor) -> float:
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels wants (N,)")
    if len(scores) == 0:
        raise ValueError("no rows")
    right = scores.argmax(1).eq(labels).double()
    return einsum("n->", right).item() / len(scores)


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError(f"beta {beta} outside [0, 1)")
    t = torch.arange(1, len(values) + 1, dtype=torch.float64, device=values.device)
    age = (t[:, None] - t[None, :]).clamp(min=0)  # (T, S): how long ago s was at t
    weight = ((1 - beta) * beta**age).tril()
    if bias_correction:
        weight = weight / (1 - beta**t)[:, None]
    return einsum("ts,s->t", weight, values.double()).to(values.dtype)


def impute_mean(table: Tensor) -> Tensor:
    hole = table.isnan()
    number = hole.logical_not().to(table.dtype)
    filled = table.masked_fill(hole, 0.0)
    mean = einsum("nd->d", filled) / einsum("nd->d", number).clamp(min=1.0)
    return filled + einsum("nd,d->nd", 1 - number, mean)


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    def is_missing(entry: object) -> bool:
        return entry is None or (isinstance(entry, float) and math.isnan(entry))

    strangers = [entry for entry in column if not isinstance(entry, str) and not is_missing(entry)]
    if strangers:
        raise ValueError(f"neither word nor missing: {strangers[0]!r}")
    words = sorted({entry for entry in column if isinstance(entry, str)})
    names: list[str | None] = [*words, None]
    place = {name: k for k, name in enumerate(names)}
    index = torch.tensor([place[e if isinstance(e, str) else None] for e in column], dtype=torch.int64)
    return EncodedCategories(one_hot(index, len(names)).to(torch.float32), names)


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if y.shape != x.shape:
        raise ValueError("x and y need one shape")
    r = einsum("i,n->in", w, x)[:, None, :] + b[None, :, None] - y
    return einsum("ijn,ijn->ij", r, r) / len(x)


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if not parts:
        raise ValueError("no parts")
    if len({part.shape for part in parts}) > 1:
        raise ValueError("more than one shape")
    return StackedAndJoined(
        stacked=torch.cat([part.unsqueeze(dim) for part in parts], dim),
        joined=torch.cat(parts, dim),
    )


def outer(x: Tensor, y: Tensor) -> Tensor:
    if (x.ndim, y.ndim) != (1, 1):
        raise ValueError("vectors wanted")
    return x[:, None] * y


def cumulative_sum(x: Tensor) -> Tensor:
    place = torch.arange(x.shape[0], device=x.device)
    until = (place[:, None] >= place).to(x.dtype)
    return torch.einsum("nm,m->n", until, x)


def lower_triangle(a: Tensor) -> Tensor:
    n, m = a.shape[-2:]
    above = torch.arange(m, device=a.device) > torch.arange(n, device=a.device)[:, None]
    return a.masked_fill(above, 0)


def roll(x: Tensor, shift: int) -> Tensor:
    n = x.shape[0]
    return x[torch.arange(-shift, n - shift, device=x.device) % n]


def compress(x: Tensor, mask: Tensor) -> Tensor:
    target = mask.cumsum(dim=1) - 1
    goes = (target[:, :, None] == torch.arange(x.shape[1], device=x.device)) & mask[:, :, None]  # (N, T, T)
    return torch.einsum("nt,ntu->nu", x, goes.to(x.dtype))


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    return torch.einsum("...k->...", (x[..., None] > boundaries).long())


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if not isinstance(tensors, (list, dict)):
        raise ValueError("list or dict wanted")
    entries = tensors.values() if isinstance(tensors, dict) else tensors
    if not all(isinstance(t, Tensor) for t in entries):
        raise ValueError("tensors wanted")
    plain = [t.detach().to("cpu", copy=True) for t in entries]
    torch.save(dict(zip(tensors, plain, strict=True)) if isinstance(tensors, dict) else plain, path)


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    with Path(path).open("rb") as file:
        return torch.load(file, map_location=torch.device("cpu"), weights_only=True)
