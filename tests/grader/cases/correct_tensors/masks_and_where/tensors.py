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


def class_mask(labels: Tensor, num_classes: int) -> Tensor:
    """(*) -> (*, K), True where the class is the label; raises where a label has no class."""
    classes = torch.arange(num_classes, device=labels.device)
    mask = torch.eq(labels.unsqueeze(-1), classes)
    if not mask.any(-1).all():
        raise ValueError(f"a label is outside 0 .. {num_classes - 1}")
    return mask


def flatten_images(images: Tensor) -> Tensor:
    if images.ndimension() != 4:
        raise ValueError("not a batch of images")
    return images.flatten(2).flatten(1)


def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    if images.dtype != torch.uint8:
        raise ValueError("not bytes")
    c = images.shape[1]
    if list(mean.shape) != [c] or list(std.shape) != [c]:
        raise ValueError("not one mean and std per channel")
    y = images.to(dtype=torch.float32)
    y.div_(255)
    y.sub_(mean.detach().to(torch.float32).view(c, 1, 1))
    y.div_(std.detach().to(torch.float32).view(c, 1, 1))
    return y


def channel_statistics(images: Tensor) -> ChannelStatistics:
    if not images.is_floating_point():
        raise ValueError("not floating point")
    by_channel = images.transpose(0, 1).flatten(1)  # (C, N * H * W)
    return ChannelStatistics(by_channel.mean(1), by_channel.var(1, correction=0).sqrt())


def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    return torch.where(class_mask(labels, num_classes), 1, 0)


def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    return class_mask(labels, num_classes).count_nonzero(dim=0)


def normalize_rows(a: Tensor) -> Tensor:
    y = a if a.is_floating_point() else a.to(torch.float32)
    total = y.sum(1, keepdim=True)
    return y.div(total.where(total.ne(0), torch.ones_like(total)))


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[1] != y.shape[1]:
        raise ValueError("not the same number of columns")
    square = (x.unsqueeze(1) - y).pow(2).sum(-1)
    apart = square > 0
    return torch.zeros_like(square).masked_scatter(apart, square.masked_select(apart).sqrt())


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError("not matrices")
    if a.shape[-1] != b.shape[-2]:
        raise ValueError("not as many rows in b as columns in a")
    at = a.mT.unsqueeze(-1)  # (*, D, N, 1)
    bt = b.unsqueeze(-2)  # (*, D, 1, M)
    return torch.mul(at, bt).sum(dim=-3)


def vector_norms(x: Tensor) -> VectorNorms:
    # the slope at 0 must be 0: neither mask holds there
    magnitude = x.masked_fill(x <= 0, 0.0) - x.masked_fill(x >= 0, 0.0)
    return VectorNorms(magnitude.sum(-1), magnitude.square().sum(-1).sqrt())


def frobenius_norm(a: Tensor) -> Tensor:
    if a.ndim < 2:
        raise ValueError("not a matrix")
    return a.pow(2).sum(-2).sum(-1).pow(0.5)


def add_(out: Tensor, x: Tensor) -> Tensor:
    if out.shape != x.shape:
        raise ValueError("not one shape")
    everywhere = torch.ones_like(out, dtype=torch.bool)
    out[everywhere] = (out + x)[everywhere]
    return out


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    if labels.shape != scores.shape[:1]:
        raise ValueError("not one label per row")
    return scores.masked_select(class_mask(labels, scores.shape[1]))


def accuracy(scores: Tensor, labels: Tensor) -> float:
    if labels.shape != scores.shape[:1]:
        raise ValueError("not one label per row")
    if scores.shape[0] == 0:
        raise ValueError("not a single row")
    k = scores.shape[1]
    best = scores == scores.amax(1, keepdim=True)
    classes = torch.arange(k, device=scores.device).expand_as(best)
    first_best = classes.masked_fill(~best, k).amin(1)
    return torch.count_nonzero(first_best == labels).item() / scores.shape[0]


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not (beta >= 0 and beta < 1):
        raise ValueError("not in [0, 1)")
    smooth, previous = [], torch.zeros_like(values[0])
    for number, value in enumerate(values.unbind(), 1):
        previous = torch.add(beta * previous, value, alpha=1 - beta)
        smooth.append(previous / (1 - beta**number) if bias_correction else previous)
    return torch.stack(smooth)


def impute_mean(table: Tensor) -> Tensor:
    holes = torch.isnan(table)
    zeroed = table.masked_fill(holes, 0)
    mean = zeroed.sum(0).div((~holes).sum(0).clamp_min(1))
    filled = table.clone()
    filled[holes] = mean.expand(table.shape)[holes]
    return filled


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    def missing(entry: object) -> bool:
        if entry is None:
            return True
        return isinstance(entry, float) and not entry == entry

    for entry in column:
        if not (isinstance(entry, str) or missing(entry)):
            raise ValueError(f"not a word and not missing: {entry!r}")
    words = sorted(set(filter(lambda entry: isinstance(entry, str), column)))
    mask = [[entry == word for word in words] + [missing(entry)] for entry in column]
    values = torch.tensor(mask, dtype=torch.float32).reshape(len(column), len(words) + 1)
    return EncodedCategories(values, [*words, None])


def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if x.shape != y.shape:
        raise ValueError("not one target per input")
    without_offset = y - w.unsqueeze(1) * x  # (W, N): what b has to make up for
    gap = b.view(1, b.numel(), 1) - without_offset.unsqueeze(1)  # (W, B, N)
    return gap.square().mean(2)


def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    if not len(parts):
        raise ValueError("not a single part")
    if not all(part.shape == parts[0].shape for part in parts):
        raise ValueError("not one shape")
    joined = torch.concat(parts, dim)
    stacked = torch.concat([part.clone().unsqueeze(dim) for part in parts], dim)
    return StackedAndJoined(stacked, joined)


def outer(x: Tensor, y: Tensor) -> Tensor:
    if not (x.ndim == y.ndim == 1):
        raise ValueError("not two vectors")
    return torch.mul(x.reshape(x.numel(), 1), y.reshape(1, y.numel()))


def cumulative_sum(x: Tensor) -> Tensor:
    i = torch.arange(x.numel(), device=x.device)
    return torch.where(i.reshape(-1, 1) < i, 0, x).sum(dim=1)


def lower_triangle(a: Tensor) -> Tensor:
    i = torch.arange(a.shape[-2], device=a.device).reshape(-1, 1)
    j = torch.arange(a.shape[-1], device=a.device)
    return a.masked_fill(j > i, 0)


def compress(x: Tensor, mask: Tensor) -> Tensor:
    kept = mask.sum(dim=1, keepdim=True)
    front = torch.arange(mask.shape[1], device=mask.device) < kept
    return torch.zeros_like(x).masked_scatter(front, x[mask])


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    below = x.unsqueeze(-1) > boundaries
    return torch.where(below, 1, 0).sum(dim=-1)


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if not isinstance(tensors, dict | list):
        raise ValueError("not a list and not a dict")
    content = list(tensors.values()) if isinstance(tensors, dict) else list(tensors)
    if any(not isinstance(entry, torch.Tensor) for entry in content):
        raise ValueError("not a tensor")
    with torch.no_grad():
        content = [entry.detach().clone().cpu() for entry in content]
    if isinstance(tensors, dict):
        torch.save({key: entry for key, entry in zip(tensors.keys(), content, strict=True)}, path)
    else:
        torch.save(content, path)


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    cpu = torch.device("cpu")
    return torch.load(f=str(path), map_location=cpu, weights_only=True)
