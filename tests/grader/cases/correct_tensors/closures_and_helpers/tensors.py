from collections.abc import Callable
from functools import partial, reduce, wraps
from itertools import accumulate
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


def require(condition: Callable[..., bool], message: str) -> Callable[[Callable], Callable]:
    """Refuse arguments for which `condition` is false."""

    def decorate(function: Callable) -> Callable:
        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if not condition(*args, **kwargs):
                raise ValueError(message)
            return function(*args, **kwargs)

        return checked

    return decorate


def compose(*functions: Callable) -> Callable:
    """The functions one after the other, the first one first."""
    return lambda value: reduce(lambda v, function: function(v), functions, value)


def in_range(labels: Tensor, num_classes: int) -> bool:
    return not bool(((labels < 0) | (labels >= num_classes)).any())


def one_label_per_row(scores: Tensor, labels: Tensor) -> bool:
    return tuple(labels.shape) == (scores.shape[0],)


def as_float(a: Tensor) -> Tensor:
    return a if a.is_floating_point() else a.to(torch.float32)


def nothing_is_one(divisor: Tensor) -> Tensor:
    return torch.where(divisor == 0, torch.ones_like(divisor), divisor)


sum_over = partial(partial, torch.sum)
mean_over = partial(partial, torch.mean)


@require(lambda images: images.dim() == 4, "images: (N, C, H, W)")
def flatten_images(images: Tensor) -> Tensor:
    return torch.flatten(images, 1, -1)


@require(lambda images, mean, std: images.dtype == torch.uint8, "images: uint8")
@require(lambda images, mean, std: mean.shape == std.shape == (images.shape[1],), "mean and std: (C,)")
def normalize_pixels(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    def to_unit(bytes_: Tensor) -> Tensor:
        return bytes_.to(torch.float32) / 255

    def centre(pixels: Tensor) -> Tensor:
        return pixels - mean.to(torch.float32)

    def scale(pixels: Tensor) -> Tensor:
        return pixels / std.to(torch.float32)

    def channels_last(pixels: Tensor) -> Tensor:
        return pixels.movedim(1, -1)

    def channels_second(pixels: Tensor) -> Tensor:
        return pixels.movedim(-1, 1)

    return compose(to_unit, channels_last, centre, scale, channels_second)(images)


@require(torch.is_floating_point, "images: float32 or float64")
def channel_statistics(images: Tensor) -> ChannelStatistics:
    average = mean_over(dim=(0, 2, 3), keepdim=True)
    mean = average(images)
    std = compose(lambda pixels: pixels - mean, torch.square, average, torch.sqrt)(images)
    return ChannelStatistics(*(statistic.flatten() for statistic in (mean, std)))


@require(in_range, "labels: 0 .. num_classes - 1")
def one_hot(labels: Tensor, num_classes: int) -> Tensor:
    rows = torch.eye(num_classes, dtype=torch.int64, device=labels.device).index_select(0, labels.flatten())
    return rows.view(*labels.shape, num_classes)


@require(in_range, "labels: 0 .. num_classes - 1")
def label_counts(labels: Tensor, num_classes: int) -> Tensor:
    return torch.nn.functional.one_hot(labels, num_classes).sum(dim=0)


def normalize_rows(a: Tensor) -> Tensor:
    divisor = compose(sum_over(dim=1, keepdim=True), nothing_is_one)
    return (lambda rows: rows / divisor(rows))(as_float(a))


class _Length(torch.autograd.Function):
    """The square root, with the slope 0 at 0."""

    @staticmethod
    def forward(ctx: Any, squared: Tensor) -> Tensor:
        root = squared.sqrt()
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Tensor:
        (root,) = ctx.saved_tensors
        return torch.where(root == 0, torch.zeros_like(root), upstream / (2 * nothing_is_one(root)))


@require(lambda x, y: x.shape[1] == y.shape[1], "x and y: the same number of columns")
def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    return compose(torch.square, sum_over(dim=-1), _Length.apply)(x[:, None] - y[None])


@require(lambda a, b: a.dim() > 1 and b.dim() > 1, "a and b: at least two axes")
@require(lambda a, b: a.shape[-1] == b.shape[-2], "b: as many rows as a has columns")
def matmul(a: Tensor, b: Tensor) -> Tensor:
    n, d, m = *a.shape[-2:], b.shape[-1]

    def over_columns(left: Tensor) -> Tensor:
        return left.unsqueeze(-1).expand(*left.shape[:-2], n, d, m)

    def over_rows(right: Tensor) -> Tensor:
        return right.unsqueeze(-3).expand(*right.shape[:-2], n, d, m)

    return compose(partial(torch.mul, over_columns(a)), sum_over(dim=-2))(over_rows(b))


def vector_norms(x: Tensor) -> VectorNorms:
    along = sum_over(dim=-1)
    return VectorNorms(compose(torch.abs, along)(x), compose(torch.square, along, torch.sqrt)(x))


@require(lambda a: a.dim() >= 2, "a: at least two axes")
def frobenius_norm(a: Tensor) -> Tensor:
    return compose(torch.square, sum_over(dim=(-2, -1)), torch.sqrt)(a)


@require(lambda out, x: out.shape == x.shape, "x: the shape of out")
def add_(out: Tensor, x: Tensor) -> Tensor:
    safe = x.clone()
    out += safe
    return out


@require(one_label_per_row, "labels: (N,)")
@require(lambda scores, labels: in_range(labels, scores.shape[1]), "labels: 0 .. K - 1")
def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    return torch.take_along_dim(scores, labels[:, None], dim=1).flatten()


@require(one_label_per_row, "labels: (N,)")
@require(lambda scores, labels: scores.shape[0] > 0, "scores: at least one row")
def accuracy(scores: Tensor, labels: Tensor) -> float:
    share = compose(partial(torch.argmax, dim=1), partial(torch.eq, labels), Tensor.float, torch.mean)
    return share(scores).item()


@require(lambda values, beta, bias_correction=False: 0 <= beta < 1, "beta: in [0, 1)")
def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    def step(v: Tensor, x: Tensor) -> Tensor:
        return beta * v + (1 - beta) * x

    def correct(v: Tensor, t: int) -> Tensor:
        return v / (1 - beta**t) if bias_correction else v

    averages = list(accumulate(values, step, initial=torch.zeros_like(values[0])))[1:]
    return torch.stack(list(map(correct, averages, range(1, len(averages) + 1))))


def impute_mean(table: Tensor) -> Tensor:
    holes = torch.isnan(table)

    def fill_with(filling: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda t: torch.where(holes, filling, t)

    known = fill_with(torch.zeros_like(table))(table)
    mean = known.sum(0) / nothing_is_one((~holes).sum(0))
    return fill_with(mean)(known)


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    def clean(entry: str | float | None) -> str | None:
        match entry:
            case str():
                return entry
            case None:
                return None
            case float() if entry != entry:
                return None
            case _:
                raise ValueError(f"{entry!r}: neither a word nor missing")

    entries = list(map(clean, column))
    names: list[str | None] = [*sorted(filter(lambda e: e is not None, set(entries))), None]

    def indicator(entry: str | None) -> Tensor:
        return torch.tensor([float(entry == name) for name in names], dtype=torch.float32)

    rows = list(map(indicator, entries))
    return EncodedCategories(torch.stack(rows) if rows else torch.zeros(0, len(names)), names)


@require(lambda w, b, x, y: x.shape == y.shape, "y: the shape of x")
def loss_surface(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    def loss(slope: Tensor, offset: Tensor) -> Tensor:
        return torch.square(slope * x + offset - y).mean()

    over_offsets = torch.vmap(loss, in_dims=(None, 0))
    return torch.vmap(over_offsets, in_dims=(0, None))(w, b)


@require(lambda parts, dim: len(parts) > 0, "parts: at least one")
@require(lambda parts, dim: len({tuple(p.shape) for p in parts}) == 1, "parts: one shape")
def stack_and_join(parts: list[Tensor], dim: int) -> StackedAndJoined:
    join = partial(torch.cat, dim=dim)
    return StackedAndJoined(join(list(map(lambda part: torch.unsqueeze(part, dim), parts))), join(parts))


@require(lambda x, y: x.dim() == 1 and y.dim() == 1, "x and y: exactly one axis")
def outer(x: Tensor, y: Tensor) -> Tensor:
    column = partial(torch.unsqueeze, dim=1)
    return torch.mul(column(x), y)


def places(size: int, like: Tensor) -> Tensor:
    return torch.arange(size, device=like.device)


def table(compare: Callable[[Tensor, Tensor], Tensor], n: int, m: int, like: Tensor) -> Tensor:
    """compare(row, column) for every place of an (n, m) matrix."""
    return compare(places(n, like).unsqueeze(1), places(m, like))


def cumulative_sum(x: Tensor) -> Tensor:
    return torch.where(table(torch.ge, len(x), len(x), x), x, torch.zeros_like(x)).sum(1)


def lower_triangle(a: Tensor) -> Tensor:
    return torch.where(table(torch.ge, *a.shape[-2:], a), a, torch.zeros_like(a))


def roll(x: Tensor, shift: int) -> Tensor:
    came_from = compose(partial(torch.add, other=-shift), partial(torch.remainder, other=len(x)))
    return torch.index_select(x, 0, came_from(places(len(x), x)))


def bucketize(x: Tensor, boundaries: Tensor) -> Tensor:
    return compose(partial(torch.unsqueeze, dim=-1), partial(torch.gt, other=boundaries), partial(torch.sum, dim=-1))(x)


def _contents(tensors: Any) -> list:
    return list(tensors.values()) if isinstance(tensors, dict) else list(tensors)


@require(lambda path, tensors: isinstance(tensors, list | dict), "tensors: a list or a dict")
@require(lambda path, tensors: all(isinstance(t, Tensor) for t in _contents(tensors)), "tensors: no others")
def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    plain = list(map(compose(Tensor.detach, Tensor.cpu, Tensor.clone), _contents(tensors)))
    torch.save(plain if isinstance(tensors, list) else dict(zip(tensors, plain, strict=True)), path)


load_from_cpu = partial(torch.load, map_location="cpu", weights_only=True)


def load_tensors(path: str) -> list[Tensor] | dict[str, Tensor]:
    return load_from_cpu(path)
